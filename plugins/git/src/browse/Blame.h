#pragma once
// Which commit each line of a file comes from.

#include "browse/Answer.h"

#include <vector>

namespace netbit::git {

struct BlamedRange {
    std::uint32_t start = 1; ///< line in the file that was asked about
    std::uint32_t count = 0;
    git_oid commit{};
    std::uint32_t originalStart = 1; ///< line in that commit's file
    std::string originalPath;
};

struct Blamed {
    std::vector<BlamedRange> ranges; ///< in the order of lines
    std::uint32_t lines = 0;         ///< of the whole file
    bool complete = true; ///< false: the time was over; what is said is the oldest commit that was looked at
};

/// Lines `first` to `last` (0: to the end). Failure: notFound / path_not_found; invalid / not_a_file, binary_file, no_such_line;
/// tooLarge / file_too_large.
Blamed blamed(const Repository& repository, const git_commit* commit, std::string_view path, std::uint32_t first,
              std::uint32_t last, const Limits& limits);

/// {"path","id","lines","complete","ranges":[{"start","count","commit","original_path","original_start"}],"commits":{…}}
Answer blame(const Repository& repository, const git_commit* commit, std::string_view path, std::uint32_t first,
             std::uint32_t last, const Limits& limits);

/// How many lines a text has.
std::uint32_t linesOf(std::string_view text);

} // namespace netbit::git
