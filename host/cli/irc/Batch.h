#pragma once
// Cutting a log into batches, and writing one as the request that the server takes.

#include "cli/irc/Log.h"
#include "cli/irc/NickTable.h"

#include <cstdint>
#include <string>
#include <vector>

namespace netbit::cli::irc
{

/// A file is one batch of one transaction, up to this; a log of years is cut, so that no request grows without end.
constexpr std::size_t linesAtOnce = 5'000;
constexpr std::size_t bytesAtOnce = std::size_t{1} << 20;

/// Lines [firstLine, firstLine + lineCount) of a log, and the records that come from them.
struct Batch {
    std::size_t firstLine = 0;
    std::size_t lineCount = 0;
    std::size_t firstRecord = 0;
    std::size_t recordCount = 0;
};

/// One file while it is on its way.
struct Work {
    std::string file;
    std::string source;
    Log log;
    std::vector<std::int64_t> ids; ///< message ids by record; 0 as long as it has none
    std::vector<std::size_t> recordOfLine; ///< or noLine
    bool refused = false;
};

/// From that line on. A batch holds at least one record unless the file ends first: lines of which nothing is kept are
/// told to the server together with the next ones that are.
Batch nextBatch(const Log& log, std::size_t firstLine, std::size_t firstRecord);

struct BatchBody {
    std::string json;
    std::size_t replies = 0;
    std::size_t unknownTargets = 0; ///< replies to lines whose message ids nobody knows
};

BatchBody writeBatch(const Work& work, const Batch& batch, std::int64_t chatId, NickTable& nicks);

} // namespace netbit::cli::irc
