#include "services/projects/Acts.h"

#include "base/EntityTag.h"
#include "services/projects/Names.h"
#include "services/projects/ProjectJson.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::projects {

using base::fault;
using base::Result;
using base::Status;
using storage::ProjectRepository;
using storage::RepoRepository;

namespace json = boost::json;

Where whereOf(const Call& call)
{
    return {std::string(call.arguments.textOr("user", {})), std::string(call.arguments.textOr("project", {}))};
}

Result<std::string> checkDescription(std::string_view text)
{
    if (text.size() > 2'000)
        return fault(Status::invalid, "out_of_range", "A description has at most 2,000 bytes.", "/description");
    return std::string(text);
}

Result<void> checkIfMatch(std::string_view ifMatch, const std::string& shown)
{
    if (ifMatch.empty() || base::matchesEntityTag(ifMatch, base::entityTag(base::Body(shown))))
        return {};
    return fault(Status::preconditionFailed, "precondition_failed", "It has changed since you read it.");
}

base::Error nothingToChange()
{
    return fault(Status::invalid, "nothing_to_change", "Name at least one member that is to change.");
}

namespace {

constexpr std::string_view inTheWay = "There is one of this name already, or one that was deleted and is not purged yet.";

Result<Standing> standingOf(Turn& turn, const Where& where, Right right)
{
    return standingWith(turn.connection, turn.core, turn.caller, where.user, where.project, right);
}

Result<void> checkFree(Turn& turn, Id ownerId, std::string_view name, Id but)
{
    if (const auto other = ProjectRepository::byName(turn.connection, ownerId, name); other && other->id != but)
        return fault(Status::conflict, "name_taken", inTheWay, "/name");
    return {};
}

void store(Turn& turn, storage::ProjectRecord& project, std::string_view topic)
{
    project.updatedAt = turn.time();
    ProjectRepository::update(turn.connection, project);
    turn.refresh(project.id);
    turn.tell(topic, project.id, project.id, json::serialize(projectJson(turn.core, project)));
}

} // namespace

Result<void> createProject(Core& core, Call& call, Done done)
{
    const std::string name(call.arguments.textOr("name", {}));
    if (auto good = checkName(name); !good)
        return good;
    auto description = checkDescription(call.arguments.textOr("description", {}));
    if (!description)
        return description.error();
    storage::ProjectRecord wanted{.name = name,
                                  .description = std::move(*description),
                                  .isPublic = call.arguments.flag("is_public").value_or(false)};
    auto act = [wanted](Turn& turn) -> Result<void> {
        if (turn.caller.serverGuest)
            return fault(Status::forbidden, "guest", "Guests of this server make no projects.");
        auto project = wanted;
        project.ownerId = turn.caller.userId;
        if (auto free = checkFree(turn, project.ownerId, project.name, 0); !free)
            return free;
        if (ProjectRepository::countOwned(turn.connection, project.ownerId) >= turn.core.options().maxOwned)
            return fault(Status::conflict, "too_many_projects", "You own as many projects as one may.");
        project.createdAt = project.updatedAt = turn.time();
        project.id = insertProject(turn.connection, project);
        turn.refresh(project.id);
        turn.tell("project.created", project.id, project.id, json::serialize(projectJson(turn.core, project)));
        turn.made = {project.id, json::serialize(projectJson(turn.core, Standing{project, Role::owner, false, false})), false};
        return {};
    };
    return submit(core, "projects.create", call, std::move(act), std::move(done));
}

Id insertProject(storage::Connection& connection, const storage::ProjectRecord& project)
{
    ProjectRepository::dropFormerName(connection, project.ownerId, project.name);
    const auto id = ProjectRepository::insert(connection, project);
    ProjectRepository::putMember(
        connection, {.projectId = id, .userId = project.ownerId, .role = "owner", .joinedAt = project.createdAt});
    return id;
}

Result<void> updateProject(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    if (!args.has("name") && !args.has("description") && !args.has("is_public") && !args.has("state") && !args.has("chat_id"))
        return nothingToChange();
    if (const auto name = args.text("name"))
        if (auto good = checkName(*name); !good)
            return good;
    auto act = [where = whereOf(call), args, ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        auto standing = standingOf(turn, where, Right::configure);
        if (!standing)
            return standing.error();
        auto& project = standing->project;
        if (auto match = checkIfMatch(ifMatch, wholeProjectJson(turn.connection, turn.core, *standing)); !match)
            return match;
        const auto before = project;
        project.state = args.textOr("state", project.state);
        if (project.state == "archived" && before.state == "archived" && !args.has("state"))
            return fault(Status::conflict, "project_archived", "This project is archived.");
        if (const auto name = args.text("name"); name && *name != project.name) {
            if (auto free = checkFree(turn, project.ownerId, *name, project.id); !free)
                return free;
            project.name = *name;
        }
        if (const auto text = args.text("description")) {
            auto description = checkDescription(*text);
            if (!description)
                return description.error();
            project.description = std::move(*description);
        }
        project.isPublic = args.flag("is_public").value_or(project.isPublic);
        if (const auto chat = args.integer("chat_id")) {
            if (*chat != 0 && !mayLink(turn, *chat))
                return fault(Status::invalid, "unknown_chat", "There is no such chat that you are an admin of.", "/chat_id");
            project.chatId = *chat;
        }
        if (project.name != before.name) {
            ProjectRepository::dropFormerName(turn.connection, project.ownerId, project.name);
            ProjectRepository::addFormerName(turn.connection, project.ownerId, before.name, project.id);
        }
        store(turn, project, "project.updated");
        turn.made = {project.id, json::serialize(projectJson(turn.core, *standing)), false};
        return {};
    };
    return submit(core, "projects.update", call, std::move(act), std::move(done));
}

Result<void> deleteProject(Core& core, Call& call, Done done)
{
    auto act = [where = whereOf(call)](Turn& turn) -> Result<void> {
        auto standing = standingOf(turn, where, Right::dispose);
        if (!standing)
            return standing.error();
        auto& project = standing->project;
        turn.made.id = project.id;
        if (project.state == "deleted")
            return {};
        project.state = "deleted";
        project.deletedAt = turn.time();
        RepoRepository::setDeleted(turn.connection, project.id, project.deletedAt);
        project.updatedAt = turn.time();
        ProjectRepository::update(turn.connection, project);
        // Told while its readers are still known; who hears of it cannot read it any more.
        turn.tell("project.deleted", project.id, project.id, json::serialize(projectJson(turn.core, project)));
        turn.refresh(project.id);
        return {};
    };
    return submit(core, "projects.delete", call, std::move(act), std::move(done));
}

Result<void> restoreProject(Core& core, Call& call, Done done)
{
    auto act = [where = whereOf(call)](Turn& turn) -> Result<void> {
        auto standing = standingOf(turn, where, Right::dispose);
        if (!standing)
            return standing.error();
        auto& project = standing->project;
        if (project.state == "deleted") {
            RepoRepository::undelete(turn.connection, project.id, project.deletedAt);
            project.state = "active";
            project.deletedAt = 0;
            store(turn, project, "project.restored");
        }
        turn.made = {project.id, json::serialize(projectJson(turn.core, *standing)), false};
        return {};
    };
    return submit(core, "projects.restore", call, std::move(act), std::move(done));
}

Result<void> transferProject(Core& core, Call& call, Done done)
{
    auto act = [where = whereOf(call), to = call.arguments.integerOr("user_id", 0)](Turn& turn) -> Result<void> {
        auto standing = standingOf(turn, where, Right::dispose);
        if (!standing)
            return standing.error();
        auto& project = standing->project;
        if (project.state == "deleted")
            return fault(Status::conflict, "project_deleted", "This project is deleted: restore it first.");
        auto heir = ProjectRepository::member(turn.connection, project.id, to);
        const auto user = turn.core.users.byId(to);
        if (!heir || !user || user->state != "active" || user->role == "guest")
            return fault(Status::invalid, "unknown_member", "The next owner must be a member who is active, and no guest.",
                         "/user_id");
        const auto from = project.ownerId;
        if (from != to) {
            if (auto free = checkFree(turn, to, project.name, project.id); !free)
                return fault(Status::conflict, "name_taken", "The next owner has a project of this name already.", "/user_id");
            if (ProjectRepository::countOwned(turn.connection, to) >= turn.core.options().maxOwned)
                return fault(Status::conflict, "too_many_projects", "The next owner has as many projects as one may.", "/user_id");
            // One owner at a time: the old one goes first.
            const auto before = ProjectRepository::member(turn.connection, project.id, from);
            ProjectRepository::putMember(turn.connection, {.projectId = project.id,
                                                           .userId = from,
                                                           .role = "admin",
                                                           .joinedAt = before ? before->joinedAt : turn.time()});
            heir->role = "owner";
            ProjectRepository::putMember(turn.connection, *heir);
            project.ownerId = to;
            RepoRepository::setOwner(turn.connection, project.id, to);
            ProjectRepository::dropFormerName(turn.connection, to, project.name);
            ProjectRepository::addFormerName(turn.connection, from, project.name, project.id);
            store(turn, project, "project.transferred");
            if (turn.caller.userId == from)
                standing->role = Role::admin;
            else if (turn.caller.userId == to)
                standing->role = Role::owner;
        }
        turn.made = {project.id, json::serialize(projectJson(turn.core, *standing)), false};
        return {};
    };
    return submit(core, "projects.transfer", call, std::move(act), std::move(done));
}

Result<void> setConfig(Core& core, Call& call, Done done)
{
    auto written = call.arguments.all();
    written.erase("user");
    written.erase("project");
    if (const auto read = readConfig(written, false); !read)
        return read.error();
    auto act = [where = whereOf(call), written, ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        auto standing = standingOf(turn, where, Right::configure);
        if (!standing)
            return standing.error();
        auto& project = standing->project;
        const auto shown = configJson(configOf(turn.connection, project.id), project.isPublic);
        if (auto match = checkIfMatch(ifMatch, shown); !match)
            return match;
        auto change = readConfig(written, project.isPublic);
        if (!change)
            return change.error();
        const auto next = configJson(change->config, change->isPublic);
        if (next != shown) {
            project.isPublic = change->isPublic;
            ProjectRepository::putConfig(turn.connection, project.id, next, turn.time());
            store(turn, project, "project.updated");
        }
        turn.made = {project.id, next, false};
        return {};
    };
    return submit(core, "projects.set_config", call, std::move(act), std::move(done));
}

} // namespace netbit::services::projects
