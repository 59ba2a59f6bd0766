#pragma once
// Signing in at a provider with the browser of this machine (RFC 8252): the browser comes back to a port of ours with a code,
// which is worth nothing without the verifier that only this process knows (RFC 7636).

#include "cli/Http.h"
#include "cli/Terminal.h"

#include <string>

namespace netbit::cli
{

/// Tells where to go, waits for the browser, and gives what the server answers to the code: a session, or a ticket for a
/// second factor. Error: not_found for a provider that the server does not have; what the provider or the server said.
base::Result<boost::json::value> loginAtProvider(const Http& http, const std::string& provider, Terminal& terminal);

} // namespace netbit::cli
