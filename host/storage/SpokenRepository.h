#pragma once
// Whom and which commits a text of a project names. See Repositories.h for what holds of all of them.

#include "storage/Database.h"
#include "storage/Records.h"

#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct CommitPlace {
    Id repositoryId = 0;
    std::string commitId{};
    friend bool operator==(const CommitPlace&, const CommitPlace&) = default;
};

struct SpokenRepository {
    static void know(Connection&, const CommitPlace& commit); ///< also one that is known
    /// Commits whose id begins so, in repositories of the project (0: in this one alone), by id.
    static std::vector<CommitPlace> beginningWith(Connection&, std::string_view start, Id projectId, Id repositoryId, std::size_t limit);

    static std::vector<Id> users(Connection&, std::string_view kind, Id sourceId);            ///< by id
    static std::vector<CommitPlace> commits(Connection&, std::string_view kind, Id sourceId); ///< by id
    /// What it says now is what holds.
    static void set(Connection&, std::string_view kind, Id sourceId, const std::vector<Id>& users,
                    const std::vector<CommitPlace>& commits, std::int64_t at);
    /// Issues, the newest first, that speak of the commit, themselves or in a comment.
    static std::vector<Id> issuesOfCommit(Connection&, const CommitPlace& commit, std::size_t limit);
};

} // namespace netbit::storage
