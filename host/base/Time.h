#pragma once
// Wall-clock time as the host stores and shows it: milliseconds since 1970-01-01T00:00:00Z.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::base {

using Millis = std::int64_t;

/// Milliseconds of the system clock, UTC.
Millis now() noexcept;

/// Appends `2026-01-02T03:04:05.678Z` (RFC 3339, UTC, always three decimals).
void appendRfc3339(std::string& out, Millis time);
std::string rfc3339(Millis time);
/// The other way round: `T` and `Z` in either case, any offset, decimals beyond the third cut off. Nothing: it is no time of
/// RFC 3339 in the years 1970 to 9999 (a leap second is none here).
std::optional<Millis> parseRfc3339(std::string_view text) noexcept;

/// Days since 1970-01-01 of a proleptic Gregorian date, or nothing when there is no such day.
std::optional<std::int64_t> daysFromCivil(int year, int month, int day) noexcept;

} // namespace netbit::base
