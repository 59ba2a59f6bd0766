#pragma once
// Which key does what. The table is what the help pane and the manual page show, and what press() goes by.

#include "cli/chat/Model.h"
#include "cli/chat/Picture.h"

#include <string_view>
#include <vector>

namespace netbit::cli::chat
{

struct Key {
    enum class Name : std::uint8_t {
        character,
        control, ///< with the letter, in lower case
        alt, ///< with the character
        enter,
        newLine,
        backspace,
        erase,
        left,
        right,
        wordLeft,
        wordRight,
        up,
        down,
        altUp,
        altDown,
        home,
        end,
        pageUp,
        pageDown,
        escape,
        help,
        none
    };
    Name name = Name::none;
    char32_t c = 0;
    bool operator==(const Key&) const = default;
};

struct Binding {
    std::string_view keys; ///< as it is called
    std::string_view help;
    std::vector<Key> pressed; ///< empty: it is described only
    void (*act)(Model& model, Size size) = nullptr;
};

const std::vector<Binding>& bindings();

void press(Model& model, Key key, Size size);
/// Text that was pasted: its line feeds send nothing.
void paste(Model& model, std::u32string_view text);

} // namespace netbit::cli::chat
