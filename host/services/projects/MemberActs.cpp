#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"

#include "storage/Repositories.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::projects {

using base::fault;
using base::Result;
using base::Status;
using storage::ProjectRepository;

namespace json = boost::json;

namespace {

base::Error memberNotFound()
{
    return fault(Status::notFound, "member_not_found", "This user is no member of the project.");
}

base::Error ownerStays()
{
    return fault(Status::conflict, "owner", "The owner stays one: transfer the project first.");
}

Result<Standing> managing(Turn& turn, const Where& where)
{
    return standingWith(turn.connection, turn.core, turn.caller, where.user, where.project, Right::manageMembers);
}

/// One manages those below oneself; who runs the server manages all but the owner.
Result<void> checkBelow(const Standing& standing, Role role)
{
    if (standing.serverAdmin || role < standing.role)
        return {};
    return fault(Status::forbidden, "not_allowed", "Only the owner changes who is an admin.");
}

std::string removedJson(Id projectId, Id userId, Id by)
{
    return json::serialize(json::object{{"project_id", projectId}, {"user_id", userId}, {"removed_by", by}});
}

/// The project's activity: who came, went, or has another role.
void note(Turn& turn, Id projectId, std::string_view topic, Id userId, std::string_view role)
{
    turn.note(projectId, topic, 0, turn.core.nameOf(userId),
              json::serialize(json::object{{"user", personJson(turn.core, userId)}, {"role", role.empty() ? json::value(nullptr) : json::value(role)}}));
}

void remove(Turn& turn, Id projectId, Id userId)
{
    ProjectRepository::removeMember(turn.connection, projectId, userId);
    turn.refresh(projectId);
    const auto data = removedJson(projectId, userId, turn.caller.userId);
    note(turn, projectId, "project.member_removed", userId, {});
    turn.tell("project.member_removed", projectId, userId, data);
    turn.tellOnly(userId, "project.left", projectId, data);
    turn.made.id = userId;
}

} // namespace

bool mayLink(Turn& turn, Id chatId)
{
    const auto member = storage::ChatRepository::participant(turn.connection, chatId, turn.caller.userId);
    const auto chat = member ? storage::ChatRepository::byId(turn.connection, chatId) : std::nullopt;
    return chat && chat->chatType != "direct" && chat->archivedAt == 0 && member->role == "admin";
}

Result<void> addMember(Core& core, Call& call, Done done)
{
    auto act = [where = whereOf(call), userId = call.arguments.integerOr("user_id", 0),
                wanted = std::string(call.arguments.textOr("role", {}))](Turn& turn) -> Result<void> {
        const auto standing = managing(turn, where);
        if (!standing)
            return standing.error();
        const auto projectId = standing->project.id;
        const auto role = wanted.empty() ? configOf(turn.connection, projectId).defaultRole : wanted;
        if (auto below = checkBelow(*standing, memberRole(role).value_or(Role::owner)); !below)
            return below;
        const auto user = turn.core.users.byId(userId);
        if (!user || user->state == "deactivated" || user->erased)
            return fault(Status::invalid, "unknown_user", "There is no such user.", "/user_id");
        if (const auto known = ProjectRepository::member(turn.connection, projectId, userId)) {
            turn.made = {userId, json::serialize(memberJson(turn.core, *known)), true};
            return {};
        }
        if (ProjectRepository::memberCount(turn.connection, projectId) >= turn.core.options().maxMembers)
            return fault(Status::conflict, "too_many_members", "The project has as many members as it may.");
        const storage::ProjectMemberRecord member{
            .projectId = projectId, .userId = userId, .role = role, .joinedAt = turn.time()};
        ProjectRepository::putMember(turn.connection, member);
        turn.refresh(projectId);
        turn.made = {userId, json::serialize(memberJson(turn.core, member)), false};
        note(turn, projectId, "project.member_added", userId, role);
        turn.tell("project.member_added", projectId, userId, turn.made.json);
        return {};
    };
    return submit(core, "projects.add_member", call, std::move(act), std::move(done));
}

Result<void> setMemberRole(Core& core, Call& call, Done done)
{
    auto act = [where = whereOf(call), userId = call.arguments.integerOr("member", 0),
                role = std::string(call.arguments.textOr("role", {}))](Turn& turn) -> Result<void> {
        const auto standing = managing(turn, where);
        if (!standing)
            return standing.error();
        auto member = ProjectRepository::member(turn.connection, standing->project.id, userId);
        if (!member)
            return memberNotFound();
        if (member->role == "owner")
            return ownerStays();
        if (auto below = checkBelow(*standing, memberRole(member->role).value_or(Role::owner)); !below)
            return below;
        if (auto below = checkBelow(*standing, memberRole(role).value_or(Role::owner)); !below)
            return below;
        const bool same = member->role == role;
        member->role = role;
        turn.made = {userId, json::serialize(memberJson(turn.core, *member)), false};
        if (same)
            return {};
        ProjectRepository::putMember(turn.connection, *member);
        turn.refresh(standing->project.id);
        note(turn, standing->project.id, "project.member_changed", userId, role);
        turn.tell("project.member_changed", standing->project.id, userId, turn.made.json);
        return {};
    };
    return submit(core, "projects.set_member", call, std::move(act), std::move(done));
}

Result<void> removeMember(Core& core, Call& call, Done done)
{
    const auto userId = call.arguments.integerOr("member", 0);
    if (userId == call.principal->userId())
        return leaveProject(core, call, std::move(done));
    auto act = [where = whereOf(call), userId](Turn& turn) -> Result<void> {
        const auto standing = managing(turn, where);
        if (!standing)
            return standing.error();
        const auto member = ProjectRepository::member(turn.connection, standing->project.id, userId);
        if (!member)
            return memberNotFound();
        if (member->role == "owner")
            return ownerStays();
        if (auto below = checkBelow(*standing, memberRole(member->role).value_or(Role::owner)); !below)
            return below;
        remove(turn, standing->project.id, userId);
        return {};
    };
    return submit(core, "projects.remove_member", call, std::move(act), std::move(done));
}

Result<void> leaveProject(Core& core, Call& call, Done done)
{
    auto act = [where = whereOf(call)](Turn& turn) -> Result<void> {
        const auto standing =
            standingIn(turn.connection, turn.core, turn.caller, where.user, where.project);
        if (!standing)
            return standing.error();
        if (standing->role < Role::guest)
            return memberNotFound();
        if (standing->role == Role::owner)
            return ownerStays();
        remove(turn, standing->project.id, turn.caller.userId);
        return {};
    };
    return submit(core, "projects.leave", call, std::move(act), std::move(done));
}

} // namespace netbit::services::projects
