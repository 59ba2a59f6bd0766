#include "services/projects/Directory.h"

#include <limits>
#include <mutex>

namespace netbit::services::projects {

using storage::Connection;
using storage::ProjectRepository;

namespace {

Role roleOf(const storage::ProjectMemberRecord& member) { return memberRole(member.role).value_or(Role::guest); }

Directory::Entry entryOf(const storage::ProjectRecord& project)
{
    return {.isPublic = project.isPublic, .deleted = project.state == "deleted"};
}

} // namespace

std::shared_ptr<const Directory::Entry> Directory::read(Connection& connection, Id projectId)
{
    const auto project = ProjectRepository::byId(connection, projectId);
    if (!project)
        return nullptr;
    auto entry = std::make_shared<Entry>(entryOf(*project));
    for (const auto& member :
         ProjectRepository::members(connection, projectId, 0, std::numeric_limits<std::int32_t>::max()))
        entry->members.emplace(member.userId, roleOf(member));
    return entry;
}

void Directory::load(Connection& connection)
{
    std::unordered_map<Id, std::shared_ptr<Entry>> read;
    ProjectRepository::each(connection, [&](storage::ProjectRecord&& project) {
        read.emplace(project.id, std::make_shared<Entry>(entryOf(project)));
    });
    ProjectRepository::eachMember(connection, [&](storage::ProjectMemberRecord&& member) {
        read.at(member.projectId)->members.emplace(member.userId, roleOf(member));
    });
    const std::unique_lock lock(_mutex); // entries
    _entries = {read.begin(), read.end()};
}

void Directory::put(Id projectId, std::shared_ptr<const Entry> entry)
{
    const std::unique_lock lock(_mutex); // entries
    if (entry)
        _entries[projectId] = std::move(entry);
    else
        _entries.erase(projectId);
}

std::shared_ptr<const Directory::Entry> Directory::find(Id projectId) const
{
    const std::shared_lock lock(_mutex); // entries
    const auto found = _entries.find(projectId);
    return found == _entries.end() ? nullptr : found->second;
}

} // namespace netbit::services::projects
