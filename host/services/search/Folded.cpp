#include "services/search/Folded.h"

#include <Poco/Unicode.h>
#include <boost/locale/utf.hpp>

#include <algorithm>
#include <iterator>

namespace netbit::services::search {

namespace {

using Utf8 = boost::locale::utf::utf_traits<char>;

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
    for (auto at = utf8.begin(); at != utf8.end();) {
        const auto c = Utf8::decode(at, utf8.end());
        out += boost::locale::utf::is_valid_codepoint(c) ? lower(static_cast<char32_t>(c)) : U'\uFFFD';
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
    for (const auto c : text)
        Utf8::encode(c, std::back_inserter(out));
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
