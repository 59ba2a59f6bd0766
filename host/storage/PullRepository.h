#pragma once
// The SQL of pull requests and commit statuses. As in Repositories.h: no rule, no cache; all throw DatabaseError.

#include "storage/Database.h"
#include "storage/Records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct PullRecord {
    Id id = 0;
    Id repositoryId = 0;
    Id number = 0;
    Id authorId = 0;
    std::string title{};
    std::string body{};
    bool draft = false;
    std::string baseBranch{};
    std::string baseCommit{};
    Id headRepositoryId = 0; ///< 0: it is gone
    std::string headBranch{};
    std::string headCommit{};
    std::string state = "open"; ///< open, closed, merged
    std::int64_t createdAt = 0;
    std::int64_t updatedAt = 0;
    std::int64_t closedAt = 0; ///< also of a merge
    Id closedBy = 0;
    std::string mergeMethod{};
    std::string mergeCommit{};
    Id mergingPush = 0;
    std::string mergingCommit{};
    std::string mergingMethod{};
};

struct ReviewRecord {
    Id id = 0;
    Id pullId = 0;
    Id reviewerId = 0;
    std::string verdict{}; ///< approve, request_changes, comment
    std::string body{};
    std::string headCommit{};
    bool dismissed = false;
    std::int64_t createdAt = 0;
};

struct PullCommentRecord {
    Id id = 0;
    Id pullId = 0;
    Id authorId = 0;
    std::string body{};
    Id replyTo = 0;
    std::string path{}; ///< empty: of the whole
    std::string side{}; ///< old, new
    std::int64_t line = 0;
    std::string commitId{};
    std::int64_t createdAt = 0;
    std::int64_t editedAt = 0;
    std::int64_t deletedAt = 0;
};

struct StatusRecord {
    Id repositoryId = 0;
    std::string commitId{};
    std::string context{};
    std::string state{}; ///< pending, success, failure, error
    std::string targetUrl{};
    std::string description{};
    Id creatorId = 0;
    std::int64_t createdAt = 0;
    std::int64_t updatedAt = 0;
};

struct PullRepository {
    static Id insert(Connection&, const PullRecord&); ///< the id is given by the database
    static void update(Connection&, const PullRecord&);
    static std::optional<PullRecord> byNumber(Connection&, Id repositoryId, Id number);
    static std::optional<PullRecord> byId(Connection&, Id id);
    static std::optional<PullRecord> open(Connection&, Id repositoryId, std::string_view base, Id headRepository, std::string_view head);
    /// Newest first, before that number (0: from the newest). `state` and `authorId` may be empty and 0.
    static std::vector<PullRecord> list(Connection&, Id repositoryId, std::string_view state, Id authorId, Id before, std::size_t limit);
    static std::vector<PullRecord> openWithHead(Connection&, Id headRepository, std::string_view branch);
    static std::vector<PullRecord> openWithBase(Connection&, Id repositoryId, std::string_view branch);

    static void addCommit(Connection&, Id repositoryId, std::string_view commitId, Id pullId); ///< also one that is there
    static std::vector<PullRecord> withCommit(Connection&, Id repositoryId, std::string_view commitId, std::size_t limit);

    static void addReviewer(Connection&, Id pullId, Id userId);
    static void removeReviewers(Connection&, Id pullId);
    static std::vector<Id> reviewers(Connection&, Id pullId);

    static Id insertReview(Connection&, const ReviewRecord&);
    static std::vector<ReviewRecord> reviews(Connection&, Id pullId, Id after, std::size_t limit); ///< by id
    static void dismissApprovals(Connection&, Id pullId);

    static Id insertComment(Connection&, const PullCommentRecord&);
    static void updateComment(Connection&, const PullCommentRecord&); ///< what it says, and when
    static std::optional<PullCommentRecord> comment(Connection&, Id pullId, Id id);
    static std::vector<PullCommentRecord> comments(Connection&, Id pullId, Id after, std::size_t limit); ///< by id

    static void putStatus(Connection&, const StatusRecord&);
    static std::vector<StatusRecord> statuses(Connection&, Id repositoryId, std::string_view commitId); ///< by context
    static std::int64_t statusCount(Connection&, Id repositoryId, std::string_view commitId);
};

} // namespace netbit::storage
