#include "cli/irc/LineParser.h"

#include "base/Json.h"
#include "base/Time.h"
#include "cli/irc/SystemLine.h"

namespace netbit::cli::irc
{

namespace
{

bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool blank(char c) noexcept { return c == ' ' || c == '\t'; }

int twoDigits(std::string_view text, std::size_t at) noexcept { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

void skipBlanks(std::string_view& text) noexcept
{
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
}

Line leave(Line line, LeftOut reason)
{
    line.kind = LineKind::leftOut;
    line.reason = reason;
    return line;
}

Line keep(Line line, LineKind kind, std::string_view text)
{
    if (line.nick.empty())
        return leave(std::move(line), LeftOut::noNick);
    if (text.size() > maxContentBytes)
        return leave(std::move(line), LeftOut::tooLong);
    line.kind = kind;
    line.text = text;
    return line;
}

/// Takes `channel YYYY-MM-DD ` off the front when it is there.
void takeChannelAndDay(std::string_view& text, Line& line) noexcept
{
    const auto space = text.find(' ');
    constexpr std::size_t dayLength = 10;
    if (space == std::string_view::npos || space == 0 || text.front() == '[' || text.front() == '=' ||
        text.size() < space + 1 + dayLength + 1 || text[space + 1 + dayLength] != ' ')
        return;
    const auto day = leadingDay(text.substr(space + 1));
    if (!day)
        return;
    line.day = day;
    text.remove_prefix(space + 1 + dayLength + 1);
}

enum class Stamp { absent, taken, wrong };

/// Takes `[HH:MM] ` or `[HH:MM:SS] ` off the front.
Stamp takeTime(std::string_view& text, Line& line) noexcept
{
    constexpr std::size_t shortest = 7;
    if (text.size() < shortest || text[0] != '[' || !digit(text[1]) || !digit(text[2]) || text[3] != ':' ||
        !digit(text[4]) || !digit(text[5]))
        return Stamp::absent;
    int second = 0;
    std::size_t end = 6;
    if (text[6] == ':' && text.size() > 9 && digit(text[7]) && digit(text[8])) {
        second = twoDigits(text, 7);
        line.secondsWritten = true;
        end = 9;
    }
    if (text[end] != ']' || (text.size() > end + 1 && text[end + 1] != ' '))
        return Stamp::absent;
    const int hour = twoDigits(text, 1);
    const int minute = twoDigits(text, 4);
    if (hour > 23 || minute > 59 || second > 59)
        return Stamp::wrong;
    line.second = (hour * 60 + minute) * 60 + second;
    text.remove_prefix(std::min(end + 2, text.size()));
    return Stamp::taken;
}

/// `nick> text`, behind the `<`. A nick holds no space: those in the logs were put there after a `]` by whoever wrote
/// them, and by clients that pad the place of the `@`.
Line parseMessage(std::string_view text, Line line)
{
    const auto end = text.find('>');
    if (end == std::string_view::npos)
        return leave(std::move(line), LeftOut::unknownForm);
    for (const char c : text.substr(0, end))
        if (!blank(c))
            line.nick += c;
    const auto mode = line.nick.find_first_not_of("@+%&~");
    line.nick.erase(0, mode == std::string::npos ? line.nick.size() : mode);
    text.remove_prefix(end + 1);
    if (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    return keep(std::move(line), LineKind::message, text);
}

/// ` nick does something`, behind the `*`.
Line parseAction(std::string_view text, Line line)
{
    skipBlanks(text);
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    line.nick = text.substr(0, end);
    text.remove_prefix(end);
    skipBlanks(text);
    return keep(std::move(line), LineKind::action, text);
}

/// `-nick:#channel- text` and `-nick- text`.
bool isNotice(std::string_view text) noexcept
{
    const auto space = text.find(' ');
    return text.size() > 2 && text.front() == '-' && space != std::string_view::npos && space > 2 &&
        text[space - 1] == '-';
}

} // namespace

std::string_view reasonText(LeftOut reason) noexcept
{
    switch (reason) {
    case LeftOut::none:
        break;
    case LeftOut::blank:
        return "blank line";
    case LeftOut::invalidUtf8:
        return "not valid UTF-8";
    case LeftOut::nulByte:
        return "a NUL byte";
    case LeftOut::tooLong:
        return "longer than 16 KiB";
    case LeftOut::badTime:
        return "no such time of day";
    case LeftOut::noNick:
        return "no nick";
    case LeftOut::notice:
        return "a notice";
    case LeftOut::unknownForm:
        return "unknown form";
    }
    return "";
}

std::optional<std::int64_t> leadingDay(std::string_view text) noexcept
{
    if (text.size() < 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    for (const std::size_t at : {0, 1, 2, 3, 5, 6, 8, 9})
        if (!digit(text[at]))
            return std::nullopt;
    return base::daysFromCivil(twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5), twoDigits(text, 8));
}

Line parseLine(std::string_view text)
{
    Line line;
    if (!text.empty() && text.back() == '\r')
        text.remove_suffix(1);
    if (text.find_first_not_of(" \t") == std::string_view::npos)
        return leave(std::move(line), LeftOut::blank);
    if (text.find('\0') != std::string_view::npos)
        return leave(std::move(line), LeftOut::nulByte);
    if (!base::validUtf8(text))
        return leave(std::move(line), LeftOut::invalidUtf8);

    takeChannelAndDay(text, line);
    const auto stamp = takeTime(text, line);
    if (stamp == Stamp::wrong)
        return leave(std::move(line), LeftOut::badTime);
    if (text.starts_with("=== ")) {
        auto parsed = parseSystemText(text.substr(4));
        line.nick = std::move(parsed.nick);
        return keep(std::move(line), parsed.kind, parsed.text);
    }
    if (stamp == Stamp::absent)
        return leave(std::move(line), LeftOut::unknownForm);
    if (text.starts_with('<'))
        return parseMessage(text.substr(1), std::move(line));
    auto rest = text;
    skipBlanks(rest);
    if (rest.starts_with('*'))
        return parseAction(rest.substr(1), std::move(line));
    return leave(std::move(line), isNotice(text) ? LeftOut::notice : LeftOut::unknownForm);
}

} // namespace netbit::cli::irc
