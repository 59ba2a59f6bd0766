#pragma once
// Names of time zones.

#include <string_view>

namespace netbit::services::users {

/// [worker] Whether the zone database of this machine has a zone of that name. Where there is no such database, any name
/// that has the form of one will do.
bool knownTimeZone(std::string_view name);

} // namespace netbit::services::users
