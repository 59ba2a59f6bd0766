#pragma once
// The terminal, by ncurses: pictures out, keys in.

#include "base/Result.h"
#include "cli/chat/Bindings.h"
#include "cli/chat/Picture.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace netbit::cli::chat
{

class Screen
{
public:
    /// Error: unsupported, when the terminal is not known. It is as it was before once the Screen is gone.
    static base::Result<std::unique_ptr<Screen>> open();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    Size size() const;
    void show(const Picture& picture);
    void redrawAll(); ///< what another program has written over it goes

    /// What was pressed or pasted; nothing: there is nothing more.
    using Input = std::variant<Key, std::u32string>;
    std::optional<Input> read();

private:
    struct Terminal; // of curses, whose macros are to stay in one file
    explicit Screen(std::unique_ptr<Terminal> terminal);
    Key afterEscape();
    std::u32string pasted();

    std::unique_ptr<Terminal> _terminal;
};

} // namespace netbit::cli::chat
