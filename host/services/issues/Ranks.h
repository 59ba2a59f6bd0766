#pragma once
// Texts that order cards, so that moving one writes one.

#include <string>
#include <string_view>

namespace netbit::services::issues {

/// A text of 0-9 A-Z a-z that stands strictly between the two in the order of bytes. `after` empty: before everything;
/// `before` empty: behind everything. Both given: after < before. None ends with 0, so there is always room.
std::string rankBetween(std::string_view after, std::string_view before);

/// A rank as long as this says that a column wants new ones.
inline constexpr std::size_t longRank = 48;

} // namespace netbit::services::issues
