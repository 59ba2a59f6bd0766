#pragma once
// Whose a connection to TCP 8081 is, and what the server says no to.

#include "cli/Packets.h"
#include "cli/Person.h"

#include <boost/json/object.hpp>

namespace netbit::cli
{

/// As it goes out.
std::string packet(boost::json::object members);

/// Whether the server may take the next time what it refused with that code.
bool mayBeTaken(std::string_view code);

/// Says whose connection it is; a token that has expired is renewed once. Error: unauthenticated / refused; closed, with the
/// server's code, where it may be taken the next time; those of the connection and of renewing.
base::Result<void> authenticate(PacketConnection& connection, Person& person);

} // namespace netbit::cli
