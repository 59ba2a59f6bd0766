#include "services/issues/Spoken.h"

#include "services/chat/Markdown.h"
#include "services/issues/IssueCore.h"
#include "services/issues/References.h"
#include "services/projects/ProjectJson.h"

#include <algorithm>

namespace netbit::services::issues {

using storage::CommitPlace;
using storage::SpokenRepository;

namespace json = boost::json;

namespace {

/// As a member or a stranger: that he runs the server makes nobody a reader who is to be told.
bool reads(storage::Connection& connection, const Core& core, const TextPlace& place, Id userId)
{
    auto caller = projects::callerOf(core, userId);
    caller.serverAdmin = false;
    if (place.repositoryId != 0) {
        const auto standing = projects::repositoryIn(connection, core, caller, place.repositoryId);
        return standing && standing->may(Right::readCode);
    }
    const auto standing = projects::standingIn(connection, core, caller, place.project->id);
    return standing && standing->may(Right::see);
}

bool readsCode(storage::Connection& connection, const Core& core, const projects::Caller& caller, Id repositoryId)
{
    const auto standing = projects::repositoryIn(connection, core, caller, repositoryId);
    return standing && standing->repository.state != "deleted" && standing->may(Right::readCode);
}

/// The one that the word is the beginning of; of several repositories that have it, the text's own first.
std::optional<CommitPlace> commitOf(storage::Connection& connection, const Core& core, const projects::Caller& writer,
                                    const TextPlace& place, const std::string& word)
{
    constexpr std::size_t most = 20; // forks of one project have the same commits
    std::optional<CommitPlace> out;
    for (auto& found : SpokenRepository::beginningWith(connection, word, place.project ? place.project->id : 0, place.repositoryId, most)) {
        if (!readsCode(connection, core, writer, found.repositoryId))
            continue;
        if (out && out->commitId != found.commitId)
            return std::nullopt; // it may be either
        if (!out || found.repositoryId == place.repositoryId)
            out = std::move(found);
    }
    return out;
}

std::string addressOf(const Core& core, const projects::RepositoryStanding& standing, const std::string& commit)
{
    const auto owner = core.nameOf(standing.repository.ownerId);
    return (standing.project ? "/api/projects/" + owner + '/' + standing.project->project.name : "/api/git/" + owner) + '/' +
           standing.repository.name + "/commits/" + commit;
}

json::array people(const Core& core, const std::vector<Id>& users)
{
    json::array out;
    for (const auto user : users)
        out.push_back(projects::personJson(core, user));
    return out;
}

} // namespace

Spoken keepSpoken(Turn& turn, const TextPlace& place, std::string_view kind, Id sourceId, std::string_view text)
{
    Spoken out;
    for (const auto& name : peopleIn(text)) {
        const auto user = turn.core.users.byName(name);
        if (user && user->state == "active" && user->role != "bot" && reads(turn.connection, turn.core, place, user->id) &&
            std::find(out.users.begin(), out.users.end(), user->id) == out.users.end())
            out.users.push_back(user->id);
    }
    for (const auto& word : commitsIn(text))
        if (auto commit = commitOf(turn.connection, turn.core, turn.caller, place, word))
            if (std::find(out.commits.begin(), out.commits.end(), *commit) == out.commits.end())
                out.commits.push_back(std::move(*commit));
    const auto before = SpokenRepository::users(turn.connection, kind, sourceId);
    for (const auto user : out.users)
        if (std::find(before.begin(), before.end(), user) == before.end())
            out.newUsers.push_back(user);
    SpokenRepository::set(turn.connection, kind, sourceId, out.users, out.commits, turn.time());
    return out;
}

void putMentions(json::object& data, const Core& core, const Spoken& spoken)
{
    data["mentions"] = people(core, spoken.users);
    data["new_mentions"] = people(core, spoken.newUsers);
}

json::array mentionsOf(storage::Connection& connection, const Core& core, std::string_view kind, Id sourceId)
{
    return people(core, SpokenRepository::users(connection, kind, sourceId));
}

std::string spokenHtml(storage::Connection& connection, const Core& core, const projects::Caller& reader, const TextPlace& place,
                       std::string_view kind, Id sourceId, std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> commits; // id and address
    for (const auto& commit : SpokenRepository::commits(connection, kind, sourceId))
        if (readsCode(connection, core, reader, commit.repositoryId))
            if (const auto standing = projects::repositoryIn(connection, core, reader, commit.repositoryId))
                commits.emplace_back(commit.commitId, addressOf(core, *standing, commit.commitId));
    const auto users = SpokenRepository::users(connection, kind, sourceId);
    return chat::htmlOf(text, [&](std::string_view word) -> std::string {
        if (word.front() == '@') {
            const auto user = core.users.byName(word.substr(1));
            const bool named = user && std::find(users.begin(), users.end(), user->id) != users.end();
            return named ? "/api/users/" + std::to_string(user->id) : std::string();
        }
        if (word.find('#') != word.npos) {
            const auto references = referencesIn(word);
            const auto issue = references.size() == 1 ? resolve(connection, core, reader, references.front(), place.project) : std::nullopt;
            const auto project = issue ? storage::ProjectRepository::byId(connection, issue->projectId) : std::nullopt;
            return project ? "/api/projects/" + core.nameOf(project->ownerId) + "/" + project->name + "/issues/" + std::to_string(issue->number)
                           : std::string();
        }
        for (const auto& [id, address] : commits)
            if (id.starts_with(word))
                return address;
        return {};
    });
}

} // namespace netbit::services::issues
