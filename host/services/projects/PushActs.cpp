// What the keeper of the bytes asks and tells: the git plugin.

#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"
#include "services/projects/Refs.h"

#include "base/Json.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::projects {

using auth::Scope;
using base::fault;
using base::Result;
using base::Status;
using storage::PushRepository;
using storage::RepoRepository;

namespace json = boost::json;

namespace {

constexpr std::size_t toldRefs = 50;
constexpr std::size_t toldCommits = 20;
constexpr std::size_t toldSubject = 200;

/// A token that is good for git alone is good for this.
Result<void> checkScope(const auth::PrincipalPtr& principal, Scope otherwise)
{
    if (!principal || principal->has(Scope::git) || principal->has(otherwise))
        return {};
    return auth::needs(*principal, Scope::git);
}

json::object rulesJson(const Core& core, storage::Connection& connection, const RepositoryStanding& standing)
{
    const auto config = standing.project ? configOf(connection, standing.project->project.id) : Config();
    const auto options = core.options();
    const auto least = [](std::int64_t own, std::int64_t server) { return own == 0 ? server : std::min(own, server); };
    json::array branches;
    for (const auto& branch : config.branches) {
        json::array push;
        for (const auto& role : branch.push)
            push.emplace_back(role);
        json::array statuses;
        for (const auto& status : branch.requiredStatuses)
            statuses.emplace_back(status);
        branches.push_back(json::object{{"pattern", branch.pattern},
                                        {"push", std::move(push)},
                                        {"allow_force", branch.allowForce},
                                        {"allow_delete", branch.allowDelete},
                                        {"required_approvals", branch.requiredApprovals},
                                        {"required_statuses", std::move(statuses)}});
    }
    json::array methods;
    for (const auto& method : config.mergeMethods)
        methods.emplace_back(method);
    return {{"protected", std::move(branches)},
            {"max_push_bytes", least(config.maxPushBytes, options.maxPushBytes)},
            {"quota_bytes", least(config.quotaBytes, options.quotaBytes)},
            {"allow_forks", config.allowForks},
            {"allow_pull_requests", config.pullRequests},
            {"required_approvals", config.requiredApprovals},
            {"dismiss_stale_reviews", config.dismissStaleReviews},
            {"merge_methods", std::move(methods)}};
}

std::string accessJson(const Core& core, storage::Connection& connection, const RepositoryStanding& standing,
                       const auth::PrincipalPtr& principal)
{
    const auto& repository = standing.repository;
    const auto scoped = [&](Scope scope) { return !principal || principal->has(Scope::git) || principal->has(scope); };
    const bool manages = principal && principal->has(Scope::write) && standing.may(Right::configure);
    return json::serialize(json::object{
        {"id", repository.id},
        {"owner_id", repository.ownerId},
        {"owner", core.nameOf(repository.ownerId)},
        {"project_id", idOrNull(repository.projectId)},
        {"project", standing.project ? json::value(standing.project->project.name) : json::value(nullptr)},
        {"name", repository.name},
        {"default_branch", repository.defaultBranch},
        {"is_public", standing.isPublic()},
        {"state", repository.state},
        {"moved", standing.moved},
        {"role", nameOf(standing.role)},
        {"may", json::object{{"read", standing.may(Right::readCode) && scoped(Scope::read)},
                             {"write", principal && standing.may(Right::push) && standing.writable() && scoped(Scope::write)},
                             {"manage", manages}}},
        {"rules", rulesJson(core, connection, standing)},
        {"size_bytes", repository.sizeBytes},
        {"mirror_url", repository.mirrorUrl.empty() ? json::value(nullptr) : json::value(repository.mirrorUrl)},
        {"forked_from", idOrNull(repository.forkedFrom)}});
}

json::object pushJson(const storage::PushRecord& push)
{
    const auto commands = base::parseJson(push.commands);
    return {{"id", push.id},
            {"repository_id", push.repositoryId},
            {"pusher_id", push.pusherId},
            {"commands", commands ? *commands : json::value(json::array())},
            {"created_at", base::rfc3339(push.createdAt)}};
}

/// As much of a push as its event tells: the rest is to be asked for.
json::array toldOf(const json::array& updated)
{
    json::array out;
    for (const auto& item : updated) {
        if (out.size() == toldRefs)
            break;
        auto ref = item.get_object();
        json::array commits;
        if (const auto* const all = ref.if_contains("commits"))
            for (const auto& commit : all->get_array()) {
                if (commits.size() == toldCommits)
                    break;
                auto told = commit.get_object();
                told.erase("message");
                told["subject"] = cutText(told.at("subject").get_string(), toldSubject);
                commits.push_back(std::move(told));
            }
        ref["commits"] = std::move(commits);
        out.push_back(std::move(ref));
    }
    return out;
}

/// What the project's activity tells of a push.
std::string noteOf(const storage::RepositoryRecord& repository, const json::array& updated)
{
    constexpr std::size_t most = 10;
    json::array refs;
    for (const auto& item : updated) {
        if (refs.size() == most)
            break;
        const auto& ref = item.get_object();
        const auto* const count = ref.if_contains("commit_count");
        refs.push_back(json::object{{"ref", ref.at("ref")}, {"kind", ref.at("kind")}, {"new", ref.at("new")}, {"commit_count", count ? *count : json::value(0)}});
    }
    return json::serialize(json::object{{"repository", repository.name}, {"ref_count", updated.size()}, {"refs", std::move(refs)}});
}

/// The branch that a repository without one shows from now on.
std::string firstBranch(const json::array& updated)
{
    std::string out;
    for (const auto& item : updated) {
        const auto ref = refOf(item.get_object());
        if (!ref.name.starts_with("refs/heads/") || ref.deletes)
            continue;
        const auto branch = ref.name.substr(11);
        if (out.empty() || branch == "main" || (branch == "master" && out != "main"))
            out = branch;
    }
    return out;
}

} // namespace

