#include "storage/SpokenRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

CommitPlace readPlace(const Statement& row) { return {row.integer(0), textOf(row, 1)}; }

} // namespace

void SpokenRepository::know(Connection& connection, const CommitPlace& commit)
{
    connection.prepare("INSERT INTO known_commits (commit_id, repository_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(1, commit.commitId)
        .bind(2, commit.repositoryId)
        .run();
}

std::vector<CommitPlace> SpokenRepository::beginningWith(Connection& connection, std::string_view start, Id projectId, Id repositoryId,
                                                         std::size_t limit)
{
    return all(connection
                   .prepare("SELECT k.repository_id, k.commit_id FROM known_commits k JOIN repositories r ON r.id = k.repository_id"
                            " WHERE k.commit_id >= $1 AND k.commit_id < $2 AND (r.id = $3 OR r.project_id = $4)"
                            " ORDER BY k.commit_id, r.id LIMIT $5")
                   .bind(1, start)
                   .bind(2, std::string(start) + 'g') // behind each hexadecimal digit
                   .bind(3, repositoryId)
                   .bind(4, projectId)
                   .bind(5, static_cast<std::int64_t>(limit)),
               readPlace);
}

std::vector<Id> SpokenRepository::users(Connection& connection, std::string_view kind, Id sourceId)
{
    return all(connection.prepare("SELECT user_id FROM spoken_users WHERE kind = $1 AND source_id = $2 ORDER BY user_id")
                   .bind(1, kind)
                   .bind(2, sourceId),
               [](const Statement& row) { return row.integer(0); });
}

std::vector<CommitPlace> SpokenRepository::commits(Connection& connection, std::string_view kind, Id sourceId)
{
    return all(connection.prepare("SELECT repository_id, commit_id FROM spoken_commits WHERE kind = $1 AND source_id = $2 ORDER BY commit_id")
                   .bind(1, kind)
                   .bind(2, sourceId),
               readPlace);
}

void SpokenRepository::set(Connection& connection, std::string_view kind, Id sourceId, const std::vector<Id>& users,
                           const std::vector<CommitPlace>& commits, std::int64_t at)
{
    connection.prepare("DELETE FROM spoken_users WHERE kind = $1 AND source_id = $2").bind(1, kind).bind(2, sourceId).run();
    connection.prepare("DELETE FROM spoken_commits WHERE kind = $1 AND source_id = $2").bind(1, kind).bind(2, sourceId).run();
    for (const auto user : users)
        connection.prepare("INSERT INTO spoken_users (kind, source_id, user_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(1, kind)
            .bind(2, sourceId)
            .bind(3, user)
            .bind(4, at)
            .run();
    for (const auto& commit : commits)
        connection
            .prepare("INSERT INTO spoken_commits (kind, source_id, repository_id, commit_id, created_at) VALUES ($1, $2, $3, $4, $5)"
                     " ON CONFLICT DO NOTHING")
            .bind(1, kind)
            .bind(2, sourceId)
            .bind(3, commit.repositoryId)
            .bind(4, commit.commitId)
            .bind(5, at)
            .run();
}

std::vector<Id> SpokenRepository::issuesOfCommit(Connection& connection, const CommitPlace& commit, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT DISTINCT CASE s.kind WHEN 'issue' THEN s.source_id ELSE (SELECT c.issue_id FROM issue_comments c"
                            " WHERE c.id = s.source_id) END AS issue FROM spoken_commits s WHERE s.repository_id = $1 AND s.commit_id = $2"
                            " AND s.kind IN ('issue', 'comment') ORDER BY issue DESC LIMIT $3")
                   .bind(1, commit.repositoryId)
                   .bind(2, commit.commitId)
                   .bind(3, static_cast<std::int64_t>(limit)),
               [](const Statement& row) { return row.integer(0); });
}

} // namespace netbit::storage
