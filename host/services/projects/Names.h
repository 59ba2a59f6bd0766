#pragma once
// How projects and repositories may be called: names stand in URLs, so they are plain.

#include "base/Result.h"

#include <string>
#include <string_view>

namespace netbit::services::projects {

inline constexpr std::size_t maxNameBytes = 100;

/// 1 to 100 of A-Z a-z 0-9 . _ -, beginning with a letter, a digit or _; no "..", no ".git", ".lock" or "." at the end, and no
/// word that a route has in that place. Error: invalid / invalid_name, reserved_name.
base::Result<void> checkName(std::string_view name, std::string_view pointer = "/name");

/// The same name as checkName() takes it, for one that comes from elsewhere; `other` where nothing of it is left.
std::string plainName(std::string_view name, std::string_view other);

} // namespace netbit::services::projects