Result<void> access(Core& core, Call& call, Done done)
{
    if (auto scoped = checkScope(call.principal, Scope::read); !scoped)
        return scoped;
    return answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id&) -> Result<std::string> {
        const auto& args = call.arguments;
        const auto found = args.has("id")
            ? repositoryIn(connection, core, caller, args.integerOr("id", 0))
            : repositoryIn(connection, core, caller, args.textOr("owner", {}), args.textOr("project", {}),
                           args.textOr("name", {}));
        if (!found)
            return found.error();
        if (found->repository.state == "deleted")
            return repositoryNotFound(); // its bytes are served to nobody
        return accessJson(core, connection, *found, call.principal);
    });
}

Result<void> beginPush(Core& core, Call& call, Done done)
{
    if (!call.principal || !call.principal->valid())
        return fault(Status::unauthenticated, "token_missing", "Sign in first.");
    if (auto scoped = checkScope(call.principal, Scope::write); !scoped)
        return scoped;
    const auto& commands = *call.arguments.objects("commands");
    for (std::size_t i = 0; i < commands.size(); ++i)
        if (auto good = checkCommand(commands[i].get_object(), "/commands/" + std::to_string(i)); !good)
            return good;
    auto act = [id = call.arguments.integerOr("id", 0), commands](Turn& turn) -> Result<void> {
        const auto standing = repositoryIn(turn.connection, turn.core, turn.caller, id);
        if (!standing)
            return standing.error();
        if (auto good = checkRight(*standing, turn.caller, Right::push); !good)
            return good;
        if (!standing->repository.mirrorUrl.empty())
            return fault(Status::conflict, "mirror", "This repository mirrors another: push there.");
        const auto config =
            standing->project ? configOf(turn.connection, standing->project->project.id) : Config();
        for (std::size_t i = 0; i < commands.size(); ++i)
            if (auto good = checkProtected(config, standing->role, refOf(commands[i].get_object()),
                                           "/commands/" + std::to_string(i) + "/ref");
                !good)
                return good;
        const auto pushId = PushRepository::insert(turn.connection, {.repositoryId = id,
                                                                     .pusherId = turn.caller.userId,
                                                                     .commands = json::serialize(commands),
                                                                     .createdAt = turn.time()});
        turn.made = {pushId, json::serialize(json::object{{"push_id", pushId}}), false};
        return {};
    };
    return submit(core, "repositories.begin_push", call, std::move(act), std::move(done));
}

