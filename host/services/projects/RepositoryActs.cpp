#include "services/projects/Acts.h"
#include "services/projects/Names.h"
#include "services/projects/ProjectJson.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::services::projects {

using base::fault;
using base::Result;
using base::Status;
using storage::RepoRepository;

namespace json = boost::json;

namespace {

/// As a path says it. Without a user: the caller's own.
struct RepositoryPlace {
    std::string user{};
    std::string project{};
    std::string repository{};
};

RepositoryPlace placeOf(const Call& call)
{
    return {std::string(call.arguments.textOr("user", {})), std::string(call.arguments.textOr("project", {})),
            std::string(call.arguments.textOr("repo", {}))};
}

Result<RepositoryStanding> find(storage::Connection& connection, const Core& core, const Caller& caller,
                                const RepositoryPlace& place)
{
    return repositoryIn(connection, core, caller, place.user.empty() ? core.nameOf(caller.userId) : place.user, place.project,
                        place.repository);
}

Result<RepositoryStanding> findWith(Turn& turn, const RepositoryPlace& place, Right right)
{
    auto found = find(turn.connection, turn.core, turn.caller, place);
    if (!found)
        return found.error();
    if (auto good = checkRight(*found, turn.caller, right); !good)
        return good.error();
    return found;
}

std::string shownJson(const Core& core, const RepositoryStanding& standing)
{
    auto out = repositoryJson(core, standing.repository, standing.project ? &standing.project->project : nullptr,
                              standing.may(Right::push));
    out["may"] = json::object{{"read", standing.may(Right::readCode)},
                              {"write", standing.may(Right::push) && standing.writable()},
                              {"manage", standing.may(Right::configure)}};
    return json::serialize(out);
}

/// Those who may read the project hear of it; of a personal one its owner.
void tell(Turn& turn, const RepositoryStanding& standing, std::string_view topic)
{
    const auto& repository = standing.repository;
    const auto data = json::serialize(
        repositoryJson(turn.core, repository, standing.project ? &standing.project->project : nullptr));
    // A private repository in a public project is nothing that strangers hear of.
    if (standing.project && (repository.isPublic || !standing.project->project.isPublic))
        turn.tell(topic, repository.projectId, repository.id, data);
    else
        turn.tellOnly(repository.ownerId, topic, repository.id, data);
}

void store(Turn& turn, RepositoryStanding& standing, std::string_view topic)
{
    standing.repository.updatedAt = turn.time();
    RepoRepository::update(turn.connection, standing.repository);
    tell(turn, standing, topic);
    turn.made = {standing.repository.id, shownJson(turn.core, standing), false};
}

Result<void> checkFree(Turn& turn, const storage::RepositoryRecord& wanted)
{
    const auto other = RepoRepository::byName(turn.connection, wanted.projectId, wanted.ownerId, wanted.name);
    if (other && other->id != wanted.id)
        return fault(Status::conflict, "name_taken",
                     "There is one of this name already, or one that was deleted and is not purged yet.", "/name");
    return {};
}

/// Into the project that the caller names, or his own ones.
Result<void> insert(Turn& turn, const RepositoryPlace& where, storage::RepositoryRecord wanted)
{
    RepositoryStanding made;
    made.serverAdmin = turn.caller.serverAdmin;
    if (where.project.empty()) {
        if (turn.caller.serverGuest)
            return fault(Status::forbidden, "guest", "Guests of this server make no repositories of their own.");
        wanted.ownerId = turn.caller.userId;
        made.role = Role::owner;
    } else {
        auto project = standingWith(turn.connection, turn.core, turn.caller, where.user, where.project, Right::createRepository);
        if (!project)
            return project.error();
        wanted.projectId = project->project.id;
        wanted.ownerId = project->project.ownerId;
        made.role = project->role;
        made.project = std::move(*project);
    }
    if (auto free = checkFree(turn, wanted); !free)
        return free;
    const auto options = turn.core.options();
    if (RepoRepository::countIn(turn.connection, wanted.projectId, wanted.ownerId) >=
        (wanted.projectId != 0 ? options.maxRepositories : options.maxOwned))
        return fault(Status::conflict, "too_many_repositories", "There are as many repositories here as there may be.");
    wanted.createdAt = wanted.updatedAt = turn.time();
    RepoRepository::dropFormerName(turn.connection, wanted.projectId, wanted.ownerId, wanted.name);
    wanted.id = RepoRepository::insert(turn.connection, wanted);
    made.repository = std::move(wanted);
    tell(turn, made, "repository.created");
    turn.made = {made.repository.id, shownJson(turn.core, made), false};
    return {};
}

/// What git itself takes for a branch's name (git-check-ref-format), as far as it may stand in a record.
bool branchName(std::string_view name)
{
    const auto good = [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && std::string_view("~^:?*[\\").find(c) == std::string_view::npos;
    };
    return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), good) && !name.starts_with('/') &&
           !name.ends_with('/') && !name.starts_with('-') && !name.starts_with('.') && !name.ends_with('.') &&
           !name.ends_with(".lock") && name.find("..") == name.npos && name.find("//") == name.npos &&
           name.find("/.") == name.npos && name.find("@{") == name.npos && name != "@";
}

