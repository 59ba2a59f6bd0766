#pragma once
// What the screen shows, as lines of toned text: a function of the model and the size alone. No line is wider than the
// screen.

#include "cli/chat/Model.h"

#include <string>
#include <vector>

namespace netbit::cli::chat
{

struct Size {
    int columns = 80;
    int rows = 24;
};

enum class Tone : std::uint8_t {
    plain,
    dim,
    strong,
    accent,
    alarm,
    good,
    person0,
    person1,
    person2,
    person3,
    person4,
    person5
};
constexpr int personTones = 6;

struct Span {
    std::string text; ///< cleaned
    Tone tone = Tone::plain;
    bool reverse = false;
};
using Line = std::vector<Span>;

struct Picture {
    std::vector<Line> lines;
    int cursorRow = 0;
    int cursorColumn = 0;
    bool startSeen = false; ///< the oldest message that is known is on the screen

    std::string plain() const; ///< without the tones, a line feed behind each line
};

Picture draw(const Model& model, Size size);

/// Where one is after scrolling up by so many lines (down where negative); not beyond either end.
Scroll scrolled(const Model& model, Size size, int lines);
/// Such that the selected message is seen.
Scroll revealing(const Model& model, Size size);
/// Lines of messages that the size has room for.
int pageLines(const Model& model, Size size);

} // namespace netbit::cli::chat
