#include "edge/ByteRange.h"

#include "edge/Chars.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace netbit::edge {

namespace {

/// Digits alone. One that is too large for 64 bits is the largest there is: beyond every file.
std::optional<std::uint64_t> number(std::string_view text) noexcept
{
    if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc::result_out_of_range ? ~std::uint64_t{0} : out;
}

} // namespace

ByteRange chooseRange(std::string_view range, std::string_view ifRange, std::string_view etag, std::uint64_t size) noexcept
{
    const ByteRange whole{ByteRange::Verdict::whole, 0, size};
    constexpr std::string_view unit = "bytes=";
    if (range.size() <= unit.size() || !sameText(range.substr(0, unit.size()), unit))
        return whole;
    if (!ifRange.empty() && ifRange != etag) // compared strongly: a weak tag is another text
        return whole;
    const auto wanted = trimmed(range.substr(unit.size()));
    const auto dash = wanted.find('-');
    if (dash == std::string_view::npos || wanted.find(',') != std::string_view::npos)
        return whole;
    const auto first = number(wanted.substr(0, dash));
    const auto last = number(wanted.substr(dash + 1));
    if (dash == 0) {
        if (!last)
            return whole;
        if (*last == 0 || size == 0)
            return {ByteRange::Verdict::unsatisfiable, 0, 0};
        const auto length = std::min(*last, size);
        return {ByteRange::Verdict::part, size - length, length};
    }
    if (!first || (dash + 1 < wanted.size() && !last) || (last && *last < *first))
        return whole;
    if (*first >= size)
        return {ByteRange::Verdict::unsatisfiable, 0, 0};
    const auto end = last ? std::min(*last, size - 1) : size - 1;
    return {ByteRange::Verdict::part, *first, end - *first + 1};
}

} // namespace netbit::edge
