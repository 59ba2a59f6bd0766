#pragma once
// From times of day as a log writes them to instants that never go backwards.

#include <cstdint>
#include <optional>

namespace netbit::cli::irc
{

/// Runs through one file. Seconds since 1970-01-01 when the start day is one; the caller may shift all of them after.
///
/// - A step back of less than two hours is a clock that was set or lines that overtook each other: the time stays.
/// - A larger one is midnight. In a log that never wrote an hour past 12, it is noon or midnight: logs of 2004 to 2007
///   have a 12-hour clock without am and pm (12:59 is followed by 01:00), so the time moves on by half a day.
/// - A line that names its own day sets the day.
class Clock
{
public:
    explicit Clock(std::int64_t startDay)
        : _day(startDay)
    {
    }

    std::int64_t at(int secondOfDay, std::optional<std::int64_t> day) noexcept
    {
        if (day && *day != _day) {
            _day = *day;
            _offset = 0;
        }
        _past12 = _past12 || secondOfDay >= 13 * hour;
        auto time = _day * 24 * hour + _offset + secondOfDay;
        if (_started && time <= _last - 2 * hour) {
            const auto step = _past12 ? 24 * hour : 12 * hour;
            while (time < _last) {
                _offset += step;
                time += step;
            }
        }
        if (_started && time < _last)
            time = _last;
        _started = true;
        return _last = time;
    }

    bool started() const noexcept { return _started; }
    std::int64_t last() const noexcept { return _last; }
    bool twelveHours() const noexcept { return !_past12; }

private:
    static constexpr std::int64_t hour = 3600;

    std::int64_t _day;
    std::int64_t _offset = 0;
    std::int64_t _last = 0;
    bool _past12 = false;
    bool _started = false;
};

} // namespace netbit::cli::irc
