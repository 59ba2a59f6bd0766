#include "services/issues/IssueCore.h"

#include "base/Json.h"
#include "services/issues/Spoken.h"
#include "services/projects/ProjectJson.h"
#include "services/search/Folded.h"
#include "storage/Repositories.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::issues {

using base::fault;
using base::Status;
using storage::Connection;
using storage::IssueRepository;

namespace json = boost::json;

namespace {

std::size_t limitOf(const Call& call) { return static_cast<std::size_t>(call.arguments.integerOr("limit", 50)); }

bool wantsHtml(const Call& call) { return call.arguments.textOr("format", "json") == "html"; }

/// What the query says; a label or user that is not there finds nothing.
Result<storage::IssueFilter> filterOf(Connection& connection, const Core& core, const Call& call, Id projectId)
{
    const auto& args = call.arguments;
    constexpr Id nobody = -1;
    const auto person = [&](std::string_view name) -> Id {
        const auto text = args.textOr(name, {});
        if (text.empty())
            return 0;
        const auto user = text == "me" ? core.users.byId(call.principal->userId()) : core.users.byName(text);
        return user ? user->id : nobody;
    };
    storage::IssueFilter filter{.projectId = projectId,
                                .memberId = call.principal->userId(),
                                .state = std::string(args.textOr("state", "open")),
                                .milestoneId = args.integerOr("milestone", 0),
                                .assigneeId = person("assignee"),
                                .authorId = person("author"),
                                .words = search::foldedUtf8(args.textOr("q", {})),
                                .before = args.integerOr("before", 0),
                                .limit = limitOf(call) + 1};
    if (filter.state == "all")
        filter.state.clear();
    if (const auto name = args.text("label")) {
        const auto label = storage::LabelRepository::byName(connection, projectId, *name);
        filter.labelId = label ? label->id : nobody;
    }
    return filter;
}

Result<std::string> found(Connection& connection, const Core& core, const storage::IssueFilter& filter,
                          const std::function<const storage::ProjectRecord*(Id)>& projectOfId, Id& next)
{
    auto issues = IssueRepository::find(connection, filter);
    const auto limit = filter.limit - 1;
    next = projects::cut(issues, limit, &IssueRecord::id);
    json::array data;
    for (const auto& issue : issues)
        data.push_back(issueJson(connection, core, *projectOfId(issue.projectId), issue, false));
    return projects::listJson(std::move(data), limit, next, "next_before");
}

/// The link as this one may see it; nothing: it is not for him.
std::optional<json::object> linkJson(Connection& connection, const Core& core, const projects::Caller& caller,
                                     const storage::LinkRecord& link)
{
    json::object out{{"kind", link.kind}, {"created_at", base::rfc3339(link.createdAt)}};
    if (link.kind == "message" || link.kind == "origin") {
        if (!storage::ChatRepository::participant(connection, link.placeId, caller.userId))
            return std::nullopt;
        out["chat_id"] = link.placeId;
        out["message_id"] = link.sourceId;
        return out;
    }
    if (link.kind == "commit") {
        const auto repository = projects::repositoryIn(connection, core, caller, link.sourceId);
        if (!repository || repository->repository.state == "deleted")
            return std::nullopt;
        out["repository"] = projects::repositoryJson(core, repository->repository,
                                                     repository->project ? &repository->project->project : nullptr);
        out["commit"] = link.sourceKey;
        return out;
    }
    const auto comment = link.kind == "comment" ? IssueRepository::comment(connection, link.sourceId) : std::nullopt;
    const auto issue = IssueRepository::byId(connection, link.kind == "comment" ? (comment ? comment->issueId : 0) : link.sourceId);
    const auto standing = issue ? Result<Standing>(projects::standingIn(connection, core, caller, issue->projectId))
                                : Result<Standing>(issueNotFound());
    if (!standing || standing->project.state == "deleted")
        return std::nullopt;
    out["issue"] = issueJson(connection, core, standing->project, *issue, false);
    if (comment)
        out["comment_id"] = comment->id;
    return out;
}

/// What a message became or speaks of, as far as the caller may know.
json::array issuesOf(Connection& connection, const Core& core, const projects::Caller& caller, Id messageId)
{
    json::array data;
    for (const auto* const kind : {"origin", "message"})
        for (const auto& link : IssueRepository::linksFrom(connection, kind, messageId, {})) {
            const auto issue = IssueRepository::byId(connection, link.issueId);
            const auto standing =
                issue ? projects::standingIn(connection, core, caller, issue->projectId) : Result<Standing>(issueNotFound());
            if (!standing || standing->project.state == "deleted")
                continue;
            auto shown = issueJson(connection, core, standing->project, *issue, false);
            shown["made_of_it"] = link.kind == "origin";
            data.push_back(std::move(shown));
        }
    return data;
}

} // namespace

Result<void> listIssues(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id& next) -> Result<std::string> {
        const auto standing = projectOf(connection, core, caller, call.arguments, Right::see);
        if (!standing)
            return standing.error();
        const auto filter = filterOf(connection, core, call, standing->project.id);
        return found(connection, core, *filter, [&](Id) { return &standing->project; }, next);
    });
}

