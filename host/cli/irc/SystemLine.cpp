#include "cli/irc/SystemLine.h"

namespace netbit::cli::irc
{

namespace
{

constexpr auto npos = std::string_view::npos;

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(' ');
    if (first == npos)
        return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The older logs have a space behind every `]`, also inside a nick: `[MUPPETS] Gonzo` is `[MUPPETS]Gonzo`.
/// Any other space says that this is no nick but a sentence.
std::optional<std::string> asNick(std::string_view text)
{
    text = trimmed(text);
    std::string nick;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != ' ')
            nick += text[i];
        else if (i == 0 || (text[i - 1] != ']' && text[i - 1] != ' '))
            return std::nullopt;
    }
    if (nick.empty())
        return std::nullopt;
    return nick;
}

std::string_view firstWord(std::string_view text) noexcept
{
    text = trimmed(text);
    return text.substr(0, text.find_first_of(" ,"));
}

/// `NICK [user@host]  has joined #channel`; the bracket tells it from an action with the same words.
std::optional<SystemText> membership(std::string_view text)
{
    struct Form {
        std::string_view words;
        LineKind kind;
    };
    static constexpr Form forms[] = {
        {"]  has joined ", LineKind::join}, {"] has joined ", LineKind::join}, {"]  has left ", LineKind::part},
        {"] has left ", LineKind::part},    {"]  has quit", LineKind::quit},   {"] has quit", LineKind::quit},
    };
    for (const auto& form : forms) {
        const auto end = text.find(form.words);
        if (end == npos)
            continue;
        const auto open = text.rfind(" [", end);
        if (open == npos)
            continue;
        if (auto nick = asNick(text.substr(0, open)))
            return SystemText{form.kind, std::move(*nick), text};
    }
    return std::nullopt;
}

std::optional<SystemText> rename(std::string_view text)
{
    constexpr std::string_view words = " is now known as ";
    const auto at = text.find(words);
    if (at == npos)
        return std::nullopt;
    auto from = asNick(text.substr(0, at));
    if (!from || !asNick(text.substr(at + words.size())))
        return std::nullopt;
    return SystemText{LineKind::rename, std::move(*from), text};
}

std::optional<SystemText> byNick(std::string_view text, std::string_view words)
{
    const auto at = text.find(words);
    if (at == npos)
        return std::nullopt;
    if (auto nick = asNick(text.substr(0, at)))
        return SystemText{LineKind::other, std::move(*nick), text};
    return std::nullopt;
}

SystemText about(std::string_view nick, std::string_view text)
{
    return {LineKind::other, std::string(nick.empty() ? serverNick : nick), text};
}

/// Lines that name no nick in front.
std::optional<SystemText> ofServer(std::string_view text)
{
    if (text.starts_with("mode/")) {
        const auto by = text.rfind(" by ");
        return about(by == npos ? std::string_view() : firstWord(text.substr(by + 4)), text);
    }
    constexpr std::string_view topic = "..[topic/";
    if (text.starts_with(topic)) {
        const auto colon = text.find(':', topic.size());
        const auto close = text.find(']', topic.size());
        return about(colon != npos && close != npos && colon < close ? text.substr(colon + 1, close - colon - 1)
                                                                     : std::string_view(),
                     text);
    }
    if (text.starts_with("Topic (")) {
        constexpr std::string_view setBy = "): set by ";
        const auto by = text.find(setBy);
        return about(by == npos ? std::string_view() : firstWord(text.substr(by + setBy.size())), text);
    }
    const auto word = firstWord(text);
    if (word.empty() || word.front() == '#' || (word.size() > 1 && word.back() == ':'))
        return about({}, text);
    return std::nullopt;
}

/// The nick, and behind it what it does. A nick that ends in `]` is followed by two spaces; one space is inside it.
SystemText action(std::string_view text)
{
    auto end = std::min(text.find(' '), text.size());
    while (end < text.size() && text[end - 1] == ']' && end + 1 < text.size() && text[end + 1] != ' ')
        end = std::min(text.find(' ', end + 1), text.size());
    auto nick = asNick(text.substr(0, end));
    auto deed = text.substr(end);
    deed.remove_prefix(std::min(deed.find_first_not_of(' '), deed.size()));
    if (!nick || deed.empty())
        return about(firstWord(text), text);
    return {LineKind::action, std::move(*nick), deed};
}

} // namespace

SystemText parseSystemText(std::string_view text)
{
    // Channel exports pad the end of a line.
    const auto last = text.find_last_not_of(" \t");
    text = text.substr(0, last == npos ? 0 : last + 1);
    if (auto parsed = ofServer(text))
        return std::move(*parsed);
    if (auto parsed = membership(text))
        return std::move(*parsed);
    if (auto parsed = rename(text))
        return std::move(*parsed);
    if (auto parsed = byNick(text, " was kicked off #"))
        return std::move(*parsed);
    if (auto parsed = byNick(text, " changed the topic of #"))
        return std::move(*parsed);
    return action(text);
}

} // namespace netbit::cli::irc
