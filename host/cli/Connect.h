#pragma once
// A connection to a server: plain, or TLS with the server's certificate verified.

#include "cli/Http.h"

#include <Poco/Net/StreamSocket.h>
#include <cstdint>

namespace netbit::cli
{

/// To that port of the endpoint (of a local one: its socket). Throws Poco::Exception; of a certificate that is not good for
/// this host, Poco::Net::SSLException.
Poco::Net::StreamSocket connectTo(const Endpoint& endpoint, std::uint16_t port);

} // namespace netbit::cli
