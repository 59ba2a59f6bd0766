#pragma once
// The log in a file that is rotated.

#include "base/Result.h"
#include "services/log/Log.h"

#include <cstdint>
#include <string>

namespace netbit::services::log {

struct LogFile {
    std::string path;
    std::int64_t maxBytes = 64 * 1024 * 1024; ///< then it is moved to PATH.0, older ones on by one, compressed
    unsigned keep = 8;                        ///< of those moved; older ones go
};

/// For setOutput. Opens the file, so that another may have moved the one before. Error: invalid / log_unusable.
base::Result<Sink> openLogFile(const LogFile& file);

} // namespace netbit::services::log
