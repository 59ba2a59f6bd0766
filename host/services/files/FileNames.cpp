#include "services/files/FileNames.h"

#include <boost/locale/utf.hpp>

#include <iterator>

namespace netbit::services::files {

namespace {

using Utf8 = boost::locale::utf::utf_traits<char>;

constexpr std::size_t longestGiven = 16 * 1024; // what is cut away need not be looked at
constexpr std::size_t longestEnding = 32;

bool hidden(boost::locale::utf::code_point character) noexcept
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0) // controls
           || character == 0x061C || character == 0x200E || character == 0x200F // marks of direction
           || (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069) // and overrides
           || character == 0x2028 || character == 0x2029 // ends of lines
           || character == 0xFEFF || character == 0x200B;
}

/// At most this many bytes, without a part of a character.
std::string_view cut(std::string_view text, std::size_t most) noexcept
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
        --most;
    return text.substr(0, most);
}

} // namespace

std::string displayName(std::string_view given)
{
    given = given.substr(0, longestGiven);
    if (const auto separator = given.find_last_of("/\\"); separator != std::string_view::npos)
        given.remove_prefix(separator + 1);
    std::string out;
    for (auto at = given.begin(); at != given.end();) {
        const auto character = Utf8::decode(at, given.end());
        if (!boost::locale::utf::is_valid_codepoint(character))
            out += "\xEF\xBF\xBD";
        else if (!hidden(character))
            Utf8::encode(character, std::back_inserter(out));
    }
    const auto first = out.find_first_not_of(" .");
    const auto last = out.find_last_not_of(" .");
    if (first == std::string::npos)
        return "file";
    out = out.substr(first, last - first + 1);
    if (out.size() <= maxNameBytes)
        return out;
    const auto dot = out.rfind('.');
    const bool ends = dot != std::string::npos && out.size() - dot <= longestEnding;
    const auto ending = ends ? out.substr(dot) : std::string();
    return std::string(cut(out, maxNameBytes - ending.size())) + ending;
}

} // namespace netbit::services::files
