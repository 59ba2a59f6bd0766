#pragma once
// What is planned and reviewed in projects, table by table, as it moves between servers: which columns move, by which names, and what
// they refer to. Whoever adds a column to one of these tables adds it here, or says below why it stays.
//
// What stays: what the server makes itself of the rest (folded, comment_count, the numbers), what is under way (pulls.merging_…), and
// activity and links, which tell of what happened on the one server.

#include "storage/Database.h"
#include "storage/TransferRepository.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace netbit::storage
{

enum class PlanType : std::uint8_t {
    text,   ///< any
    line,   ///< without control characters
    commit, ///< 40 hex digits
    number,
    flag,
    time,
    key,    ///< of a record of the kind `of`
};

struct PlanColumn {
    std::string_view name;   ///< of the record's member
    std::string_view column; ///< of the table
    PlanType type = PlanType::text;
    bool required = false; ///< else empty or 0 is NULL, or the column's default where it takes no NULL
    std::size_t most = 0;  ///< bytes of a text
    ExternalKind of = ExternalKind::user;
    std::array<std::string_view, 5> choices{}; ///< of a line; empty: any
    bool mayBeNull = false;
};

struct PlanTable {
    std::string_view kind;
    std::string_view table;
    std::string_view live; ///< a condition: rows that move
    std::span<const PlanColumn> columns;
    bool named = false; ///< its rows have ids, and so names of their own
    ExternalKind own = ExternalKind::user;
    std::size_t keys = 0; ///< else its first columns, which name a row
};

/// 0 and "" are also what is NULL.
using PlanValue = std::variant<std::int64_t, std::string>;

namespace plan
{

using Ref = ExternalKind;

#define LIVE_PROJECTS "(SELECT id FROM projects WHERE state <> 'deleted')"
#define LIVE_REPOSITORIES                                                                                                    \
    "(SELECT id FROM repositories WHERE state <> 'deleted' AND (project_id IS NULL OR project_id IN " LIVE_PROJECTS "))"
#define LIVE_ISSUES "(SELECT id FROM issues WHERE project_id IN " LIVE_PROJECTS ")"
#define LIVE_PULLS "(SELECT id FROM pulls WHERE repository_id IN " LIVE_REPOSITORIES ")"

constexpr PlanColumn key(std::string_view name, std::string_view column, ExternalKind of)
{
    return {.name = name, .column = column, .type = PlanType::key, .required = true, .of = of};
}
constexpr PlanColumn maybe(std::string_view name, std::string_view column, ExternalKind of)
{
    return {.name = name, .column = column, .type = PlanType::key, .of = of, .mayBeNull = true};
}
constexpr PlanColumn at(std::string_view name, bool required = true)
{
    return {.name = name, .column = name, .type = PlanType::time, .required = required, .mayBeNull = !required};
}
constexpr PlanColumn words(std::string_view name, std::size_t most, bool required = false)
{
    return {.name = name, .column = name, .type = PlanType::text, .required = required, .most = most};
}
constexpr PlanColumn title(std::string_view name, std::size_t most, bool required = true)
{
    return {.name = name, .column = name, .type = PlanType::line, .required = required, .most = most};
}
constexpr PlanColumn commitId(std::string_view name, bool required = true)
{
    return {.name = name, .column = name, .type = PlanType::commit, .required = required, .most = 40};
}
constexpr PlanColumn count(std::string_view name, bool required = true)
{
    return {.name = name, .column = name, .type = PlanType::number, .required = required};
}
constexpr PlanColumn oneOf(std::string_view name, std::array<std::string_view, 5> choices)
{
    return {.name = name, .column = name, .type = PlanType::line, .required = true, .most = 20, .choices = choices};
}
constexpr PlanColumn is(std::string_view name) { return {.name = name, .column = name, .type = PlanType::flag}; }
constexpr PlanColumn orNull(PlanColumn column)
{
    column.mayBeNull = true;
    return column;
}

constexpr std::size_t mostBody = 1 << 20;

inline constexpr std::array members{key("project", "project_id", Ref::project), key("user", "user_id", Ref::user),
                                    oneOf("role", {"admin", "developer", "viewer", "guest"}), at("joined_at")};
inline constexpr std::array labels{key("project", "project_id", Ref::project), title("name", 400), title("colour", 100, false),
                                   words("description", 16'000)};
inline constexpr std::array milestones{key("project", "project_id", Ref::project), title("title", 1'000), words("description", mostBody),
                                       at("due_at", false), oneOf("state", {"open", "closed"})};
inline constexpr std::array boards{key("project", "project_id", Ref::project), title("name", 400)};
inline constexpr std::array columns{key("board", "board_id", Ref::board), title("name", 400), count("place", false)};
inline constexpr std::array issues{key("project", "project_id", Ref::project),
                                   count("number"),
                                   title("title", 4'000),
                                   words("body", mostBody),
                                   oneOf("state", {"open", "closed"}),
                                   key("author", "author_id", Ref::user),
                                   maybe("milestone", "milestone_id", Ref::milestone),
                                   at("due_at", false),
                                   at("created_at"),
                                   at("updated_at"),
                                   at("closed_at", false),
                                   maybe("closed_by", "closed_by", Ref::user)};
inline constexpr std::array issueLabels{key("issue", "issue_id", Ref::issue), key("label", "label_id", Ref::label)};
inline constexpr std::array assignees{key("issue", "issue_id", Ref::issue), key("user", "user_id", Ref::user)};
inline constexpr std::array issueComments{key("issue", "issue_id", Ref::issue), key("author", "author_id", Ref::user),
                                          words("body", mostBody, true), at("created_at"), at("edited_at", false)};
inline constexpr std::array cards{key("board", "board_id", Ref::board), key("issue", "issue_id", Ref::issue),
                                  key("column", "column_id", Ref::boardColumn), title("rank", 1'000)};
inline constexpr std::array pulls{key("repository", "repository_id", Ref::repository),
                                  count("number"),
                                  key("author", "author_id", Ref::user),
                                  title("title", 4'000),
                                  words("body", mostBody),
                                  is("draft"),
                                  title("base_branch", 1'024),
                                  commitId("base_commit", false),
                                  maybe("head_repository", "head_repository_id", Ref::repository),
                                  title("head_branch", 1'024),
                                  commitId("head_commit", false),
                                  oneOf("state", {"open", "closed", "merged"}),
                                  at("created_at"),
                                  at("updated_at"),
                                  at("closed_at", false),
                                  maybe("closed_by", "closed_by", Ref::user),
                                  title("merge_method", 20, false),
                                  commitId("merge_commit", false)};
inline constexpr std::array pullCommits{key("repository", "repository_id", Ref::repository), commitId("commit_id"),
                                        key("pull", "pull_id", Ref::pull)};
inline constexpr std::array reviewers{key("pull", "pull_id", Ref::pull), key("user", "user_id", Ref::user)};
inline constexpr std::array reviews{key("pull", "pull_id", Ref::pull),
                                    key("reviewer", "reviewer_id", Ref::user),
                                    oneOf("verdict", {"approve", "request_changes", "comment"}),
                                    words("body", mostBody),
                                    commitId("head_commit", false),
                                    is("dismissed"),
                                    at("created_at")};
inline constexpr std::array pullComments{key("pull", "pull_id", Ref::pull),
                                         key("author", "author_id", Ref::user),
                                         words("body", mostBody),
                                         maybe("reply_to", "reply_to", Ref::pullComment),
                                         orNull(words("path", 4'096)),
                                         orNull(title("side", 3, false)),
                                         orNull(count("line", false)),
                                         orNull(commitId("commit_id", false)),
                                         at("created_at"),
                                         at("edited_at", false),
                                         at("deleted_at", false)};
inline constexpr std::array statuses{key("repository", "repository_id", Ref::repository),
                                     commitId("commit_id"),
                                     title("context", 1'000),
                                     oneOf("state", {"pending", "success", "failure", "error"}),
                                     title("target_url", 4'096, false),
                                     words("description", 16'000),
                                     key("creator", "creator_id", Ref::user),
                                     at("created_at"),
                                     at("updated_at")};

} // namespace plan

/// What one refers to stands before it.
inline constexpr std::array<PlanTable, 16> planTables{{
    {.kind = "project_member", .table = "project_members", .live = "role <> 'owner' AND project_id IN " LIVE_PROJECTS,
     .columns = plan::members, .keys = 2},
    {.kind = "label", .table = "labels", .live = "project_id IN " LIVE_PROJECTS, .columns = plan::labels, .named = true,
     .own = ExternalKind::label},
    {.kind = "milestone", .table = "milestones", .live = "project_id IN " LIVE_PROJECTS, .columns = plan::milestones, .named = true,
     .own = ExternalKind::milestone},
    {.kind = "board", .table = "boards", .live = "project_id IN " LIVE_PROJECTS, .columns = plan::boards, .named = true,
     .own = ExternalKind::board},
    {.kind = "board_column", .table = "board_columns",
     .live = "board_id IN (SELECT id FROM boards WHERE project_id IN " LIVE_PROJECTS ")", .columns = plan::columns, .named = true,
     .own = ExternalKind::boardColumn},
    {.kind = "issue", .table = "issues", .live = "project_id IN " LIVE_PROJECTS, .columns = plan::issues, .named = true,
     .own = ExternalKind::issue},
    {.kind = "issue_label", .table = "issue_labels", .live = "issue_id IN " LIVE_ISSUES, .columns = plan::issueLabels, .keys = 2},
    {.kind = "issue_assignee", .table = "issue_assignees", .live = "issue_id IN " LIVE_ISSUES, .columns = plan::assignees, .keys = 2},
    {.kind = "issue_comment", .table = "issue_comments", .live = "issue_id IN " LIVE_ISSUES, .columns = plan::issueComments,
     .named = true, .own = ExternalKind::issueComment},
    {.kind = "board_card", .table = "board_cards", .live = "issue_id IN " LIVE_ISSUES, .columns = plan::cards, .keys = 2},
    {.kind = "pull", .table = "pulls", .live = "repository_id IN " LIVE_REPOSITORIES, .columns = plan::pulls, .named = true,
     .own = ExternalKind::pull},
    {.kind = "pull_commit", .table = "pull_commits", .live = "pull_id IN " LIVE_PULLS, .columns = plan::pullCommits, .keys = 3},
    {.kind = "pull_reviewer", .table = "pull_reviewers", .live = "pull_id IN " LIVE_PULLS, .columns = plan::reviewers, .keys = 2},
    {.kind = "pull_review", .table = "pull_reviews", .live = "pull_id IN " LIVE_PULLS, .columns = plan::reviews, .named = true,
     .own = ExternalKind::pullReview},
    {.kind = "pull_comment", .table = "pull_comments", .live = "pull_id IN " LIVE_PULLS, .columns = plan::pullComments, .named = true,
     .own = ExternalKind::pullComment},
    {.kind = "commit_status", .table = "commit_statuses", .live = "repository_id IN " LIVE_REPOSITORIES, .columns = plan::statuses,
     .keys = 3},
}};

#undef LIVE_PROJECTS
#undef LIVE_REPOSITORIES
#undef LIVE_ISSUES
#undef LIVE_PULLS

struct PlanRepository {
    static std::vector<Id> projects(Connection&);     ///< by id; none deleted
    static std::vector<Id> repositories(Connection&); ///< likewise, and none of a deleted project
    static bool liveRepository(Connection&, Id);

    /// Of a table whose rows have names: the ids of those that move.
    static std::vector<Id> ids(Connection&, const PlanTable&);
    static std::vector<PlanValue> row(Connection&, const PlanTable&, Id); ///< in the order of the columns
    /// Of one whose rows have none: all that move.
    static std::vector<std::vector<PlanValue>> rows(Connection&, const PlanTable&);
    static bool exists(Connection&, ExternalKind, Id); ///< of those that planTables have

    /// Its id, or 1 where it has none; 0: something has its place. `folded`: for tables that are searched.
    static Id insert(Connection&, const PlanTable&, const std::vector<PlanValue>& values, std::string_view folded);
    static bool searched(const PlanTable&); ///< whether it keeps `folded`
    static void countComments(Connection&, Id issueId);
    /// The next issue or pull request gets a higher number than this.
    static void numbered(Connection&, Id projectId, Id repositoryId, std::int64_t number);
    static std::int64_t ownerSince(Connection&, Id projectId);
    static void setOwnerSince(Connection&, Id projectId, std::int64_t at);
};

} // namespace netbit::storage
