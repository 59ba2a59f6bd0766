#include "support/Disposition.h"

#include <algorithm>

namespace netbit::support {

namespace {

bool sameName(std::string_view one, std::string_view other) noexcept
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), [&](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = std::min(text.find_first_not_of(" \t"), text.size());
    const auto last = text.find_last_not_of(" \t");
    return last == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

/// Up to a semicolon that is not within quotes.
std::string_view takePart(std::string_view& rest) noexcept
{
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size() && (quoted || rest[end] != ';'); ++end) {
        if (rest[end] == '\\' && quoted)
            ++end;
        else if (rest[end] == '"')
            quoted = !quoted;
    }
    end = std::min(end, rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return trimmed(part);
}

std::string unquoted(std::string_view value)
{
    if (value.size() < 2 || value.front() != '"' || value.back() != '"')
        return std::string(value);
    std::string out;
    for (std::size_t i = 1; i + 1 < value.size(); ++i) {
        if (value[i] == '\\' && i + 2 < value.size())
            ++i;
        out += value[i];
    }
    return out;
}

int digit(char c) noexcept
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// UTF-8''na%C3%AFve.txt (RFC 8187).
std::optional<std::string> extended(std::string_view value)
{
    const auto first = value.find('\'');
    const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos || !sameName(value.substr(0, first), "UTF-8"))
        return std::nullopt;
    value.remove_prefix(second + 1);
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '%') {
            out += value[i];
            continue;
        }
        if (i + 2 >= value.size() || digit(value[i + 1]) < 0 || digit(value[i + 2]) < 0)
            return std::nullopt;
        out += static_cast<char>(digit(value[i + 1]) * 16 + digit(value[i + 2]));
        i += 2;
    }
    return out;
}

} // namespace

std::optional<std::string> nameIn(std::string_view disposition)
{
    std::optional<std::string> plain;
    takePart(disposition); // attachment, inline
    while (!disposition.empty()) {
        const auto part = takePart(disposition);
        const auto equals = part.find('=');
        if (equals == std::string_view::npos)
            continue;
        const auto name = trimmed(part.substr(0, equals));
        const auto value = trimmed(part.substr(equals + 1));
        if (sameName(name, "filename*")) {
            if (auto told = extended(value))
                return told;
        } else if (sameName(name, "filename") && !plain) {
            plain = unquoted(value);
        }
    }
    return plain;
}

std::string dispositionOf(std::string_view kind, std::string_view name)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    constexpr std::string_view plain = "!#$&+-.^_`|~"; // attr-char of RFC 8187, beside letters and digits
    std::string ascii;
    std::string all;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        ascii += byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\' && c != '%' ? c : '_';
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || plain.find(c) != std::string_view::npos) {
            all += c;
        } else {
            all += '%';
            all += hex[byte >> 4];
            all += hex[byte & 15];
        }
    }
    std::string out(kind);
    out += "; filename=\"" + ascii + '"';
    if (ascii != name)
        out += "; filename*=UTF-8''" + all;
    return out;
}

} // namespace netbit::support
