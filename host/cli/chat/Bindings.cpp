#include "cli/chat/Bindings.h"

#include <algorithm>

namespace netbit::cli::chat
{

namespace
{

using Name = Key::Name;

void moveBy(Model& model, Size size, int lines)
{
    model.scrollTo(scrolled(model, size, lines));
    if (draw(model, size).startSeen)
        model.wantOlder();
}

void selectBy(Model& model, Size size, int messages)
{
    model.select(messages);
    if (model.selected() != 0)
        model.scrollTo(revealing(model, size));
}

void orSay(Model& model, bool done, const char* why)
{
    if (!done)
        model.say(why);
}

/// What a line editor does with a key; false: nothing.
bool edit(Editor& editor, Key key)
{
    switch (key.name) {
    case Name::character:
        editor.insert(key.c);
        return true;
    case Name::backspace:
        editor.backspace();
        return true;
    case Name::erase:
        editor.erase();
        return true;
    case Name::left:
        editor.left();
        return true;
    case Name::right:
        editor.right();
        return true;
    case Name::wordLeft:
        editor.wordLeft();
        return true;
    case Name::wordRight:
        editor.wordRight();
        return true;
    case Name::home:
        editor.home();
        return true;
    case Name::end:
        editor.end();
        return true;
    case Name::control:
        switch (key.c) {
        case U'a':
            editor.home();
            return true;
        case U'e':
            editor.end();
            return true;
        case U'w':
            editor.eraseWord();
            return true;
        case U'u':
            editor.eraseToStart();
            return true;
        case U'k':
            editor.eraseToEnd();
            return true;
        default:
            return false;
        }
    default:
        return false;
    }
}

void escape(Model& model, Size)
{
    if (model.editing() != 0 || model.replyTo() != 0 || model.selected() != 0 || model.scroll().bottom) {
        model.leave();
        return;
    }
    if (model.thread() != 0)
        model.closeThread();
}

void inPrompt(Model& model, Key key)
{
    const auto text = model.prompt.utf8();
    if (key.name == Name::escape) {
        model.setMode(Mode::write);
    } else if (model.mode() == Mode::jump && (key.name == Name::up || key.name == Name::down)) {
        model.choose(key.name == Name::up ? -1 : 1, model.matching(text).size());
    } else if (key.name == Name::enter) {
        if (model.mode() == Mode::search) {
            model.search(text);
        } else if (model.mode() == Mode::react) {
            model.react(text.empty() ? "👍" : text);
        } else {
            const auto found = model.matching(text);
            const auto chat = model.chosen() < found.size() ? found[model.chosen()]->chat.id : Id{0};
            model.setMode(Mode::write);
            model.open(chat);
        }
    } else if (model.mode() == Mode::jump && text.empty() && key == Key{Name::character, U'/'}) {
        model.setMode(Mode::write); // a message that begins with one
        model.input.insert(U'/');
    } else if (edit(model.prompt, key)) {
        model.choose(0, 0);
    }
}

void inList(Model& model, Key key, Size size)
{
    const auto steps = key.name == Name::up ? -1
        : key.name == Name::down            ? 1
        : key.name == Name::pageUp          ? -pageLines(model, size)
        : key.name == Name::pageDown        ? pageLines(model, size)
                                            : 0;
    const auto items = model.mode() == Mode::found ? model.found().size() : bindings().size() * 2;
    if (key.name == Name::escape || key == Key{Name::control, U'c'})
        model.setMode(Mode::write);
    else if (key.name == Name::enter && model.mode() == Mode::found)
        model.openFound();
    else if (steps != 0)
        model.choose(steps, items);
    else if (model.mode() == Mode::help)
        model.setMode(Mode::write);
}

void inQuestion(Model& model, Key key)
{
    const bool yes = key == Key{Name::character, U'y'} || key == Key{Name::character, U'Y'};
    if (!yes)
        model.setMode(Mode::write);
    else if (model.mode() == Mode::confirmDelete)
        model.confirmDelete();
    else
        model.quit();
}

} // namespace

const std::vector<Binding>& bindings()
{
    static const std::vector<Binding> all{
        {"Enter", "sends what is written", {{Name::enter}}, [](Model& model, Size) { model.submit(); }},
        {"Alt-Enter, Ctrl-J",
         "begins a new line",
         {{Name::newLine}},
         [](Model& model, Size) { model.input.insert(U'\n'); }},
        {"Up, Down", "what was entered before, or the line above", {}, nullptr},
        {"Ctrl-N, Ctrl-P",
         "the next chat, the one before",
         {{Name::control, U'n'}},
         [](Model& model, Size) { model.step(1); }},
        {"", "", {{Name::control, U'p'}}, [](Model& model, Size) { model.step(-1); }},
        {"Alt-1 … Alt-9", "the chat of that number", {}, nullptr},
        {"/", "goes to a chat by its name; // begins a message with a slash", {}, nullptr},
        {"PgUp, PgDn",
         "older and newer messages",
         {{Name::pageUp}},
         [](Model& model, Size size) { moveBy(model, size, pageLines(model, size)); }},
        {"", "", {{Name::pageDown}}, [](Model& model, Size size) { moveBy(model, size, -pageLines(model, size)); }},
        {"Alt-Up, Alt-Down",
         "selects a message (also Alt-K, Alt-J)",
         {{Name::altUp}, {Name::alt, U'k'}},
         [](Model& model, Size size) { selectBy(model, size, -1); }},
        {"", "", {{Name::altDown}, {Name::alt, U'j'}}, [](Model& model, Size size) { selectBy(model, size, 1); }},
        {"Alt-R",
         "replies to the selected message, or the last one",
         {{Name::alt, U'r'}},
         [](Model& model, Size) { orSay(model, model.startReply(), "There is nothing to reply to."); }},
        {"Alt-A",
         "reacts to it, or takes one's reaction back",
         {{Name::alt, U'a'}},
         [](Model& model, Size) { orSay(model, model.startReact(), "There is nothing to react to."); }},
        {"Alt-E",
         "edits it, or the last one of your own",
         {{Name::alt, U'e'}},
         [](Model& model, Size) { orSay(model, model.startEdit(), "Only a message of your own can be edited."); }},
        {"Alt-D",
         "deletes the selected message of your own",
         {{Name::alt, U'd'}},
         [](Model& model, Size) { orSay(model, model.askDelete(), "Select a message of your own first (Alt-Up)."); }},
        {"Alt-T",
         "opens the thread of the selected message; Esc closes it",
         {{Name::alt, U't'}},
         [](Model& model, Size) { orSay(model, model.openThread(), "Select a message first (Alt-Up)."); }},
        {"Alt-M", "marks the chat as read", {{Name::alt, U'm'}}, [](Model& model, Size) { model.markRead(); }},
        {"Ctrl-F",
         "searches all chats",
         {{Name::control, U'f'}},
         [](Model& model, Size) { model.setMode(Mode::search); }},
        {"Alt-P", "shows or hides who is here", {{Name::alt, U'p'}}, [](Model& model, Size) { model.togglePeople(); }},
        {"Ctrl-R",
         "tries at once to reach the server again",
         {{Name::control, U'r'}},
         [](Model& model, Size) { model.retry(); }},
        {"Ctrl-A, Ctrl-E",
         "the line's start and end; Ctrl-W, Ctrl-U, Ctrl-K erase a word, to the start, to the end",
         {},
         nullptr},
        {"Esc", "leaves what is selected or begun, and goes to the newest message", {{Name::escape}}, &escape},
        {"F1, Alt-H",
         "this help",
         {{Name::help}, {Name::alt, U'h'}},
         [](Model& model, Size) { model.setMode(Mode::help); }},
        {"Ctrl-Q, Ctrl-C",
         "leaves",
         {{Name::control, U'q'}, {Name::control, U'c'}},
         [](Model& model, Size) { model.quit(); }},
    };
    return all;
}

void press(Model& model, Key key, Size size)
{
    if (key.name == Name::none)
        return;
    switch (model.mode()) {
    case Mode::jump:
    case Mode::search:
    case Mode::react:
        inPrompt(model, key);
        break;
    case Mode::found:
    case Mode::help:
        inList(model, key, size);
        break;
    case Mode::confirmDelete:
    case Mode::confirmQuit:
        inQuestion(model, key);
        break;
    case Mode::write: {
        const auto bound = std::ranges::find_if(
            bindings(), [key](const Binding& one) { return std::ranges::find(one.pressed, key) != one.pressed.end(); });
        if (bound != bindings().end())
            bound->act(model, size);
        else if (key.name == Name::alt && key.c >= U'1' && key.c <= U'9')
            model.openNth(key.c - U'0');
        else if (key.name == Name::up || key.name == Name::down)
            key.name == Name::up ? model.input.up() : model.input.down();
        else if (key == Key{Name::character, U'/'} && model.input.empty())
            model.setMode(Mode::jump);
        else if (edit(model.input, key) && !model.input.empty())
            model.typed();
        break;
    }
    }
    model.touched();
}

void paste(Model& model, std::u32string_view text)
{
    switch (model.mode()) {
    case Mode::write:
        model.input.insert(text);
        model.typed();
        break;
    case Mode::jump:
    case Mode::search:
    case Mode::react:
        for (const auto c : text)
            model.prompt.insert(c == U'\n' ? U' ' : c);
        break;
    default:
        break;
    }
    model.touched();
}

} // namespace netbit::cli::chat
