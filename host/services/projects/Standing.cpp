#include "services/projects/Standing.h"

namespace netbit::services::projects {

using base::fault;
using base::Result;
using base::Status;
using storage::Connection;
using storage::ProjectRepository;
using storage::RepoRepository;

namespace {

base::Error notAllowed(const Caller& caller)
{
    if (caller.userId == 0)
        return fault(Status::unauthenticated, "token_missing", "Sign in first.");
    return fault(Status::forbidden, "not_allowed", "Your role in this project does not allow that.");
}

/// What may be done to something that is archived; what is deleted can only be disposed of otherwise.
bool whileArchived(Right right) noexcept
{
    return right == Right::see || right == Right::seeMembers || right == Right::readCode || right == Right::configure ||
           right == Right::manageMembers || right == Right::dispose;
}

Role roleIn(Connection& connection, const Caller& caller, Id projectId)
{
    if (caller.userId != 0)
        if (const auto member = ProjectRepository::member(connection, projectId, caller.userId))
            return memberRole(member->role).value_or(Role::guest);
    return caller.userId == 0 || caller.serverGuest ? Role::nobody : Role::stranger;
}

Result<Standing> standing(Connection& connection, const Caller& caller, std::optional<storage::ProjectRecord> project,
                          bool moved)
{
    if (!project)
        return projectNotFound();
    Standing out{std::move(*project), Role::nobody, caller.serverAdmin, moved};
    out.role = roleIn(connection, caller, out.project.id);
    if (!out.may(out.project.state == "deleted" ? Right::dispose : Right::see))
        return projectNotFound();
    return out;
}

Result<RepositoryStanding> standing(Connection& connection, const Core& core, const Caller& caller,
                                    std::optional<storage::RepositoryRecord> repository, std::optional<Standing> project,
                                    bool moved)
{
    if (!repository)
        return repositoryNotFound();
    RepositoryStanding out;
    out.repository = std::move(*repository);
    out.serverAdmin = caller.serverAdmin;
    out.moved = moved || (project && project->moved);
    if (out.repository.projectId != 0 && !project) {
        auto around = standingIn(connection, core, caller, out.repository.projectId);
        if (!around)
            return repositoryNotFound();
        project = std::move(*around);
    }
    if (project)
        out.role = project->role;
    else if (caller.userId == out.repository.ownerId)
        out.role = Role::owner;
    else
        out.role = caller.userId == 0 || caller.serverGuest ? Role::nobody : Role::stranger;
    out.project = std::move(project);
    if (!out.may(out.repository.state == "deleted" ? Right::configure : Right::readCode))
        return repositoryNotFound();
    return out;
}

std::string_view textNamed(operations::Texts texts, std::string_view name)
{
    for (const auto& [key, value] : texts)
        if (key == name)
            return value;
    return {};
}

operations::Guard guarding(const Core& core,
                           std::function<Result<void>(Connection&, const Caller&, operations::Texts)> look)
{
    return [&core, look = std::move(look)](const auth::PrincipalPtr& principal, operations::Texts texts) {
        Result<void> out;
        auto read = core.read([&](Connection& connection) { out = look(connection, callerOf(core, principal), texts); });
        return read ? out : read;
    };
}

} // namespace

operations::Guard guardProject(const Core& core)
{
    return guarding(core, [&core](Connection& connection, const Caller& caller, operations::Texts texts) -> Result<void> {
        const auto project = textNamed(texts, "project");
        if (project.empty())
            return {};
        const auto found = standingIn(connection, core, caller, textNamed(texts, "user"), project);
        return !found ? found.error() : found->moved ? movedAway() : Result<void>();
    });
}

operations::Guard guardRepository(const Core& core)
{
    return guarding(core, [&core](Connection& connection, const Caller& caller, operations::Texts texts) -> Result<void> {
        const auto user = textNamed(texts, "user");
        const auto found = repositoryIn(connection, core, caller, user.empty() ? core.nameOf(caller.userId) : user,
                                        textNamed(texts, "project"), textNamed(texts, "repo"));
        return !found ? found.error() : found->moved ? movedAway() : Result<void>();
    });
}

base::Error movedAway() { return fault(Status::notFound, "moved", "It has another name now."); }

base::Error projectNotFound()
{
    return fault(Status::notFound, "project_not_found", "There is no such project, or you may not read it.");
}

base::Error repositoryNotFound()
{
    return fault(Status::notFound, "repository_not_found", "There is no such repository, or you may not read it.");
}

Result<Standing> standingIn(Connection& connection, const Core& core, const Caller& caller, std::string_view owner,
                            std::string_view name)
{
    const auto user = core.users.byName(owner);
    if (!user)
        return projectNotFound();
    if (auto project = ProjectRepository::byName(connection, user->id, name))
        return standing(connection, caller, std::move(project), false);
    return standing(connection, caller, ProjectRepository::byFormerName(connection, user->id, name), true);
}

Result<Standing> standingIn(Connection& connection, const Core&, const Caller& caller, Id projectId)
{
    return standing(connection, caller, ProjectRepository::byId(connection, projectId), false);
}

Result<void> checkRight(const Standing& standing, const Caller& caller, Right right)
{
    if (!standing.may(right))
        return notAllowed(caller);
    if (standing.project.state == "deleted" && right != Right::dispose)
        return fault(Status::conflict, "project_deleted", "This project is deleted: restore it first.");
    if (standing.project.state == "archived" && !whileArchived(right))
        return fault(Status::conflict, "project_archived", "This project is archived.");
    return {};
}

Result<Standing> standingWith(Connection& connection, const Core& core, const Caller& caller, std::string_view owner,
                              std::string_view project, Right right)
{
    auto found = standingIn(connection, core, caller, owner, project);
    if (!found)
        return found.error();
    if (auto good = checkRight(*found, caller, right); !good)
        return good.error();
    return found;
}

Result<RepositoryStanding> repositoryIn(Connection& connection, const Core& core, const Caller& caller, std::string_view owner,
                                        std::string_view project, std::string_view name)
{
    std::optional<Standing> around;
    Id ownerId = 0;
    if (project.empty()) {
        const auto user = core.users.byName(owner);
        if (!user)
            return repositoryNotFound();
        ownerId = user->id;
    } else {
        auto found = standingIn(connection, core, caller, owner, project);
        if (!found)
            return repositoryNotFound();
        around = std::move(*found);
    }
    const auto projectId = around ? around->project.id : 0;
    if (auto repository = RepoRepository::byName(connection, projectId, ownerId, name))
        return standing(connection, core, caller, std::move(repository), std::move(around), false);
    return standing(connection, core, caller, RepoRepository::byFormerName(connection, projectId, ownerId, name),
                    std::move(around), true);
}

Result<RepositoryStanding> repositoryIn(Connection& connection, const Core& core, const Caller& caller, Id id)
{
    return standing(connection, core, caller, RepoRepository::byId(connection, id), std::nullopt, false);
}

Result<void> checkRight(const RepositoryStanding& standing, const Caller& caller, Right right)
{
    if (!standing.may(right))
        return notAllowed(caller);
    if (standing.project && standing.project->project.state == "deleted")
        return fault(Status::conflict, "project_deleted", "Its project is deleted: restore that first.");
    if (standing.repository.state == "deleted" && right != Right::configure && right != Right::dispose)
        return fault(Status::conflict, "repository_deleted", "This repository is deleted: restore it first.");
    if (standing.project && standing.project->project.state == "archived" && !whileArchived(right))
        return fault(Status::conflict, "project_archived", "Its project is archived.");
    if (standing.repository.state == "archived" && !whileArchived(right))
        return fault(Status::conflict, "repository_archived", "This repository is archived.");
    return {};
}

Config configOf(Connection& connection, Id projectId)
{
    const auto stored = ProjectRepository::config(connection, projectId);
    return stored ? storedConfig(*stored) : Config();
}

} // namespace netbit::services::projects
