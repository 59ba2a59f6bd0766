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

/// Days since 1970-01-01 of a proleptic Gregorian date, or nothing when there is no such day.
std::optional<std::int64_t> daysFromCivil(int year, int month, int day) noexcept;

} // namespace netbit::base
