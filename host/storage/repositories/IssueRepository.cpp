#include "storage/IssueRepository.h"

#include "storage/repositories/Rows.h"

#include <limits>

namespace netbit::storage
{

namespace
{

#define ISSUE_COLUMNS                                                                                                          \
    "i.id, i.project_id, i.number, i.title, i.body, i.state, i.author_id, i.milestone_id, i.due_at, i.created_at,"            \
    " i.updated_at, i.closed_at, i.closed_by, i.comment_count"

IssueRecord read(const Statement& row)
{
    return {.id = row.integer(0),
            .projectId = row.integer(1),
            .number = row.integer(2),
            .title = textOf(row, 3),
            .body = textOf(row, 4),
            .state = textOf(row, 5),
            .authorId = row.integer(6),
            .milestoneId = row.integer(7),
            .dueAt = row.integer(8),
            .createdAt = row.integer(9),
            .updatedAt = row.integer(10),
            .closedAt = row.integer(11),
            .closedBy = row.integer(12),
            .commentCount = row.integer(13)};
}

IssueCommentRecord readComment(const Statement& row)
{
    return {.id = row.integer(0),
            .issueId = row.integer(1),
            .authorId = row.integer(2),
            .body = textOf(row, 3),
            .createdAt = row.integer(4),
            .editedAt = row.integer(5)};
}

LabelRecord readLabel(const Statement& row)
{
    return {.id = row.integer(0),
            .projectId = row.integer(1),
            .name = textOf(row, 2),
            .colour = textOf(row, 3),
            .description = textOf(row, 4)};
}

MilestoneRecord readMilestone(const Statement& row)
{
    return {.id = row.integer(0),
            .projectId = row.integer(1),
            .title = textOf(row, 2),
            .description = textOf(row, 3),
            .dueAt = row.integer(4),
            .state = textOf(row, 5),
            .openIssues = row.integer(6),
            .closedIssues = row.integer(7)};
}

#define MILESTONE_COLUMNS                                                                                                      \
    "m.id, m.project_id, m.title, m.description, m.due_at, m.state,"                                                          \
    " (SELECT count(*) FROM issues i WHERE i.milestone_id = m.id AND i.state = 'open'),"                                      \
    " (SELECT count(*) FROM issues i WHERE i.milestone_id = m.id AND i.state = 'closed')"

LinkRecord readLink(const Statement& row)
{
    return {.issueId = row.integer(0),
            .kind = textOf(row, 1),
            .sourceId = row.integer(2),
            .sourceKey = textOf(row, 3),
            .placeId = row.integer(4),
            .createdAt = row.integer(5)};
}

} // namespace

Id IssueRepository::insert(Connection& connection, const IssueRecord& issue)
{
    auto& statement = connection.prepare("INSERT INTO issues (project_id, number, title, body, author_id, milestone_id, due_at,"
                                         " created_at, updated_at, folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                                         " RETURNING id");
    statement.bind(1, issue.projectId)
        .bind(2, issue.number)
        .bind(3, issue.title)
        .bind(4, issue.body)
        .bind(5, issue.authorId)
        .bind(8, issue.createdAt)
        .bind(9, issue.updatedAt)
        .bind(10, issue.folded);
    bindOrNull(statement, 6, issue.milestoneId);
    bindOrNull(statement, 7, issue.dueAt);
    return number(statement);
}

std::optional<IssueRecord> IssueRepository::byNumber(Connection& connection, Id projectId, std::int64_t number)
{
    return one(connection.prepare("SELECT " ISSUE_COLUMNS " FROM issues i WHERE i.project_id = $1 AND i.number = $2")
                   .bind(1, projectId)
                   .bind(2, number),
               read);
}

std::optional<IssueRecord> IssueRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " ISSUE_COLUMNS " FROM issues i WHERE i.id = $1").bind(1, id), read);
}

void IssueRepository::update(Connection& connection, const IssueRecord& issue)
{
    auto& statement = connection.prepare(
        "UPDATE issues SET title = $2, body = $3, state = $4, milestone_id = $5, due_at = $6, updated_at = $7, closed_at = $8,"
        " closed_by = $9, comment_count = $10, folded = CASE WHEN $11 = '' THEN folded ELSE $11 END WHERE id = $1");
    statement.bind(1, issue.id)
        .bind(2, issue.title)
        .bind(3, issue.body)
        .bind(4, issue.state)
        .bind(7, issue.updatedAt)
        .bind(10, issue.commentCount)
        .bind(11, issue.folded);
    bindOrNull(statement, 5, issue.milestoneId);
    bindOrNull(statement, 6, issue.dueAt);
    bindOrNull(statement, 8, issue.closedAt);
    bindOrNull(statement, 9, issue.closedBy);
    statement.run();
}

std::vector<IssueRecord> IssueRepository::find(Connection& connection, const IssueFilter& wanted)
{
    // One text for one project and one for a member's all: each walks an index of its own.
    auto& statement = wanted.projectId != 0
        ? connection.prepare("SELECT " ISSUE_COLUMNS " FROM issues i WHERE i.project_id = $1 AND i.id < $2"
                             " AND ($3 = '' OR i.state = $3)"
                             " AND ($4 = 0 OR EXISTS (SELECT 1 FROM issue_labels l WHERE l.issue_id = i.id AND l.label_id = $4))"
                             " AND ($5 = 0 OR i.milestone_id = $5)"
                             " AND ($6 = 0 OR EXISTS (SELECT 1 FROM issue_assignees a WHERE a.issue_id = i.id AND a.user_id = $6))"
                             " AND ($7 = 0 OR i.author_id = $7)"
                             " AND ($8 = '' OR instr(i.folded, $8) OR EXISTS (SELECT 1 FROM issue_comments c"
                             " WHERE c.issue_id = i.id AND instr(c.folded, $8)))"
                             " ORDER BY i.number DESC LIMIT $9")
        : connection.prepare("SELECT " ISSUE_COLUMNS " FROM issues i WHERE i.project_id IN (SELECT m.project_id"
                             " FROM project_members m JOIN projects p ON p.id = m.project_id"
                             " WHERE m.user_id = $1 AND p.state <> 'deleted') AND i.id < $2"
                             " AND ($3 = '' OR i.state = $3)"
                             " AND ($4 = 0 OR EXISTS (SELECT 1 FROM issue_labels l WHERE l.issue_id = i.id AND l.label_id = $4))"
                             " AND ($5 = 0 OR i.milestone_id = $5)"
                             " AND ($6 = 0 OR EXISTS (SELECT 1 FROM issue_assignees a WHERE a.issue_id = i.id AND a.user_id = $6))"
                             " AND ($7 = 0 OR i.author_id = $7)"
                             " AND ($8 = '' OR instr(i.folded, $8) OR EXISTS (SELECT 1 FROM issue_comments c"
                             " WHERE c.issue_id = i.id AND instr(c.folded, $8)))"
                             " ORDER BY i.id DESC LIMIT $9");
    return all(statement.bind(1, wanted.projectId != 0 ? wanted.projectId : wanted.memberId)
                   .bind(2, wanted.before != 0 ? wanted.before : std::numeric_limits<std::int64_t>::max())
                   .bind(3, wanted.state)
                   .bind(4, wanted.labelId)
                   .bind(5, wanted.milestoneId)
                   .bind(6, wanted.assigneeId)
                   .bind(7, wanted.authorId)
                   .bind(8, wanted.words)
                   .bind(9, static_cast<std::int64_t>(wanted.limit)),
               read);
}

std::vector<LabelRecord> IssueRepository::labelsOf(Connection& connection, Id issueId)
{
    return all(connection
                   .prepare("SELECT l.id, l.project_id, l.name, l.colour, l.description FROM issue_labels u"
                            " JOIN labels l ON l.id = u.label_id WHERE u.issue_id = $1 ORDER BY l.name")
                   .bind(1, issueId),
               readLabel);
}

void IssueRepository::setLabels(Connection& connection, Id issueId, const std::vector<Id>& labels)
{
    connection.prepare("DELETE FROM issue_labels WHERE issue_id = $1").bind(1, issueId).run();
    for (const auto label : labels)
        connection.prepare("INSERT INTO issue_labels (issue_id, label_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(1, issueId)
            .bind(2, label)
            .run();
}

std::vector<Id> IssueRepository::assigneesOf(Connection& connection, Id issueId)
{
    return all(connection.prepare("SELECT user_id FROM issue_assignees WHERE issue_id = $1 ORDER BY user_id").bind(1, issueId),
               [](const Statement& row) { return row.integer(0); });
}

void IssueRepository::setAssignees(Connection& connection, Id issueId, const std::vector<Id>& users)
{
    connection.prepare("DELETE FROM issue_assignees WHERE issue_id = $1").bind(1, issueId).run();
    for (const auto user : users)
        connection.prepare("INSERT INTO issue_assignees (issue_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(1, issueId)
            .bind(2, user)
            .run();
}

Id IssueRepository::insertComment(Connection& connection, const IssueCommentRecord& comment)
{
    return number(connection
                      .prepare("INSERT INTO issue_comments (issue_id, author_id, body, created_at, folded)"
                               " VALUES ($1, $2, $3, $4, $5) RETURNING id")
                      .bind(1, comment.issueId)
                      .bind(2, comment.authorId)
                      .bind(3, comment.body)
                      .bind(4, comment.createdAt)
                      .bind(5, comment.folded));
}

std::optional<IssueCommentRecord> IssueRepository::comment(Connection& connection, Id id)
{
    return one(connection
                   .prepare("SELECT id, issue_id, author_id, body, created_at, edited_at FROM issue_comments WHERE id = $1")
                   .bind(1, id),
               readComment);
}

void IssueRepository::updateComment(Connection& connection, const IssueCommentRecord& comment)
{
    connection.prepare("UPDATE issue_comments SET body = $2, edited_at = $3, folded = $4 WHERE id = $1")
        .bind(1, comment.id)
        .bind(2, comment.body)
        .bind(3, comment.editedAt)
        .bind(4, comment.folded)
        .run();
}

void IssueRepository::removeComment(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM issue_comments WHERE id = $1").bind(1, id).run();
}

std::vector<IssueCommentRecord> IssueRepository::comments(Connection& connection, Id issueId, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, issue_id, author_id, body, created_at, edited_at FROM issue_comments"
                            " WHERE issue_id = $1 AND id > $2 ORDER BY id LIMIT $3")
                   .bind(1, issueId)
                   .bind(2, after)
                   .bind(3, static_cast<std::int64_t>(limit)),
               readComment);
}

void IssueRepository::link(Connection& connection, const LinkRecord& link)
{
    connection
        .prepare("INSERT INTO links (issue_id, kind, source_id, source_key, place_id, created_at)"
                 " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING")
        .bind(1, link.issueId)
        .bind(2, link.kind)
        .bind(3, link.sourceId)
        .bind(4, link.sourceKey)
        .bind(5, link.placeId)
        .bind(6, link.createdAt)
        .run();
}

void IssueRepository::unlink(Connection& connection, std::string_view kind, Id sourceId)
{
    connection.prepare("DELETE FROM links WHERE kind = $1 AND source_id = $2").bind(1, kind).bind(2, sourceId).run();
}

std::vector<LinkRecord> IssueRepository::linksTo(Connection& connection, Id issueId, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT issue_id, kind, source_id, source_key, place_id, created_at FROM links WHERE issue_id = $1"
                            " ORDER BY created_at DESC, kind, source_id DESC, source_key LIMIT $2")
                   .bind(1, issueId)
                   .bind(2, static_cast<std::int64_t>(limit)),
               readLink);
}

