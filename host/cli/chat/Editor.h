#pragma once
// A line of input, or several: text, a cursor in it, and what was entered before.

#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli::chat
{

class Editor
{
public:
    explicit Editor(std::size_t mostCharacters = 16'000)
        : _most(mostCharacters)
    {
    }

    void insert(char32_t c); ///< Control characters but the line feed are left out.
    void insert(std::u32string_view text);
    void backspace();
    void erase(); ///< the character at the cursor
    void eraseWord(); ///< before the cursor
    void eraseToStart(); ///< of its line
    void eraseToEnd();
    void left();
    void right();
    void wordLeft();
    void wordRight();
    void home();
    void end();
    /// To the line above, or to what was entered before where there is none above; false: there is neither.
    bool up();
    bool down();

    void set(std::string_view utf8); ///< cursor behind it
    void clear() { set({}); }
    /// What was entered, for up(); a draft that was not entered is not kept.
    void remember(std::string_view utf8);

    bool empty() const noexcept { return _text.empty(); }
    const std::u32string& text() const noexcept { return _text; }
    std::string utf8() const;
    std::size_t cursor() const noexcept { return _cursor; }

private:
    std::size_t lineStart() const;
    std::size_t lineEnd() const;
    void show(std::size_t entry);

    std::u32string _text;
    std::size_t _cursor = 0;
    std::size_t _most;
    std::vector<std::string> _entered;
    std::size_t _at = 0; ///< in _entered; its size: the draft
    std::u32string _draft;
};

} // namespace netbit::cli::chat
