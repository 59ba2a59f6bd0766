#include "storage/ProjectRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

#define REPOSITORY_COLUMNS                                                                                                     \
    "r.id, r.name, r.project_id, r.owner_id, r.description, r.is_public, r.created_at, r.updated_at, r.default_branch,"       \
    " r.state, r.deleted_at, r.forked_from, r.mirror_url, r.size_bytes"

RepositoryRecord read(const Statement& row)
{
    return {.id = row.integer(0),
            .name = textOf(row, 1),
            .projectId = row.integer(2),
            .ownerId = row.integer(3),
            .description = textOf(row, 4),
            .isPublic = row.integer(5) != 0,
            .createdAt = row.integer(6),
            .updatedAt = row.integer(7),
            .defaultBranch = textOf(row, 8),
            .state = textOf(row, 9),
            .deletedAt = row.integer(10),
            .forkedFrom = row.integer(11),
            .mirrorUrl = textOf(row, 12),
            .sizeBytes = row.integer(13)};
}

PushRecord readPush(const Statement& row)
{
    return {.id = row.integer(0),
            .repositoryId = row.integer(1),
            .pusherId = row.integer(2),
            .state = textOf(row, 3),
            .commands = textOf(row, 4),
            .createdAt = row.integer(5),
            .doneAt = row.integer(6)};
}

/// Whose names these are: see repository_names.
Id holder(Id projectId, Id ownerId) noexcept { return projectId != 0 ? projectId : -ownerId; }

} // namespace

Id RepoRepository::insert(Connection& connection, const RepositoryRecord& repository)
{
    auto& statement =
        connection.prepare("INSERT INTO repositories (name, project_id, owner_id, description, is_public, created_at,"
                           " updated_at, default_branch, forked_from, mirror_url)"
                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id");
    statement.bind(1, repository.name)
        .bind(3, repository.ownerId)
        .bind(4, repository.description)
        .bind(5, repository.isPublic ? 1 : 0)
        .bind(6, repository.createdAt)
        .bind(7, repository.updatedAt)
        .bind(8, repository.defaultBranch)
        .bind(10, repository.mirrorUrl);
    bindOrNull(statement, 2, repository.projectId);
    bindOrNull(statement, 9, repository.forkedFrom);
    return number(statement);
}

std::optional<RepositoryRecord> RepoRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " REPOSITORY_COLUMNS " FROM repositories r WHERE r.id = $1").bind(1, id), read);
}

std::optional<RepositoryRecord> RepoRepository::byName(Connection& connection, Id projectId, Id ownerId, std::string_view name)
{
    auto& statement = projectId != 0
        ? connection.prepare("SELECT " REPOSITORY_COLUMNS " FROM repositories r WHERE r.project_id = $1 AND r.name = $2")
        : connection.prepare("SELECT " REPOSITORY_COLUMNS
                             " FROM repositories r WHERE r.owner_id = $1 AND r.name = $2 AND r.project_id IS NULL");
    return one(statement.bind(1, projectId != 0 ? projectId : ownerId).bind(2, name), read);
}

std::optional<RepositoryRecord> RepoRepository::byFormerName(Connection& connection, Id projectId, Id ownerId,
                                                             std::string_view name)
{
    return one(connection
                   .prepare("SELECT " REPOSITORY_COLUMNS " FROM repository_names n JOIN repositories r ON r.id = n.repository_id"
                            " WHERE n.holder_id = $1 AND n.name = $2")
                   .bind(1, holder(projectId, ownerId))
                   .bind(2, name),
               read);
}

void RepoRepository::update(Connection& connection, const RepositoryRecord& repository)
{
    auto& statement = connection.prepare(
        "UPDATE repositories SET name = $2, owner_id = $3, description = $4, is_public = $5, updated_at = $6,"
        " default_branch = $7, state = $8, deleted_at = $9, mirror_url = $10, size_bytes = $11 WHERE id = $1");
    statement.bind(1, repository.id)
        .bind(2, repository.name)
        .bind(3, repository.ownerId)
        .bind(4, repository.description)
        .bind(5, repository.isPublic ? 1 : 0)
        .bind(6, repository.updatedAt)
        .bind(7, repository.defaultBranch)
        .bind(8, repository.state)
        .bind(10, repository.mirrorUrl)
        .bind(11, repository.sizeBytes);
    bindOrNull(statement, 9, repository.deletedAt);
    statement.run();
}

void RepoRepository::addFormerName(Connection& connection, const RepositoryRecord& repository, std::string_view name)
{
    connection
        .prepare("INSERT INTO repository_names (holder_id, name, repository_id) VALUES ($1, $2, $3)"
                 " ON CONFLICT (holder_id, name) DO UPDATE SET repository_id = $3")
        .bind(1, holder(repository.projectId, repository.ownerId))
        .bind(2, name)
        .bind(3, repository.id)
        .run();
}