Result<void> checkUrl(std::string_view url)
{
    if (url.size() > 2'000 || !(url.starts_with("https://") || url.starts_with("http://")) ||
        std::any_of(url.begin(), url.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }))
        return fault(Status::invalid, "invalid_url", "It must be an address that begins with https:// or http://.",
                     "/mirror_url");
    return {};
}

} // namespace

Result<void> listRepositories(Core& core, Call& call, Done done)
{
    return answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id& next) -> Result<std::string> {
        const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
        const auto after = call.arguments.integerOr("after", 0);
        const auto place = placeOf(call);
        std::vector<storage::RepositoryRecord> found;
        std::optional<Standing> project;
        if (place.project.empty()) {
            found = RepoRepository::ofUser(connection, caller.userId, after, limit + 1);
        } else {
            auto standing = standingWith(connection, core, caller, place.user, place.project, Right::readCode);
            if (!standing)
                return standing.error();
            const bool member = may(Right::readCode, standing->role, false, standing->serverAdmin);
            found = RepoRepository::ofProject(connection, standing->project.id, after, limit + 1, !member);
            project = std::move(*standing);
        }
        next = cut(found, limit, &storage::RepositoryRecord::id);
        json::array data;
        for (const auto& repository : found)
            data.push_back(repositoryJson(core, repository, project ? &project->project : nullptr));
        return listJson(std::move(data), limit, next);
    });
}

Result<void> createRepository(Core& core, Call& call, Done done)
{
    storage::RepositoryRecord wanted{.name = std::string(call.arguments.textOr("name", {})),
                                     .isPublic = call.arguments.flag("is_public").value_or(false)};
    if (auto good = checkName(wanted.name); !good)
        return good;
    auto description = checkDescription(call.arguments.textOr("description", {}));
    if (!description)
        return description.error();
    wanted.description = std::move(*description);
    auto act = [place = placeOf(call), wanted](Turn& turn) { return insert(turn, place, wanted); };
    return submit(core, "repositories.create", call, std::move(act), std::move(done));
}

Result<void> getRepository(Core& core, Call& call, Done done)
{
    return answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id&) -> Result<std::string> {
        const auto found = find(connection, core, caller, placeOf(call));
        return found ? Result<std::string>(shownJson(core, *found)) : found.error();
    });
}

