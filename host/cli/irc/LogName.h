#pragma once
// What the name of a log says.

#include "base/Result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace netbit::cli::irc
{

/// Which line the day in the name belongs to, and the hour there when the name has one.
struct LogName {
    std::optional<std::int64_t> day; ///< days since 1970-01-01
    std::size_t anchorLine = 0;
    std::optional<int> anchorHour;
};

/// `2004-11-15.log` begins on that day. `2004-11-15_03.…`, `2004-12-25.train-c.…` (also dev, test) are of the
/// disentanglement corpus: a thousand lines that lead up to the hour the name tells, then that hour. So line 1000 is on
/// that day (and in that hour), and the first line may be of the day before.
LogName parseLogName(std::string_view fileName) noexcept;

struct LogPath {
    std::filesystem::path path;
    LogName name;
};

struct LogPaths {
    std::vector<LogPath> logs; ///< by day, then by name
    std::vector<std::filesystem::path> covered; ///< X.ascii.txt beside X.raw.txt: the same lines again
    std::vector<std::filesystem::path> sameName; ///< a file name that is in the list already
};

/// Files as they are given; directories are walked for *.raw.txt, *.ascii.txt and *.log.
/// Error: notFound for a path that is not there, and for a walk that finds nothing.
base::Result<LogPaths> findLogs(const std::vector<std::string>& paths);

} // namespace netbit::cli::irc
