#include "browse/Text.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace netbit::git {

namespace {

/// How many bytes the character at the beginning has; 0: it is none.
std::size_t characterAt(std::string_view bytes) noexcept
{
    const auto at = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
    const auto continues = [&](std::size_t i) { return (at(i) & 0xC0u) == 0x80u; };
    const unsigned first = at(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool good = continues(1) && continues(2) && (first != 0xE0 || at(1) >= 0xA0) && (first != 0xED || at(1) < 0xA0);
        return good ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool good = continues(1) && continues(2) && continues(3) && (first != 0xF0 || at(1) >= 0x90) &&
                          (first != 0xF4 || at(1) < 0x90);
        return good ? 4 : 0;
    }
    return 0;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<int> digits(std::string_view& text, std::size_t count)
{
    int value = 0;
    if (text.size() < count)
        return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + count, value);
    if (error != std::errc() || end != text.data() + count || value < 0)
        return std::nullopt;
    text.remove_prefix(count);
    return value;
}

bool skip(std::string_view& text, char c)
{
    const bool there = !text.empty() && lower(text.front()) == c;
    if (there)
        text.remove_prefix(1);
    return there;
}

} // namespace

bool isUtf8(std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        const auto length = characterAt(bytes);
        if (length == 0)
            return false;
        bytes.remove_prefix(length);
    }
    return true;
}

std::string lossyUtf8(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto length = characterAt(bytes);
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else
            out += bytes.substr(0, length);
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string base64(std::string_view bytes)
{
    std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    out.pop_back(); // its NUL
    return out;
}

std::optional<std::string> fromBase64Url(std::string_view text)
{
    while (text.ends_with('='))
        text.remove_suffix(1);
    std::string safe(text);
    std::replace(safe.begin(), safe.end(), '+', '-');
    std::replace(safe.begin(), safe.end(), '/', '_');
    std::string out(text.size(), '\0');
    std::size_t length = 0;
    const char* end = nullptr;
    const int status =
        sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), safe.data(), safe.size(), nullptr, &length,
                          &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (status != 0 || end != safe.data() + safe.size())
        return std::nullopt;
    out.resize(length);
    return out;
}

namespace {

std::string percentEncoded(std::string_view text, std::string_view kept)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kept.find(c) != kept.npos) {
            out += c;
        } else {
            out += '%';
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    return out;
}

} // namespace

std::string percentEncoded(std::string_view text) { return percentEncoded(text, "-._~/"); }

std::string percentEncodedSegment(std::string_view text) { return percentEncoded(text, "-._~"); }

void putBytes(boost::json::object& to, std::string_view name, std::string_view bytes)
{
    if (isUtf8(bytes)) {
        to[name] = bytes;
        return;
    }
    to[name] = lossyUtf8(bytes);
    to[std::string(name) + "_base64"] = base64(bytes);
}

std::string rfc3339(std::int64_t seconds)
{
    using namespace std::chrono;
    constexpr std::int64_t first = -62'167'219'200; // 0000-01-01
    constexpr std::int64_t last = 253'402'300'799;  // 9999-12-31T23:59:59
    const sys_seconds time{std::chrono::seconds(std::clamp(seconds, first, last))};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.000Z", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return text.data();
}

std::optional<std::int64_t> secondsOf(std::string_view text)
{
    using namespace std::chrono;
    const auto y = digits(text, 4);
    if (!y || !skip(text, '-'))
        return std::nullopt;
    const auto m = digits(text, 2);
    if (!m || !skip(text, '-'))
        return std::nullopt;
    const auto d = digits(text, 2);
    if (!d)
        return std::nullopt;
    const year_month_day date(year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d)));
    if (!date.ok())
        return std::nullopt;
    std::int64_t out = sys_seconds(sys_days(date)).time_since_epoch().count();
    if (text.empty())
        return out;
    if (!skip(text, 't'))
        return std::nullopt;
    const auto h = digits(text, 2);
    const bool first = skip(text, ':');
    const auto min = digits(text, 2);
    const bool second = skip(text, ':');
    const auto s = digits(text, 2);
    if (!h || !first || !min || !second || !s || *h > 23 || *min > 59 || *s > 60)
        return std::nullopt;
    out += *h * 3'600 + *min * 60 + *s;
    if (skip(text, '.')) {
        const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
        if (end == 0)
            return std::nullopt;
        text.remove_prefix(end);
    }
    if (skip(text, 'z'))
        return text.empty() ? std::optional(out) : std::nullopt;
    const int sign = skip(text, '+') ? -1 : skip(text, '-') ? 1 : 0;
    const auto offsetHours = digits(text, 2);
    const bool colon = skip(text, ':');
    const auto offsetMinutes = digits(text, 2);
    if (sign == 0 || !offsetHours || !colon || !offsetMinutes || *offsetHours > 23 || *offsetMinutes > 59 || !text.empty())
        return std::nullopt;
    return out + sign * (*offsetHours * 3'600 + *offsetMinutes * 60);
}

std::string folded(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

bool containsFolded(std::string_view text, std::string_view foldedPart)
{
    const auto found = std::search(text.begin(), text.end(), foldedPart.begin(), foldedPart.end(),
                                   [](char a, char b) { return lower(a) == b; });
    return found != text.end() || foldedPart.empty();
}

} // namespace netbit::git
