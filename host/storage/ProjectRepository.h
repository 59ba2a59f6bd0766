#pragma once
// Projects, members, repositories as records, pushes. See Repositories.h for what holds of all of them.

#include "storage/Database.h"
#include "storage/Records.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct ProjectRecord {
    Id id = 0;
    std::string name{};
    Id ownerId = 0;
    std::string description{};
    bool isPublic = false;
    std::int64_t createdAt = 0;
    std::int64_t updatedAt = 0;
    std::string state = "active"; ///< active, archived, deleted
    std::int64_t deletedAt = 0;
    Id chatId = 0; ///< where its events are told
};

struct ProjectMemberRecord {
    Id projectId = 0;
    Id userId = 0;
    std::string role{}; ///< owner, admin, developer, viewer, guest
    std::int64_t joinedAt = 0;
};

struct RepositoryRecord {
    Id id = 0;
    std::string name{};
    Id projectId = 0; ///< 0: its owner's own
    Id ownerId = 0;   ///< with a project: the project's
    std::string description{};
    bool isPublic = false;
    std::int64_t createdAt = 0;
    std::int64_t updatedAt = 0;
    std::string defaultBranch{}; ///< empty: nothing was pushed yet
    std::string state = "active"; ///< active, archived, deleted
    std::int64_t deletedAt = 0;
    Id forkedFrom = 0;
    std::string mirrorUrl{};
    std::int64_t sizeBytes = 0;
};

struct PushRecord {
    Id id = 0;
    Id repositoryId = 0;
    Id pusherId = 0;
    std::string state = "pending"; ///< pending, done
    std::string commands{};        ///< JSON
    std::int64_t createdAt = 0;
    std::int64_t doneAt = 0;
};

struct ProjectRepository {
    static Id insert(Connection&, const ProjectRecord&); ///< the id is given by the database
    static std::optional<ProjectRecord> byId(Connection&, Id);
    static std::optional<ProjectRecord> byName(Connection&, Id ownerId, std::string_view name); ///< as it is called now
    static std::optional<ProjectRecord> byFormerName(Connection&, Id ownerId, std::string_view name);
    static void update(Connection&, const ProjectRecord&); ///< all but its id and time of creation
    static void addFormerName(Connection&, Id ownerId, std::string_view name, Id projectId);
    static void dropFormerName(Connection&, Id ownerId, std::string_view name);
    static std::vector<ProjectRecord> ofMember(Connection&, Id userId, Id after, std::size_t limit);  ///< by id, none deleted
    static std::vector<Id> namedOfMember(Connection&, Id userId, std::string_view name); ///< two at most; none deleted
    static std::vector<ProjectRecord> publicOnes(Connection&, Id after, std::size_t limit);           ///< likewise
    static std::optional<ProjectRecord> byChat(Connection&, Id chatId); ///< the first that tells its events there
    static std::vector<ProjectRecord> deletedBefore(Connection&, std::int64_t time, std::size_t limit);
    static std::int64_t countOwned(Connection&, Id ownerId);
    static void remove(Connection&, Id);
    static void each(Connection&, const std::function<void(ProjectRecord&&)>&);

    static std::optional<std::string> config(Connection&, Id projectId);
    static void putConfig(Connection&, Id projectId, std::string_view json, std::int64_t at);

    static void putMember(Connection&, const ProjectMemberRecord&); ///< adds, or changes the role
    static std::optional<ProjectMemberRecord> member(Connection&, Id projectId, Id userId);
    static std::vector<ProjectMemberRecord> members(Connection&, Id projectId, Id after, std::size_t limit); ///< by user
    static std::int64_t memberCount(Connection&, Id projectId);
    static void removeMember(Connection&, Id projectId, Id userId);
    static void eachMember(Connection&, const std::function<void(ProjectMemberRecord&&)>&);
};

struct RepoRepository {
    static Id insert(Connection&, const RepositoryRecord&); ///< the id is given by the database
    static std::optional<RepositoryRecord> byId(Connection&, Id);
    static std::optional<RepositoryRecord> byName(Connection&, Id projectId, Id ownerId, std::string_view name);
    static std::optional<RepositoryRecord> byFormerName(Connection&, Id projectId, Id ownerId, std::string_view name);
    static void update(Connection&, const RepositoryRecord&);
    static void addFormerName(Connection&, const RepositoryRecord&, std::string_view name);
    static void dropFormerName(Connection&, Id projectId, Id ownerId, std::string_view name);
    static std::vector<RepositoryRecord> ofProject(Connection&, Id projectId, Id after, std::size_t limit, bool publicOnly);
    static std::vector<RepositoryRecord> ofUser(Connection&, Id ownerId, Id after, std::size_t limit); ///< personal ones
    /// Every repository of a project gets its new owner.
    static void setOwner(Connection&, Id projectId, Id ownerId);
    static std::int64_t countIn(Connection&, Id projectId, Id ownerId); ///< deleted ones too
    static std::vector<RepositoryRecord> deletedBefore(Connection&, std::int64_t time, std::size_t limit);
    static void setDeleted(Connection&, Id projectId, std::int64_t at);  ///< those of a project that are not yet
    static void undelete(Connection&, Id projectId, std::int64_t at);    ///< those that went with it
    static void remove(Connection&, Id);
};

struct PushRepository {
    static Id insert(Connection&, const PushRecord&);
    static std::optional<PushRecord> byId(Connection&, Id);
    static void finish(Connection&, Id, std::int64_t at);
    static std::vector<PushRecord> pending(Connection&, Id after, std::size_t limit);
    static std::int64_t prune(Connection&, std::int64_t before); ///< those that are done
};

} // namespace netbit::storage