std::vector<LinkRecord> IssueRepository::linksFrom(Connection& connection, std::string_view kind, Id sourceId,
                                                   std::string_view key)
{
    return all(connection
                   .prepare("SELECT issue_id, kind, source_id, source_key, place_id, created_at FROM links"
                            " WHERE kind = $1 AND source_id = $2 AND source_key = $3 ORDER BY issue_id")
                   .bind(1, kind)
                   .bind(2, sourceId)
                   .bind(3, key),
               readLink);
}

void IssueRepository::addActivity(Connection& connection, const ActivityRecord& activity)
{
    connection
        .prepare("INSERT INTO activity (project_id, actor_id, topic, number, title, created_at, data) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(1, activity.projectId)
        .bind(2, activity.actorId)
        .bind(3, activity.topic)
        .bind(4, activity.number)
        .bind(5, activity.title)
        .bind(6, activity.createdAt)
        .bind(7, activity.data)
        .run();
}

std::vector<ActivityRecord> IssueRepository::activity(Connection& connection, Id projectId, bool code, Id before, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, project_id, actor_id, topic, number, title, created_at, data FROM activity"
                            " WHERE project_id = $1 AND id < $2 AND ($4 OR NOT (topic GLOB 'git.*' OR topic GLOB 'pull.*'))"
                            " ORDER BY id DESC LIMIT $3")
                   .bind(1, projectId)
                   .bind(2, before != 0 ? before : std::numeric_limits<std::int64_t>::max())
                   .bind(3, static_cast<std::int64_t>(limit))
                   .bind(4, code ? 1 : 0),
               [](const Statement& row) {
                   return ActivityRecord{row.integer(0), row.integer(1), row.integer(2), textOf(row, 3),
                                         row.integer(4), textOf(row, 5), row.integer(6), textOf(row, 7)};
               });
}

