#include "services/issues/IssueCore.h"

#include "services/issues/References.h"
#include "services/issues/Spoken.h"
#include "services/projects/ProjectJson.h"
#include "services/search/Folded.h"
#include "storage/NumberRepository.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::issues {

using base::fault;
using base::Status;
using projects::idOrNull;
using projects::timeOrNull;
using storage::Connection;
using storage::IssueRepository;

namespace json = boost::json;

base::Error issueNotFound() { return fault(Status::notFound, "issue_not_found", "There is no such issue in this project."); }

Result<Standing> projectOf(Connection& connection, const Core& core, const projects::Caller& caller,
                           const operations::Arguments& arguments, Right right)
{
    return projects::standingWith(connection, core, caller, arguments.textOr("user", {}), arguments.textOr("project", {}), right);
}

Result<IssueRecord> issueIn(Connection& connection, Id projectId, const operations::Arguments& arguments)
{
    auto issue = IssueRepository::byNumber(connection, projectId, arguments.integerOr("number", 0));
    if (!issue)
        return issueNotFound();
    return std::move(*issue);
}

std::optional<IssueRecord> resolve(Connection& connection, const Core& core, const projects::Caller& caller,
                                   const Reference& reference, const storage::ProjectRecord* context)
{
    if (reference.project.empty())
        return context ? IssueRepository::byNumber(connection, context->id, reference.number) : std::nullopt;
    const auto look = [&](std::string_view owner) -> std::optional<IssueRecord> {
        const auto standing = projects::standingIn(connection, core, caller, owner, reference.project);
        if (!standing || standing->project.state == "deleted")
            return std::nullopt;
        return IssueRepository::byNumber(connection, standing->project.id, reference.number);
    };
    if (!reference.owner.empty())
        return look(reference.owner);
    if (context)
        if (auto found = look(core.nameOf(context->ownerId)))
            return found;
    // Of the projects that he is in, the one of that name: if there are two, it says nothing.
    const auto named = storage::ProjectRepository::namedOfMember(connection, caller.userId, reference.project);
    return named.size() == 1 ? IssueRepository::byNumber(connection, named.front(), reference.number) : std::nullopt;
}

json::object labelJson(const storage::LabelRecord& label)
{
    return {{"id", label.id}, {"name", label.name}, {"colour", label.colour}, {"description", label.description}};
}

json::object milestoneJson(const storage::MilestoneRecord& milestone)
{
    return {{"id", milestone.id},
            {"title", milestone.title},
            {"description", milestone.description},
            {"due_at", timeOrNull(milestone.dueAt)},
            {"state", milestone.state},
            {"open_issues", milestone.openIssues},
            {"closed_issues", milestone.closedIssues}};
}

json::object issueJson(Connection& connection, const Core& core, const storage::ProjectRecord& project, const IssueRecord& issue,
                       bool withBody)
{
    const auto owner = core.nameOf(project.ownerId);
    json::array labels;
    for (const auto& label : IssueRepository::labelsOf(connection, issue.id))
        labels.push_back(labelJson(label));
    json::array assignees;
    for (const auto user : IssueRepository::assigneesOf(connection, issue.id))
        assignees.push_back(projects::personJson(core, user));
    json::object out{{"id", issue.id},
                     {"project_id", project.id},
                     {"owner", owner},
                     {"project", project.name},
                     {"number", issue.number},
                     {"reference", project.name + "#" + std::to_string(issue.number)},
                     {"url", "/api/projects/" + owner + "/" + project.name + "/issues/" + std::to_string(issue.number)},
                     {"title", issue.title},
                     {"state", issue.state},
                     {"author", projects::personJson(core, issue.authorId)},
                     {"labels", std::move(labels)},
                     {"milestone_id", idOrNull(issue.milestoneId)},
                     {"assignees", std::move(assignees)},
                     {"due_at", timeOrNull(issue.dueAt)},
                     {"comment_count", issue.commentCount},
                     {"created_at", base::rfc3339(issue.createdAt)},
                     {"updated_at", base::rfc3339(issue.updatedAt)},
                     {"closed_at", timeOrNull(issue.closedAt)},
                     {"closed_by", issue.closedBy == 0 ? json::value(nullptr) : json::value(projects::personJson(core, issue.closedBy))}};
    if (withBody) {
        out["body"] = issue.body;
        out["mentions"] = mentionsOf(connection, core, "issue", issue.id);
    }
    return out;
}

json::object commentJson(Connection& connection, const Core& core, const storage::IssueCommentRecord& comment, std::int64_t number)
{
    return {{"id", comment.id},
            {"number", number},
            {"author", projects::personJson(core, comment.authorId)},
            {"body", comment.body},
            {"mentions", mentionsOf(connection, core, "comment", comment.id)},
            {"created_at", base::rfc3339(comment.createdAt)},
            {"edited_at", timeOrNull(comment.editedAt)}};
}

void tellOf(Turn& turn, const storage::ProjectRecord& project, const IssueRecord& issue, std::string_view topic, json::object more)
{
    turn.note(project.id, topic, issue.number, issue.title);
    auto data = issueJson(turn.connection, turn.core, project, issue, false);
    for (auto& member : more)
        data[member.key()] = member.value();
    turn.tell(topic, project.id, issue.id, json::serialize(data));
}

