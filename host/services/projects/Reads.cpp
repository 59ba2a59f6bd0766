#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"

namespace netbit::services::projects {

using base::Result;
using storage::ProjectRepository;

namespace json = boost::json;

namespace {

Result<void> answerList(Core& core, Call& call, const Done& done,
                        const std::function<std::vector<storage::ProjectRecord>(storage::Connection&, Id, std::size_t)>& find)
{
    const auto caller = callerOf(core, call.principal);
    const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
    json::array data;
    Id next = 0;
    auto read = core.read([&](storage::Connection& connection) {
        auto found = find(connection, call.arguments.integerOr("after", 0), limit + 1);
        if (found.size() > limit) {
            found.resize(limit);
            next = found.back().id;
        }
        for (const auto& project : found) {
            const auto standing = standingIn(connection, core, caller, project.id);
            if (standing)
                data.push_back(projectJson(core, *standing));
        }
    });
    if (!read)
        return read;
    return answered(done, listJson(std::move(data), limit, next), next);
}

/// What `show` makes of the project, for whoever has the right.
Result<void> answerOne(Core& core, Call& call, const Done& done, Right right,
                       const std::function<std::string(storage::Connection&, const Standing&)>& show)
{
    const auto where = whereOf(call);
    Result<std::string> out = std::string();
    auto read = core.read([&](storage::Connection& connection) {
        const auto caller = callerOf(core, call.principal);
        const auto found = standingIn(connection, core, caller, where.user, where.project);
        if (!found)
            out = found.error();
        else if (auto good = found->project.state == "deleted" ? Result<void>() : checkRight(*found, caller, right); !good)
            out = good.error();
        else
            out = show(connection, *found);
    });
    if (!read)
        return read;
    if (!out)
        return out.error();
    return answered(done, std::move(*out));
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
    return answerOne(core, call, done, Right::see, [&](storage::Connection& connection, const Standing& standing) {
        return wholeProjectJson(connection, core, standing);
    });
}

Result<void> getConfig(Core& core, Call& call, Done done)
{
    return answerOne(core, call, done, Right::see, [&](storage::Connection& connection, const Standing& standing) {
        return configJson(configOf(connection, standing.project.id), standing.project.isPublic);
    });
}

Result<void> listMembers(Core& core, Call& call, Done done)
{
    const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
    const auto after = call.arguments.integerOr("after", 0);
    Id next = 0;
    return answerOne(
        core, call, [&](const Result<Completed>& shown) { done(shown ? Completed{next, shown->json, false} : Completed()); },
        Right::seeMembers, [&](storage::Connection& connection, const Standing& standing) {
            auto found = ProjectRepository::members(connection, standing.project.id, after, limit + 1);
            if (found.size() > limit) {
                found.resize(limit);
                next = found.back().userId;
            }
            json::array data;
            for (const auto& member : found)
                data.push_back(memberJson(core, member));
            return listJson(std::move(data), limit, next);
        });
}

} // namespace netbit::services::projects