Id LabelRepository::insert(Connection& connection, const LabelRecord& label)
{
    return number(connection
                      .prepare("INSERT INTO labels (project_id, name, colour, description) VALUES ($1, $2, $3, $4) RETURNING id")
                      .bind(1, label.projectId)
                      .bind(2, label.name)
                      .bind(3, label.colour)
                      .bind(4, label.description));
}

std::optional<LabelRecord> LabelRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT id, project_id, name, colour, description FROM labels WHERE id = $1").bind(1, id),
               readLabel);
}

std::optional<LabelRecord> LabelRepository::byName(Connection& connection, Id projectId, std::string_view name)
{
    return one(connection
                   .prepare("SELECT id, project_id, name, colour, description FROM labels WHERE project_id = $1 AND name = $2")
                   .bind(1, projectId)
                   .bind(2, name),
               readLabel);
}

void LabelRepository::update(Connection& connection, const LabelRecord& label)
{
    connection.prepare("UPDATE labels SET name = $2, colour = $3, description = $4 WHERE id = $1")
        .bind(1, label.id)
        .bind(2, label.name)
        .bind(3, label.colour)
        .bind(4, label.description)
        .run();
}

void LabelRepository::remove(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM labels WHERE id = $1").bind(1, id).run();
}

std::vector<LabelRecord> LabelRepository::of(Connection& connection, Id projectId)
{
    return all(connection
                   .prepare("SELECT id, project_id, name, colour, description FROM labels WHERE project_id = $1 ORDER BY name")
                   .bind(1, projectId),
               readLabel);
}

