#pragma once
// What the operations of projects, members, repositories and pushes do. Internal to the room.

#include "services/operations/Operation.h"
#include "services/projects/Standing.h"

namespace netbit::services::projects {

using operations::Call;

/// The path's words.
struct Where {
    std::string user{};
    std::string project{};
};
Where whereOf(const Call& call);

base::Result<std::string> checkDescription(std::string_view text);
/// What the client has in hand is what is there: else preconditionFailed.
base::Result<void> checkIfMatch(std::string_view ifMatch, const std::string& shown);
base::Error nothingToChange();
/// Whether the caller may have the project tell its events in this chat.
bool mayLink(Turn& turn, Id chatId);

/// [writer] With its owner as a member; no rule is checked.
Id insertProject(storage::Connection& connection, const storage::ProjectRecord& project);

base::Result<void> createProject(Core& core, Call& call, Done done);
base::Result<void> updateProject(Core& core, Call& call, Done done);
base::Result<void> deleteProject(Core& core, Call& call, Done done);
base::Result<void> restoreProject(Core& core, Call& call, Done done);
base::Result<void> transferProject(Core& core, Call& call, Done done);
base::Result<void> setConfig(Core& core, Call& call, Done done);

base::Result<void> listProjects(Core& core, Call& call, Done done);
base::Result<void> publicProjects(Core& core, Call& call, Done done);
base::Result<void> getProject(Core& core, Call& call, Done done);
base::Result<void> getConfig(Core& core, Call& call, Done done);
base::Result<void> getPlace(Core& core, Call& call, Done done);

base::Result<void> listMembers(Core& core, Call& call, Done done);
base::Result<void> addMember(Core& core, Call& call, Done done);
base::Result<void> setMemberRole(Core& core, Call& call, Done done);
base::Result<void> removeMember(Core& core, Call& call, Done done);
base::Result<void> leaveProject(Core& core, Call& call, Done done);

base::Result<void> listRepositories(Core& core, Call& call, Done done);
base::Result<void> createRepository(Core& core, Call& call, Done done);
base::Result<void> getRepository(Core& core, Call& call, Done done);
base::Result<void> updateRepository(Core& core, Call& call, Done done);
base::Result<void> deleteRepository(Core& core, Call& call, Done done);
base::Result<void> restoreRepository(Core& core, Call& call, Done done);
base::Result<void> forkRepository(Core& core, Call& call, Done done);
base::Result<void> setMirror(Core& core, Call& call, Done done);

base::Result<void> access(Core& core, Call& call, Done done);
base::Result<void> beginPush(Core& core, Call& call, Done done);
base::Result<void> endPush(Core& core, Call& call, Done done);
base::Result<void> pendingPushes(Core& core, Call& call, Done done);
base::Result<void> dueRepositories(Core& core, Call& call, Done done);
base::Result<void> purgedRepository(Core& core, Call& call, Done done);

void addProjectOperations(operations::Operations& all, Core& core);
void addRepositoryOperations(operations::Operations& all, Core& core);

} // namespace netbit::services::projects
