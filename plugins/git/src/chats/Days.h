#pragma once
// A chat's days: as the host tells of them, and as a repository has them already.

#include <netbit/result.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::git {

struct ChatDay {
    std::string day;    ///< "2026-11-28"
    std::string mark;   ///< another one: something else is told of that day
    std::int64_t at = 0; ///< s since 1970: the last that happened on it
    std::int64_t messages = 0;
    std::int64_t edits = 0;
    std::vector<std::string> files; ///< days whose files are others since

    bool operator==(const ChatDay&) const = default;
};

/// Of the JSON of chats.days.
Result<std::vector<ChatDay>> readDays(std::string_view json);

/// A day that is a commit.
struct DayCommit {
    std::string day;
    std::string mark;
    std::string commit; ///< 40 hex digits
};

/// From a file of ours; empty where it is not there, or not as it was written.
std::vector<DayCommit> readCommits(const std::filesystem::path& file);
/// Whole or not at all.
Result<void> writeCommits(const std::filesystem::path& file, const std::vector<DayCommit>& commits);

/// How many of the days, from the first, are the commits that are there.
std::size_t sameDays(const std::vector<DayCommit>& commits, const std::vector<ChatDay>& days);

/// What git fast-import reads of a day before its files. `from`: the commit that it builds on; empty: the one before in the same
/// stream, or none.
std::string commitHead(const ChatDay& day, std::size_t mark, std::string_view from);
/// Around a file's content, which ends with a newline and has no line of these words alone.
std::string fileHead(std::string_view path);
inline constexpr std::string_view fileEnd = "NETBIT-END\n";

} // namespace netbit::git
