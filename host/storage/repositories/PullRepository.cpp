#include "storage/PullRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

#define PULL_COLUMNS                                                                                                         \
    "p.id, p.repository_id, p.number, p.author_id, p.title, p.body, p.draft, p.base_branch, p.base_commit,"                  \
    " p.head_repository_id, p.head_branch, p.head_commit, p.state, p.created_at, p.updated_at, p.closed_at, p.closed_by,"    \
    " p.merge_method, p.merge_commit, p.merging_push, p.merging_commit, p.merging_method"

PullRecord readPull(const Statement& row)
{
    return {.id = row.integer(0),
            .repositoryId = row.integer(1),
            .number = row.integer(2),
            .authorId = row.integer(3),
            .title = textOf(row, 4),
            .body = textOf(row, 5),
            .draft = row.integer(6) != 0,
            .baseBranch = textOf(row, 7),
            .baseCommit = textOf(row, 8),
            .headRepositoryId = row.integer(9),
            .headBranch = textOf(row, 10),
            .headCommit = textOf(row, 11),
            .state = textOf(row, 12),
            .createdAt = row.integer(13),
            .updatedAt = row.integer(14),
            .closedAt = row.integer(15),
            .closedBy = row.integer(16),
            .mergeMethod = textOf(row, 17),
            .mergeCommit = textOf(row, 18),
            .mergingPush = row.integer(19),
            .mergingCommit = textOf(row, 20),
            .mergingMethod = textOf(row, 21)};
}

ReviewRecord readReview(const Statement& row)
{
    return {.id = row.integer(0),
            .pullId = row.integer(1),
            .reviewerId = row.integer(2),
            .verdict = textOf(row, 3),
            .body = textOf(row, 4),
            .headCommit = textOf(row, 5),
            .dismissed = row.integer(6) != 0,
            .createdAt = row.integer(7)};
}

#define COMMENT_COLUMNS                                                                                                      \
    "id, pull_id, author_id, body, reply_to, path, side, line, commit_id, created_at, edited_at, deleted_at"

PullCommentRecord readComment(const Statement& row)
{
    return {.id = row.integer(0),
            .pullId = row.integer(1),
            .authorId = row.integer(2),
            .body = textOf(row, 3),
            .replyTo = row.integer(4),
            .path = textOf(row, 5),
            .side = textOf(row, 6),
            .line = row.integer(7),
            .commitId = textOf(row, 8),
            .createdAt = row.integer(9),
            .editedAt = row.integer(10),
            .deletedAt = row.integer(11)};
}

StatusRecord readStatus(const Statement& row)
{
    return {.repositoryId = row.integer(0),
            .commitId = textOf(row, 1),
            .context = textOf(row, 2),
            .state = textOf(row, 3),
            .targetUrl = textOf(row, 4),
            .description = textOf(row, 5),
            .creatorId = row.integer(6),
            .createdAt = row.integer(7),
            .updatedAt = row.integer(8)};
}

Id givenId(Statement& statement) { return number(statement); }

} // namespace

Id PullRepository::insert(Connection& connection, const PullRecord& pull)
{
    return givenId(
        connection
            .prepare("INSERT INTO pulls (repository_id, number, author_id, title, body, draft, base_branch, base_commit,"
                     " head_repository_id, head_branch, head_commit, created_at, updated_at)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING id")
            .bind(1, pull.repositoryId)
            .bind(2, pull.number)
            .bind(3, pull.authorId)
            .bind(4, pull.title)
            .bind(5, pull.body)
            .bind(6, pull.draft ? 1 : 0)
            .bind(7, pull.baseBranch)
            .bind(8, pull.baseCommit)
            .bind(9, pull.headRepositoryId)
            .bind(10, pull.headBranch)
            .bind(11, pull.headCommit)
            .bind(12, pull.createdAt));
}

void PullRepository::update(Connection& connection, const PullRecord& pull)
{
    auto& statement =
        connection.prepare("UPDATE pulls SET title = $2, body = $3, draft = $4, base_commit = $5, head_commit = $6, state = $7,"
                           " updated_at = $8, closed_at = $9, closed_by = $10, merge_method = $11, merge_commit = $12,"
                           " merging_push = $13, merging_commit = $14, merging_method = $15 WHERE id = $1");
    statement.bind(1, pull.id)
        .bind(2, pull.title)
        .bind(3, pull.body)
        .bind(4, pull.draft ? 1 : 0)
        .bind(5, pull.baseCommit)
        .bind(6, pull.headCommit)
        .bind(7, pull.state)
        .bind(8, pull.updatedAt)
        .bind(11, pull.mergeMethod)
        .bind(12, pull.mergeCommit)
        .bind(14, pull.mergingCommit)
        .bind(15, pull.mergingMethod);
    bindOrNull(statement, 9, pull.closedAt);
    bindOrNull(statement, 10, pull.closedBy);
    bindOrNull(statement, 13, pull.mergingPush);
    statement.run();
}

