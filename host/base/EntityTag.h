#pragma once
// What names a representation (RFC 9110 section 8.8.3): one function for those who give tags and those who compare them.

#include "base/Body.h"

#include <string>
#include <string_view>

namespace netbit::base {

/// A strong tag of these bytes, with its quotes.
std::string entityTag(const Body& body);

/// Whether a list of entity tags, or "*", names this one; compared weakly. A list that is malformed names nothing.
bool matchesEntityTag(std::string_view list, std::string_view tag) noexcept;

} // namespace netbit::base
