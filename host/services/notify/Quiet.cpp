#include "services/notify/Quiet.h"

#include <absl/time/time.h>

#include <algorithm>
#include <limits>

namespace netbit::services::notify {

namespace {

constexpr std::int64_t dayS = 24 * 3'600;

std::int64_t floorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// How long it stays quiet from this wall-clock time (seconds since 1970 as if in UTC) on, as one rule has it; 0: it is not.
std::int64_t quietFor(const Rules& rules, std::int64_t wall)
{
    const auto day = floorDiv(wall, dayS);
    const auto second = wall - day * dayS;
    const auto weekday = [](std::int64_t of) { return static_cast<unsigned>(((of + 3) % 7 + 7) % 7); }; // 1970-01-01: a Thursday
    if ((rules.daysOff >> weekday(day) & 1U) || std::binary_search(rules.datesOff.begin(), rules.datesOff.end(), day))
        return dayS - second;
    for (const auto& hours : rules.quiet) {
        const auto from = hours.from * std::int64_t{60};
        const auto to = hours.to * std::int64_t{60};
        const bool overnight = hours.to <= hours.from;
        if ((hours.days >> weekday(day) & 1U) && second >= from && (overnight || second < to))
            return (overnight ? to + dayS : to) - second;
        if (overnight && (hours.days >> weekday(day - 1) & 1U) && second < to)
            return to - second;
    }
    return 0;
}

absl::TimeZone zoneOf(std::string_view name)
{
    absl::TimeZone zone = absl::UTCTimeZone();
    // "localtime" and "libc:localtime" would be this machine's.
    if (!name.empty() && name.find(':') == name.npos && name != "localtime")
        absl::LoadTimeZone(absl::string_view(name.data(), name.size()), &zone);
    return zone;
}

} // namespace

base::Millis loudFrom(const Rules& rules, std::string_view name, base::Millis at)
{
    if (!rules.anyQuiet())
        return at;
    const auto zone = zoneOf(name);
    // Each turn ends one stretch of quiet at least, and some minute of each week is in none; dates off are bounded.
    constexpr int mostTurns = 10'000;
    auto now = at;
    for (int turn = 0; turn < mostTurns; ++turn) {
        const auto instant = absl::FromUnixMillis(now);
        const auto seconds = floorDiv(now, 1'000);
        const auto left = quietFor(rules, seconds + zone.At(instant).offset);
        if (left == 0)
            return now;
        auto end = (seconds + left) * 1'000;
        // Where the wall's clock is set meanwhile, look again at what it shows then.
        absl::TimeZone::CivilTransition change;
        if (zone.NextTransition(instant, &change)) {
            const auto info = zone.At(change.to);
            const auto when = absl::ToUnixMillis(info.kind == absl::TimeZone::TimeInfo::UNIQUE ? info.pre : info.trans);
            if (when > now)
                end = std::min(end, when);
        }
        now = end;
    }
    return now;
}

base::Millis nextAt(std::string_view name, int minute, base::Millis after)
{
    const auto zone = zoneOf(name);
    for (auto day = absl::ToCivilDay(absl::FromUnixMillis(after), zone);; ++day) {
        const absl::CivilMinute wanted = absl::CivilMinute(day) + minute;
        const auto info = zone.At(absl::CivilSecond(wanted));
        const auto at = absl::ToUnixMillis(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre);
        if (at > after)
            return at;
    }
}

} // namespace netbit::services::notify