Result<void> updateRepository(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    if (!args.has("name") && !args.has("description") && !args.has("is_public") && !args.has("state") &&
        !args.has("default_branch"))
        return nothingToChange();
    if (const auto name = args.text("name"))
        if (auto good = checkName(*name); !good)
            return good;
    if (const auto branch = args.text("default_branch"); branch && !branchName(*branch))
        return fault(Status::invalid, "invalid_branch", "This is no name that git takes for a branch.", "/default_branch");
    auto act = [place = placeOf(call), args, ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        auto standing = findWith(turn, place, Right::configure);
        if (!standing)
            return standing.error();
        auto& repository = standing->repository;
        if (repository.state == "deleted")
            return fault(Status::conflict, "repository_deleted", "This repository is deleted: restore it first.");
        if (repository.state == "archived" && !args.has("state"))
            return fault(Status::conflict, "repository_archived", "This repository is archived.");
        if (auto match = checkIfMatch(ifMatch, shownJson(turn.core, *standing)); !match)
            return match;
        const auto before = repository.name;
        repository.name = args.textOr("name", repository.name);
        if (auto free = checkFree(turn, repository); !free)
            return free;
        if (const auto text = args.text("description")) {
            auto description = checkDescription(*text);
            if (!description)
                return description.error();
            repository.description = std::move(*description);
        }
        repository.isPublic = args.flag("is_public").value_or(repository.isPublic);
        repository.state = args.textOr("state", repository.state);
        repository.defaultBranch = args.textOr("default_branch", repository.defaultBranch);
        if (repository.name != before) {
            RepoRepository::dropFormerName(turn.connection, repository.projectId, repository.ownerId, repository.name);
            RepoRepository::addFormerName(turn.connection, repository, before);
        }
        store(turn, *standing, "repository.updated");
        return {};
    };
    return submit(core, "repositories.update", call, std::move(act), std::move(done));
}

Result<void> deleteRepository(Core& core, Call& call, Done done)
{
    auto act = [place = placeOf(call)](Turn& turn) -> Result<void> {
        auto standing = findWith(turn, place, Right::configure);
        if (!standing)
            return standing.error();
        auto& repository = standing->repository;
        if (repository.state != "deleted") {
            repository.state = "deleted";
            repository.deletedAt = turn.time();
            store(turn, *standing, "repository.deleted");
        }
        turn.made = {repository.id, {}, false};
        return {};
    };
    return submit(core, "repositories.delete", call, std::move(act), std::move(done));
}

Result<void> restoreRepository(Core& core, Call& call, Done done)
{
    auto act = [place = placeOf(call)](Turn& turn) -> Result<void> {
        auto standing = findWith(turn, place, Right::configure);
        if (!standing)
            return standing.error();
        auto& repository = standing->repository;
        turn.made = {repository.id, shownJson(turn.core, *standing), false};
        if (repository.state != "deleted")
            return {};
        repository.state = "active";
        repository.deletedAt = 0;
        store(turn, *standing, "repository.restored");
        return {};
    };
    return submit(core, "repositories.restore", call, std::move(act), std::move(done));
}

Result<void> forkRepository(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    const std::string name(args.textOr("name", {}));
    if (!name.empty())
        if (auto good = checkName(name); !good)
            return good;
    auto act = [id = args.integerOr("id", 0), name,
                into = RepositoryPlace{std::string(args.textOr("into_user", {})), std::string(args.textOr("into_project", {})), {}}](
                   Turn& turn) -> Result<void> {
        const auto source = repositoryIn(turn.connection, turn.core, turn.caller, id);
        if (!source)
            return source.error();
        if (auto good = checkRight(*source, turn.caller, Right::readCode); !good)
            return good;
        if (source->project && !configOf(turn.connection, source->project->project.id).allowForks)
            return fault(Status::forbidden, "forks_off", "This project allows no forks.");
        storage::RepositoryRecord fork;
        fork.name = name.empty() ? source->repository.name : name;
        fork.description = source->repository.description;
        fork.isPublic = source->isPublic(); // what was private does not get out by a fork
        fork.defaultBranch = source->repository.defaultBranch;
        fork.forkedFrom = id;
        return insert(turn, into, std::move(fork));
    };
    return submit(core, "repositories.fork", call, std::move(act), std::move(done));
}

Result<void> setMirror(Core& core, Call& call, Done done)
{
    const std::string url(call.arguments.textOr("mirror_url", {}));
    if (!url.empty())
        if (auto good = checkUrl(url); !good)
            return good;
    auto act = [id = call.arguments.integerOr("id", 0), url](Turn& turn) -> Result<void> {
        auto standing = repositoryIn(turn.connection, turn.core, turn.caller, id);
        if (!standing)
            return standing.error();
        if (auto good = checkRight(*standing, turn.caller, Right::configure); !good)
            return good;
        standing->repository.mirrorUrl = url;
        store(turn, *standing, "repository.updated");
        return {};
    };
    return submit(core, "repositories.set_mirror", call, std::move(act), std::move(done));
}

} // namespace netbit::services::projects
