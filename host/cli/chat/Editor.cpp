#include "cli/chat/Editor.h"

#include "cli/chat/Text.h"

#include <algorithm>

namespace netbit::cli::chat
{

namespace
{

constexpr std::size_t mostEntered = 500;

bool part(char32_t c) { return c != U' ' && c != U'\n'; } // of a word

} // namespace

void Editor::insert(char32_t c)
{
    if (_text.size() >= _most || (c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0))
        return;
    _text.insert(_cursor++, 1, c);
}

void Editor::insert(std::u32string_view text)
{
    for (const auto c : text)
        insert(c == U'\t' ? U' ' : c);
}

void Editor::backspace()
{
    for (bool mark = true; mark && _cursor > 0;) { // a letter goes with the marks on it
        const auto c = _text[--_cursor];
        mark = columnsOf(c) == 0 && c != U'\n';
        _text.erase(_cursor, 1);
    }
}

void Editor::erase()
{
    if (_cursor < _text.size())
        _text.erase(_cursor, 1);
}

void Editor::eraseWord()
{
    const auto to = _cursor;
    wordLeft();
    _text.erase(_cursor, to - _cursor);
}

void Editor::eraseToStart()
{
    const auto from = lineStart();
    _text.erase(from, _cursor - from);
    _cursor = from;
}

void Editor::eraseToEnd() { _text.erase(_cursor, lineEnd() - _cursor); }
void Editor::left() { _cursor -= _cursor > 0 ? 1 : 0; }
void Editor::right() { _cursor += _cursor < _text.size() ? 1 : 0; }

void Editor::wordLeft()
{
    while (_cursor > 0 && !part(_text[_cursor - 1]))
        --_cursor;
    while (_cursor > 0 && part(_text[_cursor - 1]))
        --_cursor;
}

void Editor::wordRight()
{
    while (_cursor < _text.size() && !part(_text[_cursor]))
        ++_cursor;
    while (_cursor < _text.size() && part(_text[_cursor]))
        ++_cursor;
}

std::size_t Editor::lineStart() const
{
    const auto before = _cursor == 0 ? std::u32string::npos : _text.rfind(U'\n', _cursor - 1);
    return before == std::u32string::npos ? 0 : before + 1;
}

std::size_t Editor::lineEnd() const { return std::min(_text.find(U'\n', _cursor), _text.size()); }
void Editor::home() { _cursor = lineStart(); }
void Editor::end() { _cursor = lineEnd(); }

bool Editor::up()
{
    const auto start = lineStart();
    if (start > 0) {
        const auto column = _cursor - start;
        _cursor = start - 1;
        const auto above = lineStart();
        _cursor = std::min(above + column, start - 1);
        return true;
    }
    if (_at == 0)
        return false;
    if (_at == _entered.size())
        _draft = _text;
    show(_at - 1);
    return true;
}

bool Editor::down()
{
    const auto end = lineEnd();
    if (end < _text.size()) {
        const auto column = _cursor - lineStart();
        _cursor = end + 1;
        _cursor = std::min(_cursor + column, lineEnd());
        return true;
    }
    if (_at >= _entered.size())
        return false;
    show(_at + 1);
    return true;
}

void Editor::show(std::size_t entry)
{
    _at = entry;
    _text = entry < _entered.size() ? decoded(_entered[entry]) : _draft;
    _cursor = _text.size();
}

void Editor::set(std::string_view utf8)
{
    _text = decoded(utf8);
    _cursor = _text.size();
    _at = _entered.size();
    _draft.clear();
}

void Editor::remember(std::string_view utf8)
{
    if (_entered.empty() || _entered.back() != utf8)
        _entered.emplace_back(utf8);
    if (_entered.size() > mostEntered)
        _entered.erase(_entered.begin());
    _at = _entered.size();
}

std::string Editor::utf8() const { return encodedUtf8(_text); }

} // namespace netbit::cli::chat
