#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::projects {

using base::Result;
using storage::ProjectRepository;

namespace json = boost::json;

namespace {

Result<void> answerList(Core& core, Call& call, const Done& done,
                        const std::function<std::vector<storage::ProjectRecord>(storage::Connection&, Id, std::size_t)>& find)
{
    return answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id& next) -> Result<std::string> {
        const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
        auto found = find(connection, call.arguments.integerOr("after", 0), limit + 1);
        next = cut(found, limit, &storage::ProjectRecord::id);
        json::array data;
        for (const auto& project : found) {
            const auto standing = standingIn(connection, core, caller, project.id);
            if (standing)
                data.push_back(projectJson(core, *standing));
        }
        return listJson(std::move(data), limit, next);
    });
}

/// What `show` makes of the project, for whoever has the right.
Result<void> answerOne(Core& core, Call& call, const Done& done, Right right,
                       const std::function<std::string(storage::Connection&, const Standing&, Id& next)>& show)
{
    return answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id& next) -> Result<std::string> {
        const auto where = whereOf(call);
        const auto found = standingIn(connection, core, caller, where.user, where.project);
        if (!found)
            return found.error();
        if (auto good = found->project.state == "deleted" ? Result<void>() : checkRight(*found, caller, right); !good)
            return good.error();
        return show(connection, *found, next);
    });
}

} // namespace

Result<void> listProjects(Core& core, Call& call, Done done)
{
    return answerList(core, call, done, [&](storage::Connection& connection, Id after, std::size_t limit) {
        return ProjectRepository::ofMember(connection, call.principal->userId(), after, limit);
    });
}

Result<void> publicProjects(Core& core, Call& call, Done done) { return answerList(core, call, done, &ProjectRepository::publicOnes); }

Result<void> getProject(Core& core, Call& call, Done done)
{
    return answerOne(core, call, done, Right::see, [&](storage::Connection& connection, const Standing& standing, Id&) {
        return wholeProjectJson(connection, core, standing);
    });
}

Result<void> getPlace(Core& core, Call& call, Done done)
{
    return answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id&) -> Result<std::string> {
        const auto& args = call.arguments;
        const auto place = [&](Id ownerId, const storage::ProjectRecord* project, std::string_view repository) {
            return json::serialize(json::object{{"user", core.nameOf(ownerId)}, {"project", project ? project->name : ""}, {"repo", repository}});
        };
        const auto user = args.has("user") ? std::string(args.textOr("user", {})) : core.nameOf(caller.userId);
        if (!args.has("repo")) {
            const auto found = standingIn(connection, core, caller, user, args.textOr("project", {}));
            return found ? Result<std::string>(place(found->project.ownerId, &found->project, {})) : found.error();
        }
        const auto found = repositoryIn(connection, core, caller, user, args.textOr("project", {}), args.textOr("repo", {}));
        if (!found)
            return found.error();
        return place(found->repository.ownerId, found->project ? &found->project->project : nullptr, found->repository.name);
    });
}

Result<void> getConfig(Core& core, Call& call, Done done)
{
    return answerOne(core, call, done, Right::see, [&](storage::Connection& connection, const Standing& standing, Id&) {
        return configJson(configOf(connection, standing.project.id), standing.project.isPublic);
    });
}

Result<void> listMembers(Core& core, Call& call, Done done)
{
    return answerOne(core, call, done, Right::seeMembers, [&](storage::Connection& connection, const Standing& standing, Id& next) {
        const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
        auto found = ProjectRepository::members(connection, standing.project.id, call.arguments.integerOr("after", 0), limit + 1);
        next = cut(found, limit, &storage::ProjectMemberRecord::userId);
        json::array data;
        for (const auto& member : found)
            data.push_back(memberJson(core, member));
        return listJson(std::move(data), limit, next);
    });
}

} // namespace netbit::services::projects
