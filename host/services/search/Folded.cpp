#include "services/search/Folded.h"

#include <Poco/Unicode.h>

#include <algorithm>

namespace netbit::services::search {

namespace {

char32_t lower(char32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    return static_cast<char32_t>(Poco::Unicode::toLower(static_cast<int>(c)));
}

} // namespace

void fold(std::string_view utf8, std::u32string& out)
{
    out.clear();
    for (std::size_t i = 0; i < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t c = length == 1 ? lead : lead & (0x7Fu >> length);
        for (std::size_t k = 1; k < length && i + k < utf8.size(); ++k)
            c = (c << 6) | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
        out += lower(c);
        i += length;
    }
}

std::u32string folded(std::string_view utf8)
{
    std::u32string out;
    fold(utf8, out);
    return out;
}

std::string toUtf8(std::u32string_view text)
{
    std::string out;
    const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    for (const auto c : text) {
        if (c < 0x80) {
            put(c);
            continue;
        }
        if (c < 0x800) {
            put(0xC0 | (c >> 6));
        } else {
            if (c < 0x10000) {
                put(0xE0 | (c >> 12));
            } else {
                put(0xF0 | (c >> 18));
                put(0x80 | ((c >> 12) & 0x3F));
            }
            put(0x80 | ((c >> 6) & 0x3F));
        }
        put(0x80 | (c & 0x3F));
    }
    return out;
}

std::string foldedUtf8(std::string_view utf8) { return toUtf8(folded(utf8)); }

std::vector<Range> places(std::u32string_view text, const std::vector<std::u32string_view>& needles)
{
    std::vector<Range> found;
    for (const auto needle : needles)
        for (auto at = text.find(needle); at != text.npos; at = text.find(needle, at + 1))
            found.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(needle.size())});
    std::sort(found.begin(), found.end(), [](const Range& a, const Range& b) { return a.start < b.start; });
    std::vector<Range> merged;
    for (const auto& range : found) {
        if (!merged.empty() && range.start <= merged.back().start + merged.back().length)
            merged.back().length =
                std::max(merged.back().start + merged.back().length, range.start + range.length) - merged.back().start;
        else
            merged.push_back(range);
    }
    return merged;
}

} // namespace netbit::services::search
