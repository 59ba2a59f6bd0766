#include "storage/ProjectRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

#define PROJECT_COLUMNS                                                                                                        \
    "p.id, p.name, p.owner_id, p.description, p.is_public, p.created_at, p.updated_at, p.state, p.deleted_at, p.chat_id"

ProjectRecord read(const Statement& row)
{
    return {.id = row.integer(0),
            .name = textOf(row, 1),
            .ownerId = row.integer(2),
            .description = textOf(row, 3),
            .isPublic = row.integer(4) != 0,
            .createdAt = row.integer(5),
            .updatedAt = row.integer(6),
            .state = textOf(row, 7),
            .deletedAt = row.integer(8),
            .chatId = row.integer(9)};
}

ProjectMemberRecord readMember(const Statement& row)
{
    return {.projectId = row.integer(0), .userId = row.integer(1), .role = textOf(row, 2), .joinedAt = row.integer(3)};
}

} // namespace

Id ProjectRepository::insert(Connection& connection, const ProjectRecord& project)
{
    auto& statement = connection.prepare("INSERT INTO projects (name, owner_id, description, is_public, created_at, updated_at,"
                                         " state, chat_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id");
    statement.bind(1, project.name)
        .bind(2, project.ownerId)
        .bind(3, project.description)
        .bind(4, project.isPublic ? 1 : 0)
        .bind(5, project.createdAt)
        .bind(6, project.updatedAt)
        .bind(7, project.state);
    bindOrNull(statement, 8, project.chatId);
    return number(statement);
}

std::optional<ProjectRecord> ProjectRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " PROJECT_COLUMNS " FROM projects p WHERE p.id = $1").bind(1, id), read);
}

std::optional<ProjectRecord> ProjectRepository::byName(Connection& connection, Id ownerId, std::string_view name)
{
    return one(connection.prepare("SELECT " PROJECT_COLUMNS " FROM projects p WHERE p.owner_id = $1 AND p.name = $2")
                   .bind(1, ownerId)
                   .bind(2, name),
               read);
}

std::optional<ProjectRecord> ProjectRepository::byFormerName(Connection& connection, Id ownerId, std::string_view name)
{
    return one(connection
                   .prepare("SELECT " PROJECT_COLUMNS " FROM project_names n JOIN projects p ON p.id = n.project_id"
                            " WHERE n.owner_id = $1 AND n.name = $2")
                   .bind(1, ownerId)
                   .bind(2, name),
               read);
}

void ProjectRepository::update(Connection& connection, const ProjectRecord& project)
{
    auto& statement = connection.prepare("UPDATE projects SET name = $2, owner_id = $3, description = $4, is_public = $5,"
                                         " updated_at = $6, state = $7, deleted_at = $8, chat_id = $9 WHERE id = $1");
    statement.bind(1, project.id)
        .bind(2, project.name)
        .bind(3, project.ownerId)
        .bind(4, project.description)
        .bind(5, project.isPublic ? 1 : 0)
        .bind(6, project.updatedAt)
        .bind(7, project.state);
    bindOrNull(statement, 8, project.deletedAt);
    bindOrNull(statement, 9, project.chatId);
    statement.run();
}

void ProjectRepository::addFormerName(Connection& connection, Id ownerId, std::string_view name, Id projectId)
{
    connection
        .prepare("INSERT INTO project_names (owner_id, name, project_id) VALUES ($1, $2, $3)"
                 " ON CONFLICT (owner_id, name) DO UPDATE SET project_id = $3")
        .bind(1, ownerId)
        .bind(2, name)
        .bind(3, projectId)
        .run();
}

void ProjectRepository::dropFormerName(Connection& connection, Id ownerId, std::string_view name)
{
    connection.prepare("DELETE FROM project_names WHERE owner_id = $1 AND name = $2").bind(1, ownerId).bind(2, name).run();
}

std::vector<ProjectRecord> ProjectRepository::ofMember(Connection& connection, Id userId, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " PROJECT_COLUMNS " FROM project_members m JOIN projects p ON p.id = m.project_id"
                            " WHERE m.user_id = $1 AND m.project_id > $2 AND p.state <> 'deleted' ORDER BY m.project_id LIMIT $3")
                   .bind(1, userId)
                   .bind(2, after)
                   .bind(3, static_cast<std::int64_t>(limit)),
               read);
}