Result<void> endPush(Core& core, Call& call, Done done)
{
    const auto& updated = *call.arguments.objects("updated");
    for (std::size_t i = 0; i < updated.size(); ++i)
        if (auto good = checkUpdated(updated[i].get_object(), "/updated/" + std::to_string(i)); !good)
            return good;
    auto act = [pushId = call.arguments.integerOr("push_id", 0), size = call.arguments.integer("size_bytes"),
                updated](Turn& asked) -> Result<void> {
        const auto push = PushRepository::byId(asked.connection, pushId);
        if (!push)
            return fault(Status::notFound, "push_not_found", "There is no such push.");
        if (push->state == "done") { // told again after a crash
            asked.made = {pushId, {}, true};
            return {};
        }
        PushRepository::finish(asked.connection, pushId, asked.time());
        asked.made.id = pushId;
        auto repository = RepoRepository::byId(asked.connection, push->repositoryId).value(); // a push goes with it
        repository.sizeBytes = size.value_or(repository.sizeBytes);
        if (repository.defaultBranch.empty())
            repository.defaultBranch = firstBranch(updated);
        if (!updated.empty())
            repository.updatedAt = asked.time();
        RepoRepository::update(asked.connection, repository);
        if (updated.empty())
            return {};

        Turn turn(asked.core, callerOf(asked.core, push->pusherId), asked.connection); // in the pusher's name
        const auto project = repository.projectId != 0
            ? storage::ProjectRepository::byId(turn.connection, repository.projectId)
            : std::nullopt;
        const auto data = json::serialize(json::object{{"repository_id", repository.id},
                                                       {"repository", repository.name},
                                                       {"owner", turn.core.nameOf(repository.ownerId)},
                                                       {"project", project ? json::value(project->name) : json::value(nullptr)},
                                                       {"push_id", pushId},
                                                       {"pusher_id", push->pusherId},
                                                       {"pusher", turn.core.nameOf(push->pusherId)},
                                                       {"default_branch", repository.defaultBranch},
                                                       {"ref_count", updated.size()},
                                                       {"updated", toldOf(updated)}});
        const Pushed pushed{repository, *push, &updated};
        if (project && (repository.isPublic || !project->isPublic)) { // before what follows from it
            turn.note(project->id, "git.pushed", 0, repository.name, noteOf(repository, updated));
            turn.tell("git.pushed", project->id, repository.id, data);
        } else
            turn.tellOnly(repository.ownerId, "git.pushed", repository.id, data);
        for (const auto& look : turn.core.onPush)
            if (auto good = look(turn, pushed); !good)
                return good;
        for (auto& effect : turn.effects)
            asked.then(std::move(effect));
        return {};
    };
    return submitFor(core, 0, std::move(act), std::move(done));
}

Result<void> pendingPushes(Core& core, Call& call, Done done)
{
    return answer(core, call, done, [&](storage::Connection& connection, const Caller&, Id& next) -> Result<std::string> {
        const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
        auto found = PushRepository::pending(connection, call.arguments.integerOr("after", 0), limit + 1);
        next = cut(found, limit, &storage::PushRecord::id);
        json::array data;
        for (const auto& push : found)
            data.push_back(pushJson(push));
        return listJson(std::move(data), limit, next);
    });
}

Result<void> dueRepositories(Core& core, Call& call, Done done)
{
    return answer(core, call, done, [&](storage::Connection& connection, const Caller&, Id&) -> Result<std::string> {
        const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
        json::array data;
        for (const auto& repository : RepoRepository::deletedBefore(connection, base::now() - core.graceMs.load(), limit))
            data.push_back(json::object{{"id", repository.id}, {"owner_id", repository.ownerId}});
        return listJson(std::move(data), limit, 0);
    });
}

Result<void> purgedRepository(Core& core, Call& call, Done done)
{
    auto act = [id = call.arguments.integerOr("id", 0)](Turn& turn) -> Result<void> {
        const auto repository = RepoRepository::byId(turn.connection, id);
        turn.made.id = id;
        if (!repository)
            return {};
        if (repository->deletedAt == 0 || repository->deletedAt > base::now() - turn.core.graceMs.load())
            return fault(Status::conflict, "not_due", "This repository is not to be purged.");
        RepoRepository::remove(turn.connection, id);
        return {};
    };
    return submitFor(core, 0, std::move(act), std::move(done));
}

} // namespace netbit::services::projects
