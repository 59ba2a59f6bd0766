#include "services/issues/References.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace netbit::services::issues {

namespace {

bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool nameChar(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) || c == '_' || c == '-' || c == '.';
}
bool wordChar(char c) noexcept { return nameChar(c) || static_cast<unsigned char>(c) >= 0x80; }

/// Back quotes end a span with as many as began it; alone they are text.
std::size_t behindCode(std::string_view text, std::size_t at)
{
    const auto open = std::min(text.find_first_not_of('`', at), text.size());
    for (auto from = open; from < text.size();) {
        const auto close = text.find('`', from);
        if (close == text.npos)
            break;
        const auto end = std::min(text.find_first_not_of('`', close), text.size());
        if (end - close == open - at)
            return end;
        from = end;
    }
    return open;
}

/// The word that ends before the place, with a colon or white space between.
bool closing(std::string_view before)
{
    auto end = before.find_last_not_of(" \t\n:");
    if (end == before.npos || end + 1 == before.size())
        return false;
    auto start = end;
    while (start > 0 && wordChar(before[start - 1]))
        --start;
    std::string word(before.substr(start, end + 1 - start));
    std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    constexpr std::array<std::string_view, 9> words{"close", "closes",  "closed",   "fix",     "fixes",
                                                    "fixed", "resolve", "resolves", "resolved"};
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

std::vector<Reference> referencesIn(std::string_view text)
{
    std::vector<Reference> out;
    std::size_t coded = 0; // nothing before this belongs to a name
    for (std::size_t at = 0; at < text.size() && out.size() < mostReferences;) {
        if (text[at] == '`') {
            coded = at = behindCode(text, at);
            continue;
        }
        if (text[at] != '#') {
            ++at;
            continue;
        }
        auto end = at + 1;
        while (end < text.size() && digit(text[end]))
            ++end;
        auto start = at;
        while (start > coded && (nameChar(text[start - 1]) || text[start - 1] == '/'))
            --start;
        Reference found;
        const bool read = std::from_chars(text.data() + at + 1, text.data() + end, found.number).ec == std::errc();
        const auto name = text.substr(start, at - start);
        const auto slash = name.rfind('/');
        const bool apart = (end == text.size() || !wordChar(text[end]) || text[end] == '.' || text[end] == '-') &&
                           (start == 0 || (!wordChar(text[start - 1]) && std::string_view("@#&/").find(text[start - 1]) == std::string_view::npos));
        if (read && found.number > 0 && apart && name.find('/') == slash && name.size() <= 201 &&
            (slash == name.npos || (slash > 0 && slash + 1 < name.size()))) {
            found.project = slash == name.npos ? name : name.substr(slash + 1);
            found.owner = slash == name.npos ? std::string_view() : name.substr(0, slash);
            found.closes = closing(text.substr(coded, start - coded));
            const auto same = std::find_if(out.begin(), out.end(), [&](const Reference& other) {
                return other.owner == found.owner && other.project == found.project && other.number == found.number;
            });
            if (same == out.end())
                out.push_back(std::move(found));
            else
                same->closes = same->closes || found.closes;
        }
        at = end;
    }
    return out;
}

namespace {

/// Words of names' letters and signs, with the sign before them; not within code. `take` says whether it wants more.
template <class Take>
void eachWord(std::string_view text, const Take& take)
{
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '`') {
            at = behindCode(text, at);
            continue;
        }
        if (!wordChar(text[at])) {
            ++at;
            continue;
        }
        auto end = at;
        while (end < text.size() && wordChar(text[end]))
            ++end;
        auto word = text.substr(at, end - at);
        while (!word.empty() && (word.back() == '.' || word.back() == '-')) // the sentence's, and no name's
            word.remove_suffix(1);
        const char before = at == 0 ? ' ' : text[at - 1];
        const char further = at < 2 ? ' ' : text[at - 2];
        if (!word.empty() && !take(word, before, further, end < text.size() ? text[end] : ' '))
            return;
        at = end;
    }
}

bool addOnce(std::vector<std::string>& out, std::string_view word)
{
    if (std::find(out.begin(), out.end(), word) == out.end())
        out.emplace_back(word);
    return out.size() < mostReferences;
}

} // namespace

bool mayBeCommit(std::string_view word) noexcept
{
    return word.size() >= 7 && word.size() <= 40 &&
           std::all_of(word.begin(), word.end(), [](char c) { return digit(c) || (c >= 'a' && c <= 'f'); });
}

std::vector<std::string> peopleIn(std::string_view text)
{
    std::vector<std::string> out;
    eachWord(text, [&](std::string_view word, char before, char further, char) {
        const bool named = before == '@' && !wordChar(further) && further != '@' && further != '/' && word.size() <= 100;
        return !named || addOnce(out, word);
    });
    return out;
}

std::vector<std::string> commitsIn(std::string_view text)
{
    std::vector<std::string> out;
    eachWord(text, [&](std::string_view word, char before, char, char behind) {
        constexpr std::string_view others = "@#/&";
        const bool apart = others.find(before) == others.npos && others.find(behind) == others.npos;
        return !apart || !mayBeCommit(word) || addOnce(out, word);
    });
    return out;
}

} // namespace netbit::services::issues
