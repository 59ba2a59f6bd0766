#pragma once
// What follows `=== `: joins, parts, quits, renames, modes, topics, kicks, net splits, and in the older logs actions.

#include "cli/irc/LineParser.h"

namespace netbit::cli::irc
{

struct SystemText {
    LineKind kind = LineKind::other;
    std::string nick; ///< whom it is about; serverNick when nobody
    std::string_view text; ///< the whole text; for an action, what follows the nick
};

SystemText parseSystemText(std::string_view text);

} // namespace netbit::cli::irc
