#include "base/Time.h"

#include <chrono>
#include <cstdio>

namespace netbit::base {

namespace {

void appendNumber(std::string& out, int value, int digits)
{
    char buffer[8];
    for (int i = digits - 1; i >= 0; --i) {
        buffer[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    out.append(buffer, static_cast<std::size_t>(digits));
}

} // namespace

Millis now() noexcept
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void appendRfc3339(std::string& out, Millis time)
{
    using namespace std::chrono;
    const sys_time<milliseconds> point{milliseconds(time)};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss<milliseconds> clock{point - day};
    appendNumber(out, static_cast<int>(date.year()), 4);
    out += '-';
    appendNumber(out, static_cast<int>(static_cast<unsigned>(date.month())), 2);
    out += '-';
    appendNumber(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
    out += 'T';
    appendNumber(out, static_cast<int>(clock.hours().count()), 2);
    out += ':';
    appendNumber(out, static_cast<int>(clock.minutes().count()), 2);
    out += ':';
    appendNumber(out, static_cast<int>(clock.seconds().count()), 2);
    out += '.';
    appendNumber(out, static_cast<int>(clock.subseconds().count()), 3);
    out += 'Z';
}

std::string rfc3339(Millis time)
{
    std::string out;
    out.reserve(24);
    appendRfc3339(out, time);
    return out;
}

std::optional<std::int64_t> daysFromCivil(int year, int month, int day) noexcept
{
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok())
        return std::nullopt;
    return sys_days(date).time_since_epoch().count();
}

} // namespace netbit::base
