#include "cli/chat/Blocks.h"

#include "cli/chat/Text.h"

#include <algorithm>
#include <ctime>

namespace netbit::cli::chat
{

namespace
{

constexpr int indentColumns = 6; ///< of the time and the space behind it
constexpr int narrow = 24; ///< below it nothing is indented

std::tm local(std::int64_t ms)
{
    const auto seconds = static_cast<std::time_t>(ms / 1000);
    std::tm out{};
    ::localtime_r(&seconds, &out);
    return out;
}

std::string formatted(const std::tm& time, const char* format)
{
    char text[128];
    return {text, std::strftime(text, sizeof text, format, &time)};
}

bool sameDay(const std::tm& a, const std::tm& b) { return a.tm_year == b.tm_year && a.tm_yday == b.tm_yday; }

Line ruled(const std::string& text, int columns, Tone tone)
{
    const auto inside = fitted(text, columns);
    const int rest = std::max(0, columns - columnsOf(inside) - 2);
    std::string line;
    const auto dashes = [&](int count) {
        for (int i = 0; i < count; ++i)
            line += "─";
    };
    dashes(rest / 2);
    line += rest > 0 ? " " + inside + " " : inside;
    dashes(rest - rest / 2);
    return {{fitted(line, columns), tone}};
}

std::string firstLine(const std::string& text) { return cleaned(std::string_view(text).substr(0, text.find('\n'))); }

/// `lead` on the first line, spaces in front of the others.
void addText(std::vector<Line>& lines, Line lead, const std::string& text, int columns, Tone tone)
{
    const int indent = columns < narrow ? 0 : indentColumns;
    const int used = widthOf(lead);
    // The first line is shorter by what stands before it: spaces of that width are wrapped with the text, and cut off
    // again.
    const int extra = std::max(0, used - indent);
    const bool fits = extra < columns - indent - 2;
    if (!fits) {
        lines.push_back(std::move(lead));
        lead = Line{{std::string(static_cast<std::size_t>(indent), ' ')}};
    }
    const std::string filler(static_cast<std::size_t>(fits ? extra : 0), '_');
    bool first = true;
    for (auto& piece : wrapped(filler + text, columns - indent)) {
        Line line;
        if (first) {
            line = lead;
            if (piece.size() >= filler.size() && piece.starts_with(filler))
                piece.erase(0, filler.size());
        } else if (indent > 0)
            line.push_back({std::string(static_cast<std::size_t>(indent), ' ')});
        line.push_back({std::move(piece), tone});
        lines.push_back(std::move(line));
        first = false;
    }
}

Tone toneOf(const Model& model, Id user)
{
    if (user == model.me())
        return Tone::strong;
    return static_cast<Tone>(static_cast<int>(Tone::person0) + static_cast<int>(user % personTones));
}

std::string indented(std::string text, int columns)
{
    return (columns < narrow ? "" : std::string(indentColumns, ' ')) +
        fitted(text, columns < narrow ? columns : columns - indentColumns);
}

Line reactionLine(const Model& model, const Message& message, int columns)
{
    std::string text;
    for (const auto& reaction : message.reactions) {
        const bool mine = std::ranges::find(reaction.users, model.me()) != reaction.users.end();
        text += text.empty() ? "" : " ";
        text.append("[")
            .append(fitted(cleaned(reaction.emoji), 12))
            .append(" ")
            .append(std::to_string(reaction.users.size()));
        text += mine ? "*]" : "]";
    }
    return {{indented(text, columns), Tone::accent}};
}

} // namespace

int widthOf(const Line& line)
{
    int columns = 0;
    for (const auto& span : line)
        columns += columnsOf(span.text);
    return columns;
}

void fit(Line& line, int columns)
{
    int used = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const int width = columnsOf(line[i].text);
        if (used + width > columns) {
            line[i].text = fitted(line[i].text, columns - used);
            used += columnsOf(line[i].text);
            line.resize(i + 1);
            break;
        }
        used += width;
    }
    if (used < columns)
        line.push_back({std::string(static_cast<std::size_t>(columns - used), ' '), Tone::plain,
                        !line.empty() && line.back().reverse});
}

std::vector<Line> blockOf(const Model& model, const Message& message, const Around& around, int columns)
{
    std::vector<Line> lines;
    const auto time = local(message.createdAt);
    if (!around.before || !sameDay(local(around.before->createdAt), time))
        lines.push_back(ruled(formatted(time, columns < 40 ? "%d %b %Y" : "%A, %d %B %Y"), columns, Tone::dim));
    if (around.newLine >= 0 && message.id > around.newLine && around.before && around.before->id <= around.newLine)
        lines.push_back(ruled("new", columns, Tone::alarm));
    const auto head = lines.size();
    if (message.replyTo != 0 && (!around.inThread || message.replyTo != message.threadId)) {
        std::string quote = "↳ ";
        if (around.answered)
            quote += cleaned(around.answered->sender) + ": " +
                (around.answered->deleted ? "(deleted)" : firstLine(around.answered->content));
        else
            quote += "an older message";
        lines.push_back({{indented(std::move(quote), columns), Tone::dim}});
    }
    Line lead{{formatted(time, "%H:%M "), message.mentionsMe ? Tone::alarm : Tone::dim}};
    if (message.type == "system")
        lead.push_back({"-- ", Tone::dim});
    else
        lead.push_back({fitted(cleaned(message.sender.empty() ? model.nameOf(message.senderId) : message.sender),
                               std::max(4, columns / 2)) +
                            ": ",
                        toneOf(model, message.senderId)});
    const bool quiet = message.deleted || message.type == "system";
    addText(lines, std::move(lead), message.deleted ? "(deleted)" : message.content, columns,
            quiet ? Tone::dim : Tone::plain);
    if (message.edited && !message.deleted) {
        auto& last = lines.back();
        if (widthOf(last) + 9 <= columns)
            last.push_back({" (edited)", Tone::dim});
        else
            lines.push_back({{indented("(edited)", columns), Tone::dim}});
    }
    for (const auto& file : message.files)
        lines.push_back({{indented("[file: " + cleaned(file) + "]", columns), Tone::accent}});
    if (message.pinned)
        lines.push_back({{indented("(pinned)", columns), Tone::dim}});
    if (!message.reactions.empty())
        lines.push_back(reactionLine(model, message, columns));
    if (message.replies > 0 && !around.inThread)
        lines.push_back(
            {{indented(std::to_string(message.replies) + (message.replies == 1 ? " reply" : " replies"), columns),
              Tone::accent}});
    if (message.id == model.selected())
        for (auto line = lines.begin() + static_cast<std::ptrdiff_t>(head); line != lines.end(); ++line) {
            for (auto& span : *line)
                span.reverse = true;
            fit(*line, columns);
        }
    return lines;
}

std::vector<Line> blockOf(const Model& model, const Pending& pending, int columns)
{
    std::vector<Line> lines;
    Line lead{{pending.made != 0 ? "  ok  " : "  …   ", Tone::dim},
              {fitted(cleaned(model.myName()), std::max(4, columns / 2)) + ": ", Tone::strong}};
    addText(lines, std::move(lead), pending.say.content, columns, Tone::dim);
    return lines;
}

} // namespace netbit::cli::chat
