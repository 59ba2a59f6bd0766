#include "cli/irc/Annotation.h"

#include <charconv>
#include <optional>
#include <utility>

namespace netbit::cli::irc
{

namespace
{

std::optional<std::size_t> takeNumber(std::string_view& text) noexcept
{
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto next = text.find_first_not_of(' ');
    text.remove_prefix(next == std::string_view::npos ? text.size() : next);
    return value;
}

/// `a b -` with white space at the end.
std::optional<std::pair<std::size_t, std::size_t>> parsePair(std::string_view text) noexcept
{
    const auto a = takeNumber(text);
    const auto b = a ? takeNumber(text) : std::nullopt;
    if (!b || !text.starts_with('-') || text.find_first_not_of(" \r", 1) != std::string_view::npos)
        return std::nullopt;
    return std::pair{*a, *b};
}

} // namespace

std::string_view faultText(LinkFault fault) noexcept
{
    switch (fault) {
    case LinkFault::malformed:
        return "reply link: not `a b -`";
    case LinkFault::noSuchLine:
        return "reply link: no such line";
    case LinkFault::notAMessage:
        return "reply link: to or from a line that is not a message";
    case LinkFault::answersLater:
        return "reply link: answers a later line";
    case LinkFault::secondAnswer:
        return "reply link: a nearer one is kept";
    }
    return "";
}

Links parseAnnotation(std::string_view text, std::size_t logLines, const std::function<bool(std::size_t)>& canLink)
{
    Links links;
    links.answers.assign(logLines, noLine);
    std::vector<std::size_t> madeBy(logLines, noLine); // the annotation line behind each kept link
    for (std::size_t number = 0; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.find_first_not_of(" \r") == std::string_view::npos)
            continue;
        const auto pair = parsePair(line);
        const auto refuse = [&](LinkFault fault) { links.leftOut.push_back({number, fault, pair ? pair->second : 0}); };
        if (!pair) {
            refuse(LinkFault::malformed);
            continue;
        }
        const auto [a, b] = *pair;
        if (a >= logLines || b >= logLines)
            refuse(LinkFault::noSuchLine);
        else if (a == b)
            ++links.starts;
        else if (a > b)
            refuse(LinkFault::answersLater);
        else if (!canLink(a) || !canLink(b))
            refuse(LinkFault::notAMessage);
        else if (links.answers[b] == noLine || links.answers[b] < a) {
            if (links.answers[b] != noLine)
                links.leftOut.push_back({madeBy[b], LinkFault::secondAnswer, b});
            links.answers[b] = a;
            madeBy[b] = number;
        } else
            refuse(LinkFault::secondAnswer);
    }
    return links;
}

} // namespace netbit::cli::irc
