#pragma once
// A message as lines of the screen, with the lines that stand before it: a new day, what is new.

#include "cli/chat/Picture.h"

namespace netbit::cli::chat
{

struct Around {
    const Message* before = nullptr; ///< the message shown before it
    const Message* answered = nullptr; ///< what it replies to, where that is known
    Id newLine = -1;
    bool inThread = false;
};

std::vector<Line> blockOf(const Model& model, const Message& message, const Around& around, int columns);
std::vector<Line> blockOf(const Model& model, const Pending& pending, int columns);

int widthOf(const Line& line);
/// Cut or padded to exactly that many columns.
void fit(Line& line, int columns);

} // namespace netbit::cli::chat
