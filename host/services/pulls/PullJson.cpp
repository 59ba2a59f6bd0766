#include "services/pulls/PullJson.h"

#include "base/Time.h"
#include "services/issues/Spoken.h"
#include "services/projects/ProjectJson.h"

namespace netbit::services::pulls {

namespace json = boost::json;

using projects::idOrNull;
using projects::personJson;
using projects::timeOrNull;

namespace {

json::array peopleJson(const Core& core, const std::vector<Id>& ids)
{
    json::array out;
    for (const auto id : ids)
        out.push_back(personJson(core, id));
    return out;
}

json::array textsJson(const std::vector<std::string>& texts)
{
    json::array out;
    for (const auto& text : texts)
        out.emplace_back(text);
    return out;
}

json::value textOrNull(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

} // namespace

json::object pullJson(const Core& core, const RepositoryStanding& repository, const PullRecord& pull)
{
    const auto owner = core.nameOf(repository.repository.ownerId);
    const auto place = (repository.project ? "/api/projects/" + owner + '/' + repository.project->project.name : "/api/git/" + owner) +
                       '/' + repository.repository.name;
    return {{"id", pull.id},
            {"number", pull.number},
            {"repository_id", pull.repositoryId},
            {"url", place + "/pulls/" + std::to_string(pull.number)},
            {"title", pull.title},
            {"body", pull.body},
            {"state", pull.state},
            {"draft", pull.draft},
            {"author", personJson(core, pull.authorId)},
            {"base", json::object{{"branch", pull.baseBranch}, {"id", pull.baseCommit}}},
            {"head", json::object{{"repository_id", idOrNull(pull.headRepositoryId)}, {"branch", pull.headBranch}, {"id", pull.headCommit}}},
            {"created_at", base::rfc3339(pull.createdAt)},
            {"updated_at", base::rfc3339(pull.updatedAt)},
            {"closed_at", timeOrNull(pull.closedAt)},
            {"closed_by", pull.closedBy == 0 ? json::value(nullptr) : json::value(personJson(core, pull.closedBy))},
            {"merge_method", textOrNull(pull.mergeMethod)},
            {"merge_commit", textOrNull(pull.mergeCommit)}};
}

json::object wholePullJson(storage::Connection& connection, const Core& core, const Found& found)
{
    auto out = pullJson(core, found.repository, found.pull);
    const auto judgement = judge(connection, core, found);
    json::array blockers;
    for (const auto& blocker : judgement.blockers)
        blockers.push_back(json::object{{"code", blocker.code}, {"detail", blocker.detail}});
    json::array statuses;
    for (const auto& status : storage::PullRepository::statuses(connection, found.pull.repositoryId, found.pull.headCommit))
        statuses.push_back(statusJson(core, status));
    out["mentions"] = issues::mentionsOf(connection, core, "pull", found.pull.id);
    out["requested_reviewers"] = peopleJson(core, storage::PullRepository::reviewers(connection, found.pull.id));
    out["required_approvals"] = judgement.requiredApprovals;
    out["approved_by"] = peopleJson(core, judgement.approvedBy);
    out["changes_requested_by"] = peopleJson(core, judgement.changesRequestedBy);
    out["required_statuses"] = textsJson(judgement.requiredStatuses);
    out["statuses"] = std::move(statuses);
    out["merge_methods"] = textsJson(judgement.methods);
    out["blocked_by"] = std::move(blockers);
    return out;
}

json::object reviewJson(const Core& core, const storage::ReviewRecord& review)
{
    return {{"id", review.id},
            {"reviewer", personJson(core, review.reviewerId)},
            {"verdict", review.verdict},
            {"body", review.body},
            {"head_id", review.headCommit},
            {"dismissed", review.dismissed},
            {"created_at", base::rfc3339(review.createdAt)}};
}

json::object commentJson(const Core& core, const storage::PullCommentRecord& comment)
{
    json::object out{{"id", comment.id},
                     {"author", personJson(core, comment.authorId)},
                     {"body", comment.deletedAt != 0 ? std::string_view() : std::string_view(comment.body)},
                     {"reply_to", idOrNull(comment.replyTo)},
                     {"place", nullptr},
                     {"created_at", base::rfc3339(comment.createdAt)},
                     {"edited_at", timeOrNull(comment.editedAt)},
                     {"deleted_at", timeOrNull(comment.deletedAt)}};
    if (!comment.path.empty())
        out["place"] = json::object{{"path", comment.path}, {"side", comment.side}, {"line", comment.line}, {"commit", comment.commitId}};
    return out;
}

json::object statusJson(const Core& core, const storage::StatusRecord& status)
{
    return {{"commit", status.commitId},
            {"context", status.context},
            {"state", status.state},
            {"target_url", textOrNull(status.targetUrl)},
            {"description", status.description},
            {"creator", personJson(core, status.creatorId)},
            {"created_at", base::rfc3339(status.createdAt)},
            {"updated_at", base::rfc3339(status.updatedAt)}};
}

} // namespace netbit::services::pulls
