#pragma once
// Where a command reads and writes; tests put strings here.

#include <istream>
#include <ostream>

namespace netbit::cli
{

struct Terminal {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool inIsTerminal = false;
    bool errIsTerminal = false;
    bool outIsTerminal = false;
};

/// What a command ends with, as a shell sees it.
enum ExitCode : int { success = 0, failed = 1, wrongUsage = 2 };

} // namespace netbit::cli
