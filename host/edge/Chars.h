#pragma once
// Which bytes HTTP allows where (RFC 9110 section 5, RFC 9112 section 3, RFC 3986).

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace netbit::edge {

enum CharClass : std::uint8_t {
    tokenChar = 1,  ///< RFC 9110 tchar
    pathChar = 2,   ///< RFC 3986 pchar without '%', and '/'
    queryChar = 4,  ///< pathChar, '?', and what browsers leave unescaped there (WHATWG URL): [ ] { | } ^ ` and `\`
    valueChar = 8,  ///< field-vchar, SP, HTAB
    hostChar = 16,  ///< RFC 3986 reg-name without '%'
    hexDigit = 32,
};

namespace detail {

constexpr std::array<std::uint8_t, 256> charTable() noexcept
{
    std::array<std::uint8_t, 256> table{};
    const auto mark = [&](std::string_view chars, int classes) {
        for (const char c : chars)
            table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(classes);
    };
    mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", tokenChar | pathChar | queryChar | hostChar);
    mark("0123456789abcdefABCDEF", hexDigit);
    mark("!#$%&'*+-.^_`|~", tokenChar);
    mark("-._~!$&'()*+,;=", pathChar | queryChar | hostChar);
    mark(":@/", pathChar | queryChar);
    mark("?[]{|}^`\\", queryChar);
    for (unsigned c = 0; c < 256; ++c)
        if (c == '\t' || (c >= 0x20 && c != 0x7F))
            table[c] |= valueChar;
    return table;
}

inline constexpr auto chars = charTable();

} // namespace detail

inline bool is(CharClass wanted, char c) noexcept
{
    return (detail::chars[static_cast<unsigned char>(c)] & wanted) != 0;
}

inline bool allAre(CharClass wanted, std::string_view text) noexcept
{
    for (const char c : text)
        if (!is(wanted, c))
            return false;
    return true;
}

inline bool isToken(std::string_view text) noexcept { return !text.empty() && allAre(tokenChar, text); }

/// Whether text may be a field value. Eight bytes at a time, since values are most of a head.
inline bool isFieldValue(std::string_view text) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101u;
    constexpr std::uint64_t highs = ones * 0x80;
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        const std::uint64_t below = (word - ones * 0x20) & ~word & highs; // a byte < 0x20
        const std::uint64_t del = word ^ (ones * 0x7F);
        if ((below | ((del - ones) & ~del & highs)) != 0 && !allAre(valueChar, {at, 8}))
            return false;
    }
    return allAre(valueChar, {at, left});
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

inline bool sameText(std::string_view a, std::string_view lowerCase) noexcept
{
    if (a.size() != lowerCase.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(lowerCase[i]))
            return false;
    return true;
}

inline std::string_view trimmed(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

} // namespace netbit::edge
