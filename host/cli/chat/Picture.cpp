#include "cli/chat/Picture.h"

#include "cli/chat/Blocks.h"
#include "cli/chat/Bindings.h"
#include "cli/chat/Text.h"

#include <algorithm>

namespace netbit::cli::chat
{

namespace
{

constexpr int columnsForChats = 60; ///< from here on there is a pane of chats
constexpr int columnsForPeople = 96;
constexpr int mostInputRows = 5;

struct InputLines {
    std::vector<std::string> lines;
    int row = 0;
    int column = 0;
};

/// An editor's text over several lines, and where its cursor is.
InputLines laidOut(const Editor& editor, int columns)
{
    InputLines out;
    out.lines.emplace_back();
    int used = 0;
    const auto newLine = [&] {
        out.lines.emplace_back();
        used = 0;
    };
    const auto& text = editor.text();
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const int width = i < text.size() && text[i] != U'\n' ? columnsOf(text[i]) : 1;
        if (used + width > columns)
            newLine();
        if (i == editor.cursor()) {
            out.row = static_cast<int>(out.lines.size()) - 1;
            out.column = used;
        }
        if (i == text.size())
            break;
        if (text[i] == U'\n') {
            newLine();
            continue;
        }
        out.lines.back() += cleaned(encodedUtf8(std::u32string_view(&text[i], 1)));
        used += width;
    }
    return out;
}

struct Frame {
    int chats = 0; ///< columns of the pane with its rule; 0: none
    int people = 0;
    int body = 0; ///< columns
    int rows = 0; ///< of messages
    int input = 1; ///< rows
};

const Editor& editorOf(const Model& model)
{
    switch (model.mode()) {
    case Mode::jump:
    case Mode::search:
    case Mode::react:
        return model.prompt;
    default:
        return model.input;
    }
}

std::string leadOf(const Model& model)
{
    switch (model.mode()) {
    case Mode::jump:
        return "go to: ";
    case Mode::search:
        return "search: ";
    case Mode::react:
        return "react: ";
    case Mode::confirmDelete:
        return "Delete this message? y/n ";
    case Mode::confirmQuit:
        return "Not all is sent. Leave? y/n ";
    default:
        return model.editing() != 0 ? "edit> "
            : model.replyTo() != 0  ? "reply> "
            : model.thread() != 0   ? "thread> "
                                    : "> ";
    }
}

Frame frameOf(const Model& model, Size size)
{
    Frame frame;
    if (size.columns >= columnsForChats)
        frame.chats = std::clamp(size.columns / 4, 18, 30);
    if (size.columns >= columnsForPeople && model.showsPeople())
        frame.people = 22;
    frame.body = std::max(2, size.columns - frame.chats - frame.people);
    const auto lead = columnsOf(leadOf(model));
    const auto input = laidOut(editorOf(model), std::max(2, size.columns - lead - 1));
    frame.input =
        std::clamp(static_cast<int>(input.lines.size()), 1, std::max(1, std::min(mostInputRows, size.rows / 3)));
    frame.rows = std::max(1, size.rows - 2 - frame.input); // a title above, a line of status below
    return frame;
}

/// The messages that are shown, as blocks that are made when they are needed.
class Flow
{
public:
    Flow(const Model& model, int columns)
        : _model(model)
        , _shown(model.shown())
        , _waiting(model.waiting())
        , _columns(columns)
    {
    }

    int size() const { return static_cast<int>(_shown.size() + _waiting.size()); }
    int messages() const { return static_cast<int>(_shown.size()); }
    std::vector<Line> block(int index) const
    {
        const auto i = static_cast<std::size_t>(index);
        if (i >= _shown.size())
            return blockOf(_model, *_waiting[i - _shown.size()], _columns);
        const auto& message = *_shown[i];
        Around around;
        around.before = i > 0 ? _shown[i - 1] : nullptr;
        around.inThread = _model.thread() != 0;
        if (const auto* const room = _model.room()) {
            around.newLine = around.inThread ? -1 : room->newLine;
            around.answered = message.replyTo != 0 ? room->find(message.replyTo) : nullptr;
        }
        return blockOf(_model, message, around, _columns);
    }
    /// The block that is the lowest, and how many of its lines are out of sight.
    std::pair<int, int> bottom(const Scroll& scroll) const
    {
        if (!scroll.bottom)
            return {size() - 1, 0};
        const auto at =
            std::ranges::lower_bound(_shown, *scroll.bottom, {}, [](const Message* one) { return one->place(); });
        const auto index = static_cast<int>(at - _shown.begin());
        return index < messages() ? std::pair{index, scroll.below} : std::pair{size() - 1, 0};
    }
    int indexOf(Id message) const
    {
        const auto at = std::ranges::find_if(_shown, [message](const Message* one) { return one->id == message; });
        return at == _shown.end() ? -1 : static_cast<int>(at - _shown.begin());
    }
    Scroll scrollOf(int index, int below) const
    {
        if (index >= messages() || (index == size() - 1 && below == 0))
            return {};
        return {_shown[static_cast<std::size_t>(index)]->place(), below};
    }