json::object bornWith(Turn& turn, Id issueId)
{
    const auto mentions = mentionsOf(turn.connection, turn.core, "issue", issueId);
    return {{"mentions", mentions}, {"new_mentions", mentions}};
}

void linkText(Turn& turn, const storage::ProjectRecord* context, Id placeId, std::string_view text, std::string_view kind,
              Id sourceId, Id self)
{
    IssueRepository::unlink(turn.connection, kind, sourceId); // what it says now is what holds
    for (const auto& reference : referencesIn(text))
        if (const auto found = resolve(turn.connection, turn.core, turn.caller, reference, context); found && found->id != self)
            IssueRepository::link(turn.connection, {.issueId = found->id,
                                                    .kind = std::string(kind),
                                                    .sourceId = sourceId,
                                                    .placeId = placeId,
                                                    .createdAt = turn.time()});
}

Result<std::string> checkTitle(std::string_view title)
{
    const auto first = title.find_first_not_of(" \t");
    if (first == title.npos || title.size() > maxTitleBytes || title.find_first_of("\r\n") != title.npos)
        return fault(Status::invalid, "invalid_title", "A title is one line of 1 to 300 bytes.", "/title");
    return std::string(title.substr(first, title.find_last_not_of(" \t") - first + 1));
}

Result<std::string> checkBody(std::string_view body, bool mayBeEmpty)
{
    if (body.size() > maxBodyBytes || (!mayBeEmpty && body.find_first_not_of(" \t\r\n") == body.npos))
        return fault(Status::invalid, "invalid_body", mayBeEmpty ? "It has at most 65,536 bytes." : "It has 1 to 65,536 bytes, some to be seen.",
                     "/body");
    return std::string(body);
}

std::string foldedOf(std::string_view title, std::string_view body)
{
    return search::foldedUtf8(std::string(title) + "\n" + std::string(body));
}

Result<void> setLabels(Turn& turn, Id projectId, Id issueId, const std::vector<std::string>& names)
{
    if (names.size() > maxLabels)
        return fault(Status::invalid, "out_of_range", "An issue has at most 50 labels.", "/labels");
    std::vector<Id> ids;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto label = storage::LabelRepository::byName(turn.connection, projectId, names[i]);
        if (!label)
            return fault(Status::invalid, "unknown_label", "The project has no such label.", "/labels/" + std::to_string(i));
        ids.push_back(label->id);
    }
    IssueRepository::setLabels(turn.connection, issueId, ids);
    return {};
}

Result<void> setAssignees(Turn& turn, const storage::ProjectRecord& project, Id issueId, const std::vector<Id>& users)
{
    if (users.size() > maxAssignees)
        return fault(Status::invalid, "out_of_range", "An issue has at most 20 assignees.", "/assignees");
    for (std::size_t i = 0; i < users.size(); ++i)
        if (!storage::ProjectRepository::member(turn.connection, project.id, users[i]))
            return fault(Status::invalid, "unknown_member", "This user is no member of the project.",
                         "/assignees/" + std::to_string(i));
    IssueRepository::setAssignees(turn.connection, issueId, users);
    return {};
}

Result<void> checkMilestone(Connection& connection, Id projectId, Id milestoneId)
{
    const auto milestone = milestoneId == 0 ? std::nullopt : storage::MilestoneRepository::byId(connection, milestoneId);
    if (milestoneId != 0 && (!milestone || milestone->projectId != projectId))
        return fault(Status::invalid, "unknown_milestone", "The project has no such milestone.", "/milestone_id");
    return {};
}

Result<IssueRecord> insertIssue(Turn& turn, const storage::ProjectRecord& project, const NewIssue& wanted)
{
    if (auto good = checkMilestone(turn.connection, project.id, wanted.milestoneId); !good)
        return good.error();
    IssueRecord issue{.projectId = project.id,
                      .number = storage::NumberRepository::next(turn.connection, project.id, 0),
                      .title = wanted.title,
                      .body = wanted.body,
                      .authorId = turn.caller.userId,
                      .milestoneId = wanted.milestoneId,
                      .dueAt = wanted.dueAt,
                      .createdAt = turn.time(),
                      .updatedAt = turn.time(),
                      .folded = foldedOf(wanted.title, wanted.body)};
    issue.id = IssueRepository::insert(turn.connection, issue);
    if (auto good = setLabels(turn, project.id, issue.id, wanted.labels); !good)
        return good.error();
    if (auto good = setAssignees(turn, project, issue.id, wanted.assignees); !good)
        return good.error();
    linkText(turn, &project, project.id, wanted.title + "\n" + wanted.body, "issue", issue.id, issue.id);
    keepSpoken(turn, {.project = &project}, "issue", issue.id, wanted.title + "\n" + wanted.body);
    return issue;
}

void setState(Turn& turn, const storage::ProjectRecord& project, IssueRecord& issue, std::string_view state, json::object more)
{
    if (issue.state == state)
        return;
    issue.state = state;
    issue.closedAt = state == "closed" ? turn.time() : 0;
    issue.closedBy = state == "closed" ? turn.caller.userId : 0;
    issue.updatedAt = turn.time();
    IssueRepository::update(turn.connection, issue);
    tellOf(turn, project, issue, state == "closed" ? "issue.closed" : "issue.reopened", std::move(more));
}

} // namespace netbit::services::issues
