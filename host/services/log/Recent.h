#pragma once
// The end of the log, for an administrator who does not see the server's standard error.

#include "services/log/Log.h"

#include <cstdint>
#include <string>
#include <vector>

namespace netbit::services::log {

/// A line of the log as it was written, without its newline; numbers rise by one with each line.
struct Line {
    std::uint64_t number;
    Level level;
    std::string text; ///< cut after 4,000 bytes
};

/// [any] Lines that were written since `after`, oldest first; of the newest thousand, which are all that is remembered.
std::vector<Line> recent(std::uint64_t after);

} // namespace netbit::services::log