std::optional<PullRecord> PullRepository::byNumber(Connection& connection, Id repositoryId, Id pullNumber)
{
    return one(connection.prepare("SELECT " PULL_COLUMNS " FROM pulls p WHERE p.repository_id = $1 AND p.number = $2")
                   .bind(1, repositoryId)
                   .bind(2, pullNumber),
               readPull);
}

std::optional<PullRecord> PullRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " PULL_COLUMNS " FROM pulls p WHERE p.id = $1").bind(1, id), readPull);
}

std::optional<PullRecord> PullRepository::open(Connection& connection, Id repositoryId, std::string_view base, Id headRepository,
                                               std::string_view head)
{
    return one(connection
                   .prepare("SELECT " PULL_COLUMNS " FROM pulls p WHERE p.state = 'open' AND p.head_repository_id = $1"
                            " AND p.head_branch = $2 AND p.repository_id = $3 AND p.base_branch = $4")
                   .bind(1, headRepository)
                   .bind(2, head)
                   .bind(3, repositoryId)
                   .bind(4, base),
               readPull);
}

std::vector<PullRecord> PullRepository::list(Connection& connection, Id repositoryId, std::string_view state, Id authorId,
                                             Id before, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " PULL_COLUMNS " FROM pulls p WHERE p.repository_id = $1 AND ($2 = '' OR p.state = $2)"
                            " AND ($3 = 0 OR p.author_id = $3) AND ($4 = 0 OR p.number < $4) ORDER BY p.number DESC LIMIT $5")
                   .bind(1, repositoryId)
                   .bind(2, state)
                   .bind(3, authorId)
                   .bind(4, before)
                   .bind(5, static_cast<std::int64_t>(limit)),
               readPull);
}

std::vector<PullRecord> PullRepository::openWithHead(Connection& connection, Id headRepository, std::string_view branch)
{
    return all(connection
                   .prepare("SELECT " PULL_COLUMNS " FROM pulls p WHERE p.state = 'open' AND p.head_repository_id = $1"
                            " AND p.head_branch = $2 ORDER BY p.id")
                   .bind(1, headRepository)
                   .bind(2, branch),
               readPull);
}

std::vector<PullRecord> PullRepository::openWithBase(Connection& connection, Id repositoryId, std::string_view branch)
{
    return all(connection
                   .prepare("SELECT " PULL_COLUMNS " FROM pulls p WHERE p.state = 'open' AND p.repository_id = $1"
                            " AND p.base_branch = $2 ORDER BY p.id")
                   .bind(1, repositoryId)
                   .bind(2, branch),
               readPull);
}

void PullRepository::addCommit(Connection& connection, Id repositoryId, std::string_view commitId, Id pullId)
{
    connection.prepare("INSERT INTO pull_commits (repository_id, commit_id, pull_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(1, repositoryId)
        .bind(2, commitId)
        .bind(3, pullId)
        .run();
}

std::vector<PullRecord> PullRepository::withCommit(Connection& connection, Id repositoryId, std::string_view commitId, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " PULL_COLUMNS " FROM pull_commits c JOIN pulls p ON p.id = c.pull_id"
                            " WHERE c.repository_id = $1 AND c.commit_id = $2 ORDER BY p.id DESC LIMIT $3")
                   .bind(1, repositoryId)
                   .bind(2, commitId)
                   .bind(3, static_cast<std::int64_t>(limit)),
               readPull);
}

