#pragma once
// The history of a revision, page by page.

#include "browse/Answer.h"

namespace netbit::git {

struct CommitFilter {
    std::string path{};                ///< only those that change it; "": all
    std::string author{};              ///< part of a name or address, without regard to ASCII case
    std::optional<std::int64_t> since{}; ///< seconds since 1970
    std::optional<std::int64_t> until{};
};

/// The commits that can be reached from one, newest first. `at`: how many were walked for the pages before. Where the time is
/// over, a page ends early, and the cursor goes on from there: nothing is skipped.
Answer commits(const Repository& repository, const git_commit* head, const CommitFilter& filter, std::uint64_t at,
               std::size_t limit, const Limits& limits);

} // namespace netbit::git
