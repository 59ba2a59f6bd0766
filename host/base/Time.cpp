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

std::optional<Millis> parseRfc3339(std::string_view text) noexcept
{
    bool good = true;
    const auto take = [&](std::size_t digits, int most) {
        int number = 0;
        for (; digits > 0; --digits) {
            good = good && !text.empty() && text.front() >= '0' && text.front() <= '9';
            if (!good)
                return 0;
            number = number * 10 + (text.front() - '0');
            text.remove_prefix(1);
        }
        good = number <= most;
        return number;
    };
    const auto skip = [&](std::string_view any) {
        good = good && !text.empty() && any.find(text.front()) != any.npos;
        const char c = good ? text.front() : ' ';
        if (good)
            text.remove_prefix(1);
        return c;
    };
    const int year = take(4, 9999);
    skip("-");
    const int month = take(2, 12);
    skip("-");
    const int day = take(2, 31);
    skip("Tt ");
    const int hour = take(2, 23);
    skip(":");
    const int minute = take(2, 59);
    skip(":");
    const int second = take(2, 59);
    int millis = 0;
    if (good && text.starts_with('.')) {
        text.remove_prefix(1);
        int unit = 100;
        do {
            millis += unit * take(1, 9);
            unit /= 10;
        } while (good && !text.empty() && text.front() >= '0' && text.front() <= '9');
    }
    const char zone = skip("Zz+-");
    int offset = 0;
    if (zone == '+' || zone == '-') {
        offset = take(2, 23) * 60;
        skip(":");
        offset += take(2, 59);
        offset = zone == '-' ? -offset : offset;
    }
    const auto days = good && text.empty() && year >= 1970 ? daysFromCivil(year, month, day) : std::nullopt;
    if (!days)
        return std::nullopt;
    const auto time = (((*days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + millis;
    return time < 0 ? std::nullopt : std::optional(time);
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