void PullRepository::addReviewer(Connection& connection, Id pullId, Id userId)
{
    connection.prepare("INSERT INTO pull_reviewers (pull_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(1, pullId)
        .bind(2, userId)
        .run();
}

void PullRepository::removeReviewers(Connection& connection, Id pullId)
{
    connection.prepare("DELETE FROM pull_reviewers WHERE pull_id = $1").bind(1, pullId).run();
}

std::vector<Id> PullRepository::reviewers(Connection& connection, Id pullId)
{
    return all(connection.prepare("SELECT user_id FROM pull_reviewers WHERE pull_id = $1 ORDER BY user_id").bind(1, pullId),
               [](const Statement& row) { return row.integer(0); });
}

Id PullRepository::insertReview(Connection& connection, const ReviewRecord& review)
{
    return givenId(connection
                       .prepare("INSERT INTO pull_reviews (pull_id, reviewer_id, verdict, body, head_commit, created_at)"
                                " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id")
                       .bind(1, review.pullId)
                       .bind(2, review.reviewerId)
                       .bind(3, review.verdict)
                       .bind(4, review.body)
                       .bind(5, review.headCommit)
                       .bind(6, review.createdAt));
}

std::vector<ReviewRecord> PullRepository::reviews(Connection& connection, Id pullId, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, pull_id, reviewer_id, verdict, body, head_commit, dismissed, created_at FROM pull_reviews"
                            " WHERE pull_id = $1 AND id > $2 ORDER BY id LIMIT $3")
                   .bind(1, pullId)
                   .bind(2, after)
                   .bind(3, static_cast<std::int64_t>(limit)),
               readReview);
}

void PullRepository::dismissApprovals(Connection& connection, Id pullId)
{
    connection.prepare("UPDATE pull_reviews SET dismissed = 1 WHERE pull_id = $1 AND verdict = 'approve' AND dismissed = 0")
        .bind(1, pullId)
        .run();
}

Id PullRepository::insertComment(Connection& connection, const PullCommentRecord& comment)
{
    auto& statement = connection.prepare(
        "INSERT INTO pull_comments (pull_id, author_id, body, reply_to, path, side, line, commit_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id");
    statement.bind(1, comment.pullId).bind(2, comment.authorId).bind(3, comment.body).bind(9, comment.createdAt);
    bindOrNull(statement, 4, comment.replyTo);
    if (comment.path.empty()) {
        for (const int column : {5, 6, 7, 8})
            statement.bindNull(column);
    } else {
        statement.bind(5, comment.path).bind(6, comment.side).bind(7, comment.line).bind(8, comment.commitId);
    }
    return givenId(statement);
}

void PullRepository::updateComment(Connection& connection, const PullCommentRecord& comment)
{
    auto& statement =
        connection.prepare("UPDATE pull_comments SET body = $2, edited_at = $3, deleted_at = $4 WHERE id = $1");
    statement.bind(1, comment.id).bind(2, comment.body);
    bindOrNull(statement, 3, comment.editedAt);
    bindOrNull(statement, 4, comment.deletedAt);
    statement.run();
}

std::optional<PullCommentRecord> PullRepository::comment(Connection& connection, Id pullId, Id id)
{
    return one(connection.prepare("SELECT " COMMENT_COLUMNS " FROM pull_comments WHERE pull_id = $1 AND id = $2")
                   .bind(1, pullId)
                   .bind(2, id),
               readComment);
}

std::vector<PullCommentRecord> PullRepository::comments(Connection& connection, Id pullId, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " COMMENT_COLUMNS " FROM pull_comments WHERE pull_id = $1 AND id > $2 ORDER BY id LIMIT $3")
                   .bind(1, pullId)
                   .bind(2, after)
                   .bind(3, static_cast<std::int64_t>(limit)),
               readComment);
}

void PullRepository::putStatus(Connection& connection, const StatusRecord& status)
{
    connection
        .prepare("INSERT INTO commit_statuses (repository_id, commit_id, context, state, target_url, description, creator_id,"
                 " created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT DO UPDATE SET"
                 " state = $4, target_url = $5, description = $6, creator_id = $7, updated_at = $8")
        .bind(1, status.repositoryId)
        .bind(2, status.commitId)
        .bind(3, status.context)
        .bind(4, status.state)
        .bind(5, status.targetUrl)
        .bind(6, status.description)
        .bind(7, status.creatorId)
        .bind(8, status.updatedAt)
        .run();
}

std::vector<StatusRecord> PullRepository::statuses(Connection& connection, Id repositoryId, std::string_view commitId)
{
    return all(connection
                   .prepare("SELECT repository_id, commit_id, context, state, target_url, description, creator_id, created_at,"
                            " updated_at FROM commit_statuses WHERE repository_id = $1 AND commit_id = $2 ORDER BY context")
                   .bind(1, repositoryId)
                   .bind(2, commitId),
               readStatus);
}

std::int64_t PullRepository::statusCount(Connection& connection, Id repositoryId, std::string_view commitId)
{
    return number(connection.prepare("SELECT count(*) FROM commit_statuses WHERE repository_id = $1 AND commit_id = $2")
                      .bind(1, repositoryId)
                      .bind(2, commitId));
}

} // namespace netbit::storage