Id MilestoneRepository::insert(Connection& connection, const MilestoneRecord& milestone)
{
    auto& statement = connection.prepare("INSERT INTO milestones (project_id, title, description, due_at) VALUES ($1, $2, $3, $4)"
                                         " RETURNING id");
    statement.bind(1, milestone.projectId).bind(2, milestone.title).bind(3, milestone.description);
    bindOrNull(statement, 4, milestone.dueAt);
    return number(statement);
}

std::optional<MilestoneRecord> MilestoneRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " MILESTONE_COLUMNS " FROM milestones m WHERE m.id = $1").bind(1, id), readMilestone);
}

std::optional<MilestoneRecord> MilestoneRepository::byTitle(Connection& connection, Id projectId, std::string_view title)
{
    return one(connection.prepare("SELECT " MILESTONE_COLUMNS " FROM milestones m WHERE m.project_id = $1 AND m.title = $2")
                   .bind(1, projectId)
                   .bind(2, title),
               readMilestone);
}

void MilestoneRepository::update(Connection& connection, const MilestoneRecord& milestone)
{
    auto& statement =
        connection.prepare("UPDATE milestones SET title = $2, description = $3, due_at = $4, state = $5 WHERE id = $1");
    statement.bind(1, milestone.id).bind(2, milestone.title).bind(3, milestone.description).bind(5, milestone.state);
    bindOrNull(statement, 4, milestone.dueAt);
    statement.run();
}

void MilestoneRepository::remove(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM milestones WHERE id = $1").bind(1, id).run();
}

std::vector<MilestoneRecord> MilestoneRepository::of(Connection& connection, Id projectId)
{
    return all(connection.prepare("SELECT " MILESTONE_COLUMNS " FROM milestones m WHERE m.project_id = $1 ORDER BY m.id")
                   .bind(1, projectId),
               readMilestone);
}

} // namespace netbit::storage