std::vector<Id> ProjectRepository::namedOfMember(Connection& connection, Id userId, std::string_view name)
{
    return all(connection
                   .prepare("SELECT p.id FROM project_members m JOIN projects p ON p.id = m.project_id"
                            " WHERE m.user_id = $1 AND p.name = $2 AND p.state <> 'deleted' ORDER BY p.id LIMIT 2")
                   .bind(1, userId)
                   .bind(2, name),
               [](const Statement& row) { return row.integer(0); });
}

std::optional<ProjectRecord> ProjectRepository::byChat(Connection& connection, Id chatId)
{
    return one(connection
                   .prepare("SELECT " PROJECT_COLUMNS " FROM projects p WHERE p.chat_id = $1 AND p.state <> 'deleted'"
                            " ORDER BY p.id LIMIT 1")
                   .bind(1, chatId),
               read);
}

std::vector<ProjectRecord> ProjectRepository::publicOnes(Connection& connection, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " PROJECT_COLUMNS " FROM projects p WHERE p.is_public = 1 AND p.id > $1"
                            " AND p.state <> 'deleted' ORDER BY p.id LIMIT $2")
                   .bind(1, after)
                   .bind(2, static_cast<std::int64_t>(limit)),
               read);
}

std::vector<ProjectRecord> ProjectRepository::deletedBefore(Connection& connection, std::int64_t time, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " PROJECT_COLUMNS " FROM projects p WHERE p.deleted_at <= $1 ORDER BY p.deleted_at LIMIT $2")
                   .bind(1, time)
                   .bind(2, static_cast<std::int64_t>(limit)),
               read);
}

std::int64_t ProjectRepository::countOwned(Connection& connection, Id ownerId)
{
    return number(connection.prepare("SELECT count(*) FROM projects WHERE owner_id = $1").bind(1, ownerId));
}

void ProjectRepository::remove(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM projects WHERE id = $1").bind(1, id).run();
}

void ProjectRepository::each(Connection& connection, const std::function<void(ProjectRecord&&)>& use)
{
    forEach(connection.prepare("SELECT " PROJECT_COLUMNS " FROM projects p ORDER BY p.id"), read, use);
}

std::optional<std::string> ProjectRepository::config(Connection& connection, Id projectId)
{
    return one(connection.prepare("SELECT config_json FROM project_configs WHERE project_id = $1").bind(1, projectId),
               [](const Statement& row) { return textOf(row, 0); });
}

void ProjectRepository::putConfig(Connection& connection, Id projectId, std::string_view json, std::int64_t at)
{
    connection
        .prepare("INSERT INTO project_configs (project_id, config_json, updated_at) VALUES ($1, $2, $3)"
                 " ON CONFLICT (project_id) DO UPDATE SET config_json = $2, updated_at = $3")
        .bind(1, projectId)
        .bind(2, json)
        .bind(3, at)
        .run();
}

void ProjectRepository::putMember(Connection& connection, const ProjectMemberRecord& member)
{
    connection
        .prepare("INSERT INTO project_members (project_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (project_id, user_id) DO UPDATE SET role = $3")
        .bind(1, member.projectId)
        .bind(2, member.userId)
        .bind(3, member.role)
        .bind(4, member.joinedAt)
        .run();
}

std::optional<ProjectMemberRecord> ProjectRepository::member(Connection& connection, Id projectId, Id userId)
{
    return one(connection
                   .prepare("SELECT project_id, user_id, role, joined_at FROM project_members"
                            " WHERE project_id = $1 AND user_id = $2")
                   .bind(1, projectId)
                   .bind(2, userId),
               readMember);
}

std::vector<ProjectMemberRecord> ProjectRepository::members(Connection& connection, Id projectId, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT project_id, user_id, role, joined_at FROM project_members"
                            " WHERE project_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3")
                   .bind(1, projectId)
                   .bind(2, after)
                   .bind(3, static_cast<std::int64_t>(limit)),
               readMember);
}

std::int64_t ProjectRepository::memberCount(Connection& connection, Id projectId)
{
    return number(connection.prepare("SELECT count(*) FROM project_members WHERE project_id = $1").bind(1, projectId));
}

void ProjectRepository::removeMember(Connection& connection, Id projectId, Id userId)
{
    connection.prepare("DELETE FROM project_members WHERE project_id = $1 AND user_id = $2")
        .bind(1, projectId)
        .bind(2, userId)
        .run();
}

void ProjectRepository::eachMember(Connection& connection, const std::function<void(ProjectMemberRecord&&)>& use)
{
    forEach(connection.prepare("SELECT project_id, user_id, role, joined_at FROM project_members ORDER BY project_id, user_id"),
            readMember, use);
}

} // namespace netbit::storage