    /// Of the lines that end there: as many as there are room for, and the first block that is among them.
    std::pair<std::vector<Line>, int> above(int index, int below, int rows) const
    {
        std::vector<Line> lines;
        for (; index >= 0 && static_cast<int>(lines.size()) < rows; --index, below = 0) {
            auto part = block(index);
            for (auto line = part.rbegin() + std::min<std::ptrdiff_t>(below, std::ssize(part)); line != part.rend();
                 ++line)
                if (static_cast<int>(lines.size()) < rows)
                    lines.push_back(std::move(*line));
        }
        std::ranges::reverse(lines);
        return {std::move(lines), index + 1};
    }

private:
    const Model& _model;
    std::vector<const Message*> _shown;
    std::vector<const Pending*> _waiting;
    int _columns;
};

std::vector<Line> messageLines(const Model& model, const Frame& frame, bool& startSeen)
{
    const Flow flow(model, frame.body);
    const auto [index, below] = flow.bottom(model.scroll());
    auto [lines, first] = flow.above(index, below, frame.rows);
    startSeen = first == 0;
    if (lines.empty())
        lines.push_back({{model.room() && model.room()->loaded ? "Nothing has been said here yet."
                              : model.room()                   ? "Reading…"
                                                               : "",
                          Tone::dim}});
    return std::move(lines);
}

std::vector<Line> helpLines(int columns)
{
    std::vector<Line> lines;
    const int left = std::min(16, columns / 2);
    for (const auto& binding : bindings()) {
        Line line{{fitted(std::string(binding.keys), left - 1), Tone::strong}};
        fit(line, left);
        bool first = true;
        for (auto& part : wrapped(binding.help, columns - left)) {
            if (!first)
                line = {{std::string(static_cast<std::size_t>(left), ' ')}};
            line.push_back({std::move(part)});
            lines.push_back(line);
            first = false;
        }
    }
    return lines;
}

std::string countText(const Room& room)
{
    if (room.chat.unread == 0)
        return {};
    const auto number = room.chat.unread > 999 ? std::string("999+") : std::to_string(room.chat.unread);
    return (room.chat.mentions > 0 ? "@" : "") + number;
}

Line chatLine(const Room& room, std::size_t number, int columns, bool marked)
{
    const auto count = countText(room);
    const auto place = number <= 9 ? std::to_string(number) + " " : std::string("  ");
    auto name = room.chat.name.empty() ? "#" + std::to_string(room.chat.id) : cleaned(room.chat.name);
    if (!room.typing.empty())
        name += " …";
    const auto tone = room.chat.muted ? Tone::dim
        : room.chat.mentions > 0      ? Tone::alarm
        : room.chat.unread > 0        ? Tone::strong
                                      : Tone::plain;
    Line line{{place, Tone::dim, marked}, {fitted(name, columns - 3 - columnsOf(count)), tone, marked}};
    fit(line, columns - columnsOf(count));
    line.back().reverse = marked;
    line.push_back({count, room.chat.mentions > 0 ? Tone::alarm : Tone::strong, marked});
    return line;
}

/// The part of a list of rows in which `chosen` is.
std::size_t firstShown(std::size_t size, std::size_t chosen, int rows)
{
    const auto room = static_cast<std::size_t>(std::max(1, rows));
    return size <= room ? 0 : std::min(chosen < room / 2 ? 0 : chosen - room / 2, size - room);
}

std::vector<Line> chatLines(const Model& model, int columns, int rows)
{
    const auto all = model.ordered();
    const auto at = std::ranges::find_if(all, [&](const Room* one) { return one->chat.id == model.current(); });
    std::vector<Line> lines;
    for (auto i = firstShown(all.size(), static_cast<std::size_t>(at - all.begin()), rows);
         i < all.size() && std::ssize(lines) < rows; ++i)
        lines.push_back(chatLine(*all[i], i + 1, columns, all[i]->chat.id == model.current()));
    return lines;
}

std::vector<Line> jumpLines(const Model& model, int columns, int rows)
{
    const auto all = model.ordered();
    const auto found = model.matching(model.prompt.utf8());
    std::vector<Line> lines;
    for (auto i = firstShown(found.size(), model.chosen(), rows); i < found.size() && std::ssize(lines) < rows; ++i) {
        const auto number = static_cast<std::size_t>(std::ranges::find(all, found[i]) - all.begin()) + 1;
        lines.push_back(chatLine(*found[i], number, columns, i == model.chosen()));
    }
    if (lines.empty())
        lines.push_back({{"No chat is called so.", Tone::dim}});
    return lines;
}

std::vector<Line> foundLines(const Model& model, int columns, int rows)
{
    std::vector<Line> lines;
    const auto& found = model.found();
    for (auto i = firstShown(found.size(), model.chosen(), rows); i < found.size() && std::ssize(lines) < rows; ++i) {
        const auto& message = found[i].message;
        const auto text = message.content.substr(0, 4 * static_cast<std::size_t>(columns));
        Line line{{cleaned(found[i].chat) + " ", Tone::accent, i == model.chosen()},
                  {cleaned(message.sender) + ": ", Tone::strong, i == model.chosen()},
                  {cleaned(text), Tone::plain, i == model.chosen()}};
        fit(line, columns);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::vector<Line> peopleLines(const Model& model, int columns, int rows)
{
    std::vector<Line> lines{{{fitted("who is here", columns), Tone::dim}}};
    for (const auto& [name, state] : model.here()) {
        if (std::ssize(lines) >= rows)
            break;
        const auto tone = state == "online" ? Tone::good : state == "away" ? Tone::accent : Tone::dim;
        lines.push_back({{state == "online"     ? "+ "
                              : state == "away" ? "~ "
                                                : "  ",
                          tone},
                         {fitted(cleaned(name), columns - 2), tone}});
    }
    return lines;
}

Line titleLine(const Model& model, int columns)
{
    std::string title = "netbit";
    if (const auto* const room = model.room()) {
        title = room->chat.name.empty() ? "#" + std::to_string(room->chat.id) : cleaned(room->chat.name);
        if (model.thread() != 0)
            title += " (thread)";
        if (!room->chat.topic.empty() && columns >= 40)
            title += " - " + cleaned(room->chat.topic);
    }
    auto right =
        model.unreadElsewhere() > 0 ? std::to_string(model.unreadElsewhere()) + " unread elsewhere " : std::string();
    if (columnsOf(right) > columns / 2)
        right = "+" + std::to_string(model.unreadElsewhere()) + " ";
    Line line{{" " + fitted(title, columns - columnsOf(right) - 2), Tone::strong, true}};
    fit(line, columns - columnsOf(right));
    line.back().reverse = true;
    line.push_back({right, Tone::alarm, true});
    fit(line, columns);
    return line;
}

std::string waitingText(const Model& model)
{
    const auto count = model.unsent();
    return count == 0 ? std::string()
                      : std::to_string(count) + (count == 1 ? " message waits" : " messages wait") + " to be sent";
}

std::string linkText(const Model& model)
{
    switch (model.link().link) {
    case Link::connecting:
        return "connecting…";
    case Link::live:
        return "live";
    case Link::ended:
        return cleaned(model.link().why);
    case Link::away:
        break;
    }
    const auto left = std::chrono::ceil<std::chrono::seconds>(model.link().again - model.now()).count();
    return "server away, again in " + std::to_string(std::max<std::int64_t>(left, 0)) + " s";
}

Line statusLine(const Model& model, int columns)
{
    Line line{{linkText(model), model.link().link == Link::live ? Tone::good : Tone::alarm}};
    const auto add = [&](std::string text, Tone tone) {
        if (!text.empty()) {
            line.push_back({" | ", Tone::dim});
            line.push_back({std::move(text), tone});
        }
    };
    add(waitingText(model), Tone::accent);
    add(cleaned(model.notice()), Tone::strong);
    std::string typing;
    for (const auto& name : model.typists())
        typing += (typing.empty() ? "" : ", ") + cleaned(name);
    if (!typing.empty())
        add(typing + (model.typists().size() == 1 ? " is typing…" : " are typing…"), Tone::accent);
    if (model.mode() == Mode::help || model.mode() == Mode::found)
        add("Esc closes this", Tone::dim);
    else if (model.scroll().bottom)
        add("older messages; Esc goes to the newest", Tone::dim);
    else if (model.notice().empty() && typing.empty())
        add("F1 help", Tone::dim);
    fit(line, columns);
    return line;
}

void addInput(Picture& picture, const Model& model, Size size, const Frame& frame)
{
    const auto lead = fitted(leadOf(model), size.columns - 3);
    const auto leadColumns = columnsOf(lead);
    const bool asks = model.mode() == Mode::confirmDelete || model.mode() == Mode::confirmQuit;
    const auto input =
        asks ? InputLines{{""}, 0, 0} : laidOut(editorOf(model), std::max(2, size.columns - leadColumns - 1));
    const int first = std::max(0, input.row - frame.input + 1);
    for (int i = 0; i < frame.input; ++i) {
        const auto at = static_cast<std::size_t>(first + i);
        Line line{{i == 0 ? lead : std::string(static_cast<std::size_t>(leadColumns), ' '), Tone::accent},
                  {at < input.lines.size() ? input.lines[at] : std::string()}};
        fit(line, size.columns);
        picture.lines.push_back(std::move(line));
    }
    picture.cursorRow = size.rows - frame.input + input.row - first;
    picture.cursorColumn = std::min(size.columns - 1, leadColumns + input.column);
}

} // namespace

Picture draw(const Model& model, Size size)
{
    size.columns = std::max(size.columns, 8);
    size.rows = std::max(size.rows, 4);
    const auto frame = frameOf(model, size);
    Picture picture;
    picture.lines.push_back(titleLine(model, size.columns));
    std::vector<Line> body;
    if (model.mode() == Mode::help)
        body = helpLines(frame.body);
    else if (model.mode() == Mode::jump)
        body = jumpLines(model, frame.body, frame.rows);
    else if (model.mode() == Mode::found && !model.found().empty())
        body = foundLines(model, frame.body, frame.rows);
    else
        body = messageLines(model, frame, picture.startSeen);
    if (model.mode() == Mode::help) {
        const auto first =
            std::min(model.chosen(), body.size() - std::min(body.size(), static_cast<std::size_t>(frame.rows)));
        body.erase(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(first));
    }
    body.resize(static_cast<std::size_t>(frame.rows));
    const auto left = frame.chats > 0 ? chatLines(model, frame.chats - 1, frame.rows) : std::vector<Line>();
    const auto right = frame.people > 0 ? peopleLines(model, frame.people - 2, frame.rows) : std::vector<Line>();
    for (std::size_t row = 0; row < body.size(); ++row) {
        Line line;
        if (frame.chats > 0) {
            if (row < left.size())
                line = left[row];
            fit(line, frame.chats - 1);
            line.push_back({"│", Tone::dim});
        }
        fit(body[row], frame.body);
        std::ranges::move(body[row], std::back_inserter(line));
        if (frame.people > 0) {
            line.push_back({"│ ", Tone::dim});
            if (row < right.size())
                std::ranges::copy(right[row], std::back_inserter(line));
        }
        fit(line, size.columns);
        picture.lines.push_back(std::move(line));
    }
    picture.lines.push_back(statusLine(model, size.columns));
    addInput(picture, model, size, frame);
    return picture;
}

Scroll scrolled(const Model& model, Size size, int lines)
{
    const auto frame = frameOf(model, size);
    const Flow flow(model, frame.body);
    auto [index, below] = flow.bottom(model.scroll());
    if (index < 0)
        return {};
    below += lines;
    while (below < 0) {
        if (index + 1 >= flow.size())
            return {};
        below += static_cast<int>(flow.block(++index).size());
    }
    for (auto height = static_cast<int>(flow.block(index).size()); below >= height && index > 0;
         height = static_cast<int>(flow.block(index).size())) {
        below -= height;
        --index;
    }
    // No further than to where the first line is the first of the screen.
    const auto [seen, first] = flow.above(index, below, frame.rows);
    for (auto missing = frame.rows - static_cast<int>(seen.size()); missing > 0; --missing) {
        if (below > 0)
            --below;
        else if (index + 1 >= flow.size())
            return {};
        else
            below = static_cast<int>(flow.block(++index).size()) - 1;
    }
    return flow.scrollOf(index, below);
}

Scroll revealing(const Model& model, Size size)
{
    const auto frame = frameOf(model, size);
    const Flow flow(model, frame.body);
    const auto wanted = flow.indexOf(model.selected());
    const auto [index, below] = flow.bottom(model.scroll());
    const auto first = flow.above(index, below, frame.rows).second;
    if (wanted < 0 || (wanted > first && wanted < index) || (wanted == index && below == 0 && wanted > first))
        return model.scroll();
    if (wanted >= index)
        return flow.scrollOf(wanted, 0);
    // As the uppermost: below it as much as there is room for.
    auto rows = frame.rows - static_cast<int>(flow.block(wanted).size());
    auto last = wanted;
    while (rows > 0 && last + 1 < flow.size())
        rows -= static_cast<int>(flow.block(++last).size());
    return flow.scrollOf(last, std::max(0, -rows));
}

int pageLines(const Model& model, Size size) { return std::max(1, frameOf(model, size).rows - 1); }

std::string Picture::plain() const
{
    std::string out;
    for (const auto& line : lines) {
        for (const auto& span : line)
            out += span.text;
        out += '\n';
    }
    return out;
}

} // namespace netbit::cli::chat