void RepoRepository::dropFormerName(Connection& connection, Id projectId, Id ownerId, std::string_view name)
{
    connection.prepare("DELETE FROM repository_names WHERE holder_id = $1 AND name = $2")
        .bind(1, holder(projectId, ownerId))
        .bind(2, name)
        .run();
}

std::vector<RepositoryRecord> RepoRepository::ofProject(Connection& connection, Id projectId, Id after, std::size_t limit,
                                                        bool publicOnly)
{
    return all(connection
                   .prepare("SELECT " REPOSITORY_COLUMNS " FROM repositories r WHERE r.project_id = $1 AND r.id > $2"
                            " AND r.state <> 'deleted' AND r.is_public >= $4 ORDER BY r.id LIMIT $3")
                   .bind(1, projectId)
                   .bind(2, after)
                   .bind(3, static_cast<std::int64_t>(limit))
                   .bind(4, publicOnly ? 1 : 0),
               read);
}

std::vector<RepositoryRecord> RepoRepository::ofUser(Connection& connection, Id ownerId, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " REPOSITORY_COLUMNS " FROM repositories r WHERE r.owner_id = $1 AND r.project_id IS NULL"
                            " AND r.id > $2 AND r.state <> 'deleted' ORDER BY r.id LIMIT $3")
                   .bind(1, ownerId)
                   .bind(2, after)
                   .bind(3, static_cast<std::int64_t>(limit)),
               read);
}

void RepoRepository::setOwner(Connection& connection, Id projectId, Id ownerId)
{
    connection.prepare("UPDATE repositories SET owner_id = $2 WHERE project_id = $1").bind(1, projectId).bind(2, ownerId).run();
}

std::int64_t RepoRepository::countIn(Connection& connection, Id projectId, Id ownerId)
{
    auto& statement = projectId != 0
        ? connection.prepare("SELECT count(*) FROM repositories WHERE project_id = $1")
        : connection.prepare("SELECT count(*) FROM repositories WHERE owner_id = $1 AND project_id IS NULL");
    return number(statement.bind(1, projectId != 0 ? projectId : ownerId));
}

std::vector<RepositoryRecord> RepoRepository::deletedBefore(Connection& connection, std::int64_t time, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " REPOSITORY_COLUMNS
                            " FROM repositories r WHERE r.deleted_at <= $1 ORDER BY r.deleted_at, r.id LIMIT $2")
                   .bind(1, time)
                   .bind(2, static_cast<std::int64_t>(limit)),
               read);
}

void RepoRepository::setDeleted(Connection& connection, Id projectId, std::int64_t at)
{
    connection
        .prepare("UPDATE repositories SET state = 'deleted', deleted_at = $2 WHERE project_id = $1 AND deleted_at IS NULL")
        .bind(1, projectId)
        .bind(2, at)
        .run();
}

void RepoRepository::undelete(Connection& connection, Id projectId, std::int64_t at)
{
    connection
        .prepare("UPDATE repositories SET state = 'active', deleted_at = NULL WHERE project_id = $1 AND deleted_at = $2")
        .bind(1, projectId)
        .bind(2, at)
        .run();
}

void RepoRepository::remove(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM repositories WHERE id = $1").bind(1, id).run();
}

Id PushRepository::insert(Connection& connection, const PushRecord& push)
{
    return number(connection
                      .prepare("INSERT INTO pushes (repository_id, pusher_id, commands, created_at) VALUES ($1, $2, $3, $4)"
                               " RETURNING id")
                      .bind(1, push.repositoryId)
                      .bind(2, push.pusherId)
                      .bind(3, push.commands)
                      .bind(4, push.createdAt));
}

std::optional<PushRecord> PushRepository::byId(Connection& connection, Id id)
{
    return one(connection
                   .prepare("SELECT id, repository_id, pusher_id, state, commands, created_at, done_at FROM pushes WHERE id = $1")
                   .bind(1, id),
               readPush);
}

void PushRepository::finish(Connection& connection, Id id, std::int64_t at)
{
    connection.prepare("UPDATE pushes SET state = 'done', done_at = $2 WHERE id = $1").bind(1, id).bind(2, at).run();
}

std::vector<PushRecord> PushRepository::pending(Connection& connection, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, repository_id, pusher_id, state, commands, created_at, done_at FROM pushes"
                            " WHERE state = 'pending' AND id > $1 ORDER BY id LIMIT $2")
                   .bind(1, after)
                   .bind(2, static_cast<std::int64_t>(limit)),
               readPush);
}

std::int64_t PushRepository::prune(Connection& connection, std::int64_t before)
{
    return connection
        .prepare("DELETE FROM pushes WHERE id IN (SELECT id FROM pushes WHERE state = 'done' AND done_at < $1 LIMIT $2)")
        .bind(1, before)
        .bind(2, pruneRows)
        .run();
}

} // namespace netbit::storage
