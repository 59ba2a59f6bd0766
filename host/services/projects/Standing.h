#pragma once
// Where somebody stands in a project or repository, and what follows from it: asked of the database, in any transaction.

#include "services/projects/Config.h"
#include "services/projects/Turn.h"

namespace netbit::services::projects {

struct Standing {
    storage::ProjectRecord project;
    Role role = Role::nobody;
    bool serverAdmin = false;
    bool moved = false; ///< the name that was asked for is one of before

    bool may(Right right) const noexcept { return projects::may(right, role, project.isPublic, serverAdmin); }
};

struct RepositoryStanding {
    storage::RepositoryRecord repository;
    std::optional<Standing> project; ///< nothing: a personal one
    Role role = Role::nobody;
    bool serverAdmin = false;
    bool moved = false;

    /// A repository is as public as the project around it lets it be.
    bool isPublic() const noexcept { return repository.isPublic && (!project || project->project.isPublic); }
    bool may(Right right) const noexcept { return projects::may(right, role, isPublic(), serverAdmin); }
    bool writable() const noexcept
    {
        return repository.state == "active" && repository.mirrorUrl.empty() && (!project || project->project.state == "active");
    }
};

/// notFound / moved: by this name it was called before. `projects.place` knows how it is called now.
base::Error movedAway();
base::Error projectNotFound();
base::Error repositoryNotFound();

/// The project as the caller may see it. Error: notFound / project_not_found, alike for one that is not there.
base::Result<Standing> standingIn(storage::Connection&, const Core&, const Caller&, std::string_view owner,
                                  std::string_view project);
base::Result<Standing> standingIn(storage::Connection&, const Core&, const Caller&, Id projectId);
/// And whether he has this right: else unauthenticated, forbidden / not_allowed; conflict / project_archived,
/// project_deleted where its state is against it.
base::Result<void> checkRight(const Standing& standing, const Caller& caller, Right right);
base::Result<Standing> standingWith(storage::Connection&, const Core&, const Caller&, std::string_view owner,
                                    std::string_view project, Right right);

/// `project` empty: a personal repository. Error: notFound / repository_not_found, alike for one that is not there.
base::Result<RepositoryStanding> repositoryIn(storage::Connection&, const Core&, const Caller&, std::string_view owner,
                                              std::string_view project, std::string_view name);
base::Result<RepositoryStanding> repositoryIn(storage::Connection&, const Core&, const Caller&, Id id);
/// As checkRight(): repository_archived, repository_deleted.
base::Result<void> checkRight(const RepositoryStanding& standing, const Caller& caller, Right right);

/// For operations whose path names a project, or a repository (without a project: one of the caller's own). A name of before is
/// moved: whoever speaks HTTP leads on to the new one.
operations::Guard guardProject(const Core& core);
operations::Guard guardRepository(const Core& core);

Config configOf(storage::Connection&, Id projectId);

} // namespace netbit::services::projects
