#pragma once
// Where a text stands in the files of a commit.

#include "browse/Answer.h"

namespace netbit::git {

struct CodeQuery {
    std::string text;         ///< 1 to 200 bytes, without line breaks; compared without regard to case of ASCII letters
    bool caseMatters = false;
    std::string path;         ///< only below this folder; "": everywhere
};

/// {"data":[{"path","line","column","text"}],…}: at most `limit` lines. `at`: how many files were looked at for the pages before.
/// Where the time is over a page ends early; the cursor goes on from there. Binary files and those of more than
/// Limits::blobBytes are passed over.
Answer searchCode(const Repository& repository, const git_commit* commit, const CodeQuery& query, std::uint64_t at,
                  std::size_t limit, const Limits& limits);

} // namespace netbit::git
