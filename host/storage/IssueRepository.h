#pragma once
// Issues, comments, labels, milestones, boards, and what speaks of what. See Repositories.h for what holds of all of them.

#include "storage/Database.h"
#include "storage/Records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct IssueRecord {
    Id id = 0;
    Id projectId = 0;
    std::int64_t number = 0;
    std::string title{};
    std::string body{};
    std::string state = "open"; ///< open, closed
    Id authorId = 0;
    Id milestoneId = 0;
    std::int64_t dueAt = 0;
    std::int64_t createdAt = 0;
    std::int64_t updatedAt = 0;
    std::int64_t closedAt = 0;
    Id closedBy = 0;
    std::int64_t commentCount = 0;
    std::string folded{}; ///< written, not read
};

struct IssueCommentRecord {
    Id id = 0;
    Id issueId = 0;
    Id authorId = 0;
    std::string body{};
    std::int64_t createdAt = 0;
    std::int64_t editedAt = 0;
    std::string folded{}; ///< written, not read
};

struct LabelRecord {
    Id id = 0;
    Id projectId = 0;
    std::string name{};
    std::string colour{};
    std::string description{};
};

struct MilestoneRecord {
    Id id = 0;
    Id projectId = 0;
    std::string title{};
    std::string description{};
    std::int64_t dueAt = 0;
    std::string state = "open"; ///< open, closed
    std::int64_t openIssues = 0;   ///< read, not written
    std::int64_t closedIssues = 0; ///< likewise
};

struct BoardRecord {
    Id id = 0;
    Id projectId = 0;
    std::string name{};
};

struct BoardColumnRecord {
    Id id = 0;
    Id boardId = 0;
    std::string name{};
    std::int64_t place = 0;
};

struct BoardCardRecord {
    Id boardId = 0;
    Id issueId = 0;
    Id columnId = 0;
    std::string rank{};
    std::int64_t number = 0; ///< of the issue; read, not written
};

struct ActivityRecord {
    Id id = 0;
    Id projectId = 0;
    Id actorId = 0;
    std::string topic{};
    std::int64_t number = 0;
    std::string title{};
    std::int64_t createdAt = 0;
    std::string data{}; ///< a JSON object, or empty
};

struct LinkRecord {
    Id issueId = 0;
    std::string kind{}; ///< issue, comment, commit, message, origin: what speaks of the issue
    Id sourceId = 0;    ///< its id; of a commit the repository's
    std::string sourceKey{}; ///< a commit's object id
    Id placeId = 0; ///< where it is to be read: a project, for messages the chat
    std::int64_t createdAt = 0;
};

struct IssueFilter {
    Id projectId = 0; ///< 0: of every project that `memberId` is in
    Id memberId = 0;
    std::string state{}; ///< empty: any
    Id labelId = 0;
    Id milestoneId = 0;
    Id assigneeId = 0;
    Id authorId = 0;
    std::string words{}; ///< folded; somewhere in the issue or its comments. Empty: any
    Id before = 0; ///< an issue's id
    std::size_t limit = 50;
};

struct IssueRepository {
    static Id insert(Connection&, const IssueRecord&); ///< the id is given by the database
    static std::optional<IssueRecord> byNumber(Connection&, Id projectId, std::int64_t number);
    static std::optional<IssueRecord> byId(Connection&, Id);
    static void update(Connection&, const IssueRecord&);
    static std::vector<IssueRecord> find(Connection&, const IssueFilter&); ///< the newest first

    static std::vector<LabelRecord> labelsOf(Connection&, Id issueId); ///< by name
    static void setLabels(Connection&, Id issueId, const std::vector<Id>& labels);
    static std::vector<Id> assigneesOf(Connection&, Id issueId); ///< by id
    static void setAssignees(Connection&, Id issueId, const std::vector<Id>& users);

    static Id insertComment(Connection&, const IssueCommentRecord&);
    static std::optional<IssueCommentRecord> comment(Connection&, Id);
    static void updateComment(Connection&, const IssueCommentRecord&);
    static void removeComment(Connection&, Id);
    static std::vector<IssueCommentRecord> comments(Connection&, Id issueId, Id after, std::size_t limit); ///< by id

    static void link(Connection&, const LinkRecord&); ///< one that is there already is left as it is
    static void unlink(Connection&, std::string_view kind, Id sourceId);
    static std::vector<LinkRecord> linksTo(Connection&, Id issueId, std::size_t limit); ///< the newest first
    static std::vector<LinkRecord> linksFrom(Connection&, std::string_view kind, Id sourceId, std::string_view key);

    static void addActivity(Connection&, const ActivityRecord&);
    /// The newest first. `code`: also what happened to repositories.
    static std::vector<ActivityRecord> activity(Connection&, Id projectId, bool code, Id before, std::size_t limit);
};

struct LabelRepository {
    static Id insert(Connection&, const LabelRecord&);
    static std::optional<LabelRecord> byId(Connection&, Id);
    static std::optional<LabelRecord> byName(Connection&, Id projectId, std::string_view name);
    static void update(Connection&, const LabelRecord&);
    static void remove(Connection&, Id);
    static std::vector<LabelRecord> of(Connection&, Id projectId); ///< by name
};

struct MilestoneRepository {
    static Id insert(Connection&, const MilestoneRecord&);
    static std::optional<MilestoneRecord> byId(Connection&, Id);
    static std::optional<MilestoneRecord> byTitle(Connection&, Id projectId, std::string_view title);
    static void update(Connection&, const MilestoneRecord&);
    static void remove(Connection&, Id);
    static std::vector<MilestoneRecord> of(Connection&, Id projectId); ///< by id
};

struct BoardRepository {
    static Id insert(Connection&, const BoardRecord&);
    static std::optional<BoardRecord> byId(Connection&, Id);
    static std::optional<BoardRecord> byName(Connection&, Id projectId, std::string_view name);
    static void remove(Connection&, Id);
    static std::vector<BoardRecord> of(Connection&, Id projectId); ///< by id
    static Id insertColumn(Connection&, const BoardColumnRecord&);
    static std::vector<BoardColumnRecord> columns(Connection&, Id boardId); ///< in order
    static void updateColumn(Connection&, const BoardColumnRecord&); ///< its name and place
    static void removeColumn(Connection&, Id);
    static std::optional<BoardCardRecord> card(Connection&, Id boardId, Id issueId);
    static std::vector<BoardCardRecord> cards(Connection&, Id columnId); ///< in order
    static std::int64_t cardCount(Connection&, Id boardId);
    static void putCard(Connection&, const BoardCardRecord&); ///< adds, or moves
    static void removeCard(Connection&, Id boardId, Id issueId);
    /// Of the neighbour of a rank in its column; empty: there is none.
    static std::string rankBefore(Connection&, Id columnId, std::string_view rank);
    static std::string rankBehind(Connection&, Id columnId, std::string_view rank);
};

} // namespace netbit::storage
