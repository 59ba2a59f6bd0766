#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1

#include "cli/chat/Screen.h"

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <langinfo.h>
#include <ncurses.h>
#include <string_view>

namespace netbit::cli::chat
{

namespace
{

using Name = Key::Name;

enum Extra : int { keyAltUp = 0x1000, keyAltDown, keyWordLeft, keyWordRight, keyPasteBegin, keyPasteEnd };

constexpr int escapeMs = 25; ///< what comes so soon behind an Esc belongs to it
constexpr std::size_t mostPasted = 64 * 1024;

// Asks the terminal to mark what is pasted (bracketed paste of xterm), and not to.
constexpr std::string_view markPaste = "\x1b[?2004h";
constexpr std::string_view unmarkPaste = "\x1b[?2004l";

void control(std::string_view sequence)
{
    std::fwrite(sequence.data(), 1, sequence.size(), stdout);
    std::fflush(stdout);
}

attr_t attributesOf(const Span& span, bool colours)
{
    attr_t out = span.reverse ? A_REVERSE : A_NORMAL;
    const auto colour = [colours](short pair) { return colours ? static_cast<attr_t>(COLOR_PAIR(pair)) : A_NORMAL; };
    switch (span.tone) {
    case Tone::plain:
        break;
    case Tone::dim:
        out |= A_DIM;
        break;
    case Tone::strong:
        out |= A_BOLD;
        break;
    case Tone::accent:
        out |= colour(1);
        break;
    case Tone::alarm:
        out |= A_BOLD | colour(2);
        break;
    case Tone::good:
        out |= colour(3);
        break;
    default:
        out |= A_BOLD | colour(static_cast<short>(4 + static_cast<int>(span.tone) - static_cast<int>(Tone::person0)));
    }
    return out;
}

Key named(int code)
{
    switch (code) {
    case KEY_ENTER:
        return {Name::enter};
    case KEY_BACKSPACE:
        return {Name::backspace};
    case KEY_DC:
        return {Name::erase};
    case KEY_LEFT:
        return {Name::left};
    case KEY_RIGHT:
        return {Name::right};
    case KEY_UP:
        return {Name::up};
    case KEY_DOWN:
        return {Name::down};
    case KEY_HOME:
        return {Name::home};
    case KEY_END:
        return {Name::end};
    case KEY_PPAGE:
        return {Name::pageUp};
    case KEY_NPAGE:
        return {Name::pageDown};
    case KEY_F(1):
        return {Name::help};
    case keyAltUp:
        return {Name::altUp};
    case keyAltDown:
        return {Name::altDown};
    case keyWordLeft:
        return {Name::wordLeft};
    case keyWordRight:
        return {Name::wordRight};
    default:
        break;
    }
    // What terminfo names beyond the standard.
    const char* const name = ::keyname(code);
    const std::string_view called = name ? name : "";
    if (called == "kUP3")
        return {Name::altUp};
    if (called == "kDN3")
        return {Name::altDown};
    if (called == "kLFT5")
        return {Name::wordLeft};
    if (called == "kRIT5")
        return {Name::wordRight};
    return {};
}

Key typed(wint_t c)
{
    switch (c) {
    case L'\r':
        return {Name::enter};
    case L'\n':
        return {Name::newLine};
    case 0x7F:
    case 0x08:
        return {Name::backspace};
    case L'\t':
        return {Name::none};
    default:
        break;
    }
    if (c < 0x20)
        return c == 0 ? Key{} : Key{Name::control, static_cast<char32_t>(c + 0x60)};
    return {Name::character, static_cast<char32_t>(c)};
}

} // namespace

struct Screen::Terminal {
    SCREEN* screen = nullptr;
    bool colours = false;
};

base::Result<std::unique_ptr<Screen>> Screen::open()
{
    std::setlocale(LC_ALL, "");
    if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0)
        std::setlocale(LC_CTYPE, "C.UTF-8");
    auto terminal = std::make_unique<Terminal>();
    terminal->screen = ::newterm(nullptr, stdout, stdin);
    if (!terminal->screen)
        return base::fault(base::Status::unsupported, "unknown_terminal",
                           "This terminal is not known; is the variable TERM right, and ncurses-term installed?");
    ::set_term(terminal->screen);
    ::set_escdelay(escapeMs);
    ::raw();
    ::noecho();
    ::nonl();
    ::keypad(::stdscr, TRUE);
    ::nodelay(::stdscr, TRUE);
    ::define_key("\x1b[1;3A", keyAltUp);
    ::define_key("\x1b[1;3B", keyAltDown);
    ::define_key("\x1b[1;5D", keyWordLeft);
    ::define_key("\x1b[1;5C", keyWordRight);
    ::define_key("\x1b[200~", keyPasteBegin);
    ::define_key("\x1b[201~", keyPasteEnd);
    const char* const no = std::getenv("NO_COLOR"); // no-color.org: set and not empty
    if ((!no || !*no) && ::has_colors()) {
        terminal->colours = true;
        ::start_color();
        ::use_default_colors();
        constexpr short pairs[] = {COLOR_CYAN, COLOR_RED,     COLOR_GREEN, COLOR_GREEN, COLOR_YELLOW,
                                   COLOR_BLUE, COLOR_MAGENTA, COLOR_CYAN,  COLOR_RED};
        for (short i = 0; i < static_cast<short>(std::size(pairs)); ++i)
            ::init_pair(static_cast<short>(i + 1), pairs[i], -1);
    }
    control(markPaste);
    return std::unique_ptr<Screen>(new Screen(std::move(terminal)));
}

