#pragma once
// What a refusal of a service says to a client.

#include "tcp/src/Packet.h"

#include <netbit/result.hpp>

namespace netbit::tcp {

/// The service's code, or one by its status; the error says where, when the service did.
Nack nackOf(const Error& error);

} // namespace netbit::tcp
