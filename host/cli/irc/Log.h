#pragma once
// One log file in memory: its lines, what is kept of them and what is not.

#include "base/Result.h"
#include "base/Time.h"
#include "cli/irc/Annotation.h"
#include "cli/irc/LineParser.h"
#include "cli/irc/LogName.h"

#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli::irc
{

struct Record {
    std::size_t line = 0; ///< from 0
    LineKind kind = LineKind::message;
    std::string nick;
    std::string_view text; ///< into Log::bytes
    base::Millis createdAt = 0;
};

struct LeftLine {
    std::size_t line = 0;
    LeftOut reason = LeftOut::none;
};

struct Log {
    std::vector<char> bytes; ///< not a string: a moved vector keeps its bytes where the views point
    std::vector<std::string_view> lines;
    std::vector<Record> records; ///< in the order of the file; records.size() + leftOut.size() == lines.size()
    std::vector<LeftLine> leftOut;
    Links links; ///< empty without an annotation
    std::string annotation; ///< path of the annotation file, or empty
};

/// Error: invalid when neither the name nor the lines say which day it is.
base::Result<Log> parseLog(std::vector<char> bytes, const LogName& name);

/// Reads the file, and X.annotation.txt beside X.raw.txt when it is there.
base::Result<Log> readLog(const LogPath& log);

base::Result<std::vector<char>> readBytes(const std::filesystem::path& path);

/// SHA-256 in hex of lines [first, first + count), each with one line feed behind it.
std::string digestOf(const Log& log, std::size_t first, std::size_t count);

} // namespace netbit::cli::irc