Screen::Screen(std::unique_ptr<Terminal> terminal)
    : _terminal(std::move(terminal))
{
}

Screen::~Screen()
{
    control(unmarkPaste);
    ::endwin();
    ::delscreen(_terminal->screen);
}

Size Screen::size() const { return {::getmaxx(::stdscr), ::getmaxy(::stdscr)}; }
void Screen::redrawAll() { ::clearok(::stdscr, TRUE); }

void Screen::show(const Picture& picture)
{
    ::werase(::stdscr);
    int row = 0;
    for (const auto& line : picture.lines) {
        ::wmove(::stdscr, row++, 0);
        for (const auto& span : line) {
            ::wattrset(::stdscr, static_cast<int>(attributesOf(span, _terminal->colours)));
            ::waddnstr(::stdscr, span.text.data(), static_cast<int>(span.text.size()));
        }
    }
    ::wattrset(::stdscr, A_NORMAL);
    ::wmove(::stdscr, picture.cursorRow, picture.cursorColumn);
    ::wrefresh(::stdscr);
}

Key Screen::afterEscape()
{
    ::wtimeout(::stdscr, escapeMs);
    wint_t c = 0;
    const int kind = ::wget_wch(::stdscr, &c);
    ::nodelay(::stdscr, TRUE);
    if (kind == ERR)
        return {Name::escape};
    if (kind == KEY_CODE_YES) {
        const auto key = named(static_cast<int>(c));
        return key.name == Name::up ? Key{Name::altUp} : key.name == Name::down ? Key{Name::altDown} : key;
    }
    if (c == L'\r' || c == L'\n')
        return {Name::newLine};
    if (c == 0x1B) { // it begins another one
        ::unget_wch(L'\x1b');
        return {Name::escape};
    }
    if (c < 0x20 || c == 0x7F)
        return {};
    return {Name::alt, static_cast<char32_t>(c >= L'A' && c <= L'Z' ? c + 0x20 : c)};
}

std::u32string Screen::pasted()
{
    std::u32string out;
    ::wtimeout(::stdscr, 500);
    for (;;) {
        wint_t c = 0;
        const int kind = ::wget_wch(::stdscr, &c);
        if (kind == ERR || (kind == KEY_CODE_YES && c == static_cast<wint_t>(keyPasteEnd)))
            break;
        if (kind != KEY_CODE_YES && out.size() < mostPasted)
            out += c == L'\r' ? U'\n' : static_cast<char32_t>(c);
    }
    ::nodelay(::stdscr, TRUE);
    return out;
}

std::optional<Screen::Input> Screen::read()
{
    wint_t c = 0;
    const int kind = ::wget_wch(::stdscr, &c);
    if (kind == ERR)
        return std::nullopt;
    if (kind == KEY_CODE_YES) {
        if (c == static_cast<wint_t>(keyPasteBegin))
            return pasted();
        return named(static_cast<int>(c)); // KEY_RESIZE too: the next picture has the new size
    }
    if (c == 0x1B)
        return afterEscape();
    return typed(c);
}

} // namespace netbit::cli::chat
