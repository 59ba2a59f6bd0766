#include "services/projects/ProjectJson.h"

#include "base/Json.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::projects {

namespace json = boost::json;

namespace {

constexpr std::size_t shownRepositories = 100;

json::value roleOrNull(Role role)
{
    if (role < Role::guest)
        return nullptr;
    return json::string(nameOf(role));
}

} // namespace

json::value timeOrNull(base::Millis time)
{
    if (time == 0)
        return nullptr;
    return json::string(base::rfc3339(time));
}

json::value idOrNull(Id id) { return id == 0 ? json::value(nullptr) : json::value(id); }

std::string listJson(json::array data, std::size_t limit, Id next, std::string_view cursor)
{
    json::object pagination{{"limit", limit}};
    pagination[cursor] = idOrNull(next);
    return json::serialize(json::object{{"data", std::move(data)}, {"pagination", std::move(pagination)}});
}

json::object personJson(const Core& core, Id userId) { return {{"id", userId}, {"username", core.nameOf(userId)}}; }

json::object projectJson(const Core& core, const storage::ProjectRecord& project)
{
    const auto owner = core.nameOf(project.ownerId);
    return {{"id", project.id},
            {"name", project.name},
            {"owner_id", project.ownerId},
            {"owner", owner},
            {"url", "/api/projects/" + owner + "/" + project.name},
            {"description", project.description},
            {"is_public", project.isPublic},
            {"state", project.state},
            {"chat_id", idOrNull(project.chatId)},
            {"created_at", base::rfc3339(project.createdAt)},
            {"updated_at", base::rfc3339(project.updatedAt)},
            {"deleted_at", timeOrNull(project.deletedAt)}};
}

json::object projectJson(const Core& core, const Standing& standing)
{
    auto out = projectJson(core, standing.project);
    out["role"] = roleOrNull(standing.role);
    out["may"] = json::object{{"open_issue", standing.may(Right::openIssue)},
                              {"plan_issues", standing.may(Right::planIssues)},
                              {"read_code", standing.may(Right::readCode)},
                              {"push", standing.may(Right::push)},
                              {"create_repository", standing.may(Right::createRepository)},
                              {"configure", standing.may(Right::configure)},
                              {"manage_members", standing.may(Right::manageMembers)},
                              {"dispose", standing.may(Right::dispose)}};
    return out;
}

std::string wholeProjectJson(storage::Connection& connection, const Core& core, const Standing& standing)
{
    const auto& project = standing.project;
    json::array repositories;
    // Of a private one, whoever may not read code sees no repository; of a public one, strangers see what is public.
    const bool member = projects::may(Right::readCode, standing.role, false, standing.serverAdmin);
    if (member || standing.may(Right::readCode))
        for (const auto& repository :
             storage::RepoRepository::ofProject(connection, project.id, 0, shownRepositories, !member))
            repositories.push_back(repositoryJson(core, repository, &project));
    const auto config = base::parseJson(configJson(configOf(connection, project.id), project.isPublic));
    return json::serialize(json::object{{"project", projectJson(core, standing)},
                                        {"repositories", std::move(repositories)},
                                        {"config", *config},
                                        {"owner", personJson(core, project.ownerId)}});
}

json::object memberJson(const Core& core, const storage::ProjectMemberRecord& member)
{
    return {{"project_id", member.projectId},
            {"user_id", member.userId},
            {"username", core.nameOf(member.userId)},
            {"role", member.role},
            {"joined_at", base::rfc3339(member.joinedAt)}};
}

json::object repositoryJson(const Core& core, const storage::RepositoryRecord& repository,
                            const storage::ProjectRecord* project, bool withMirror)
{
    const auto owner = core.nameOf(repository.ownerId);
    const auto place = owner + (project ? "/" + project->name : std::string()) + "/" + repository.name;
    return {{"id", repository.id},
            {"name", repository.name},
            {"owner_id", repository.ownerId},
            {"owner", owner},
            {"project_id", idOrNull(repository.projectId)},
            {"project", project ? json::value(project->name) : json::value(nullptr)},
            {"url", project ? "/api/projects/" + place : "/api/repos/" + repository.name},
            {"clone_url", "/git/" + place + ".git"},
            {"description", repository.description},
            {"is_public", repository.isPublic},
            {"default_branch", repository.defaultBranch},
            {"state", repository.state},
            {"forked_from", idOrNull(repository.forkedFrom)},
            {"mirror_url", withMirror && !repository.mirrorUrl.empty() ? json::value(repository.mirrorUrl) : json::value(nullptr)},
            {"size_bytes", repository.sizeBytes},
            {"created_at", base::rfc3339(repository.createdAt)},
            {"updated_at", base::rfc3339(repository.updatedAt)},
            {"deleted_at", timeOrNull(repository.deletedAt)}};
}

} // namespace netbit::services::projects