Result<void> myIssues(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller&, Id& next) -> Result<std::string> {
        const auto filter = filterOf(connection, core, call, 0);
        std::map<Id, storage::ProjectRecord> known;
        return found(
            connection, core, *filter,
            [&](Id id) {
                auto place = known.find(id);
                if (place == known.end())
                    place = known.emplace(id, storage::ProjectRepository::byId(connection, id).value()).first;
                return &place->second;
            },
            next);
    });
}

Result<void> getIssue(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
        const auto standing = projectOf(connection, core, caller, call.arguments, Right::see);
        if (!standing)
            return standing.error();
        const auto issue = issueIn(connection, standing->project.id, call.arguments);
        if (!issue)
            return issue.error();
        auto shown = issueJson(connection, core, standing->project, *issue, true);
        if (wantsHtml(call))
            shown["html"] = spokenHtml(connection, core, caller, {.project = &standing->project}, "issue", issue->id, issue->body);
        return json::serialize(shown);
    });
}

Result<void> listComments(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id& next) -> Result<std::string> {
        const auto standing = projectOf(connection, core, caller, call.arguments, Right::see);
        if (!standing)
            return standing.error();
        const auto issue = issueIn(connection, standing->project.id, call.arguments);
        if (!issue)
            return issue.error();
        const auto limit = limitOf(call);
        auto comments = IssueRepository::comments(connection, issue->id, call.arguments.integerOr("after", 0), limit + 1);
        next = projects::cut(comments, limit, &storage::IssueCommentRecord::id);
        json::array data;
        for (const auto& comment : comments) {
            auto shown = commentJson(connection, core, comment, issue->number);
            if (wantsHtml(call))
                shown["html"] = spokenHtml(connection, core, caller, {.project = &standing->project}, "comment", comment.id, comment.body);
            data.push_back(std::move(shown));
        }
        return projects::listJson(std::move(data), limit, next);
    });
}

Result<void> listLinks(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
        const auto standing = projectOf(connection, core, caller, call.arguments, Right::see);
        if (!standing)
            return standing.error();
        const auto issue = issueIn(connection, standing->project.id, call.arguments);
        if (!issue)
            return issue.error();
        const auto limit = limitOf(call);
        json::array data;
        for (const auto& link : IssueRepository::linksTo(connection, issue->id, limit))
            if (auto shown = linkJson(connection, core, caller, link))
                data.push_back(std::move(*shown));
        return projects::listJson(std::move(data), limit, 0);
    });
}

Result<void> listActivity(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id& next) -> Result<std::string> {
        const auto standing = projectOf(connection, core, caller, call.arguments, Right::see);
        if (!standing)
            return standing.error();
        const auto limit = limitOf(call);
        auto rows = IssueRepository::activity(connection, standing->project.id, standing->may(Right::readCode), call.arguments.integerOr("before", 0), limit + 1);
        next = projects::cut(rows, limit, &storage::ActivityRecord::id);
        json::array data;
        for (const auto& row : rows)
            data.push_back(json::object{{"id", row.id},
                                        {"actor", projects::personJson(core, row.actorId)},
                                        {"topic", row.topic},
                                        {"number", row.number == 0 ? json::value(nullptr) : json::value(row.number)},
                                        {"title", row.title},
                                        {"data", row.data.empty() ? json::value(nullptr) : base::parseJson(row.data).value()},
                                        {"created_at", base::rfc3339(row.createdAt)}});
        return projects::listJson(std::move(data), limit, next, "next_before");
    });
}

Result<void> listTemplates(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
        const auto standing = projectOf(connection, core, caller, call.arguments, Right::see);
        if (!standing)
            return standing.error();
        json::array data;
        for (const auto& one : projects::configOf(connection, standing->project.id).templates) {
            json::array labels;
            for (const auto& label : one.labels)
                labels.emplace_back(label);
            data.push_back(json::object{{"name", one.name}, {"title", one.title}, {"body", one.body}, {"labels", std::move(labels)}});
        }
        const auto count = data.size();
        return projects::listJson(std::move(data), count, 0);
    });
}

Result<void> issuesOfMessage(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
        const auto chatId = call.arguments.integerOr("id", 0);
        const auto messageId = call.arguments.integerOr("message", 0);
        const auto message = storage::MessageRepository::byId(connection, messageId);
        if (!message || message->chatId != chatId || !storage::ChatRepository::participant(connection, chatId, caller.userId))
            return fault(Status::notFound, "message_not_found", "There is no such message in this chat.");
        auto data = issuesOf(connection, core, caller, messageId);
        const auto count = data.size();
        return projects::listJson(std::move(data), count, 0);
    });
}

Result<void> issuesOfMessages(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
        const auto chatId = call.arguments.integerOr("id", 0);
        if (!storage::ChatRepository::participant(connection, chatId, caller.userId))
            return fault(Status::notFound, "chat_not_found", "There is no such chat, or you are not in it.");
        json::array data;
        for (const auto messageId : call.arguments.ids("ids")) {
            auto issues = issuesOf(connection, core, caller, messageId);
            if (issues.empty()) // most: the message itself is not looked for
                continue;
            if (const auto message = storage::MessageRepository::byId(connection, messageId); message && message->chatId == chatId)
                data.push_back(json::object{{"message_id", messageId}, {"issues", std::move(issues)}});
        }
        const auto count = data.size();
        return projects::listJson(std::move(data), count, 0);
    });
}

} // namespace netbit::services::issues
