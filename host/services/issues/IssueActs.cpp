#include "services/issues/IssueCore.h"
#include "services/issues/References.h"
#include "services/issues/Spoken.h"

#include "services/projects/Acts.h"
#include "services/projects/Refs.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::issues {

using base::fault;
using base::Status;
using storage::IssueRepository;

namespace json = boost::json;

namespace {

std::vector<std::string> textsOf(const operations::Arguments& args, std::string_view name)
{
    const auto views = args.texts(name);
    return {views.begin(), views.end()};
}

base::Error issuesOff() { return fault(Status::forbidden, "issues_off", "This project has no issues, by its settings."); }

base::Error notYours() { return fault(Status::forbidden, "not_allowed", "Your role in this project does not allow that."); }

/// What only those may say of an issue who plan.
bool plans(const operations::Arguments& args)
{
    return args.has("labels") || args.has("assignees") || args.has("milestone_id") || args.has("due_at") || args.has("no_due_date");
}

void answerWith(Turn& turn, const storage::ProjectRecord& project, const IssueRecord& issue)
{
    turn.made = {issue.id, json::serialize(issueJson(turn.connection, turn.core, project, issue, true)), false};
}

} // namespace

Result<void> createIssue(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    NewIssue wanted{.labels = textsOf(args, "labels"),
                    .assignees = args.ids("assignees"),
                    .milestoneId = args.integerOr("milestone_id", 0),
                    .dueAt = args.integerOr("due_at", 0)};
    auto act = [args, wanted](Turn& turn) -> Result<void> {
        const auto standing = projectOf(turn.connection, turn.core, turn.caller, args, Right::openIssue);
        if (!standing)
            return standing.error();
        if (plans(args) && !standing->may(Right::planIssues))
            return notYours();
        const auto config = projects::configOf(turn.connection, standing->project.id);
        if (!config.issues)
            return issuesOff();
        auto next = wanted;
        std::string title(args.textOr("title", {}));
        std::string body(args.textOr("body", {}));
        if (const auto name = args.text("template")) {
            const auto known = std::find_if(config.templates.begin(), config.templates.end(),
                                            [&](const auto& one) { return one.name == *name; });
            if (known == config.templates.end())
                return fault(Status::invalid, "unknown_template", "The project has no such template.", "/template");
            title = args.has("title") ? title : known->title;
            body = args.has("body") ? body : known->body;
            if (!args.has("labels")) // those of them that there are
                for (const auto& label : known->labels)
                    if (storage::LabelRepository::byName(turn.connection, standing->project.id, label))
                        next.labels.push_back(label);
        }
        auto goodTitle = checkTitle(title);
        if (!goodTitle)
            return goodTitle.error();
        auto goodBody = checkBody(body, true);
        if (!goodBody)
            return goodBody.error();
        next.title = std::move(*goodTitle);
        next.body = std::move(*goodBody);
        const auto issue = insertIssue(turn, standing->project, next);
        if (!issue)
            return issue.error();
        tellOf(turn, standing->project, *issue, "issue.created", bornWith(turn, issue->id));
        answerWith(turn, standing->project, *issue);
        return {};
    };
    return projects::submit(core, "issues.create", call, std::move(act), std::move(done));
}

Result<void> updateIssue(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    if (!args.has("title") && !args.has("body") && !args.has("state") && !plans(args))
        return projects::nothingToChange();
    auto act = [args, ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        const auto standing = projectOf(turn.connection, turn.core, turn.caller, args, Right::openIssue);
        // Who plans need not be one who opens: the server's admin.
        const auto planning = standing ? standing : projectOf(turn.connection, turn.core, turn.caller, args, Right::planIssues);
        if (!planning)
            return standing.error();
        auto found = issueIn(turn.connection, planning->project.id, args);
        if (!found)
            return found.error();
        auto& issue = *found;
        const auto& project = planning->project;
        const bool own = standing && issue.authorId == turn.caller.userId;
        if (!planning->may(Right::planIssues) && (plans(args) || !own))
            return notYours();
        if (auto match = projects::checkIfMatch(
                ifMatch, json::serialize(issueJson(turn.connection, turn.core, project, issue, true)));
            !match)
            return match;
        const auto before = issue;
        if (const auto text = args.text("title")) {
            auto title = checkTitle(*text);
            if (!title)
                return title.error();
            issue.title = std::move(*title);
        }
        if (const auto text = args.text("body")) {
            auto body = checkBody(*text, true);
            if (!body)
                return body.error();
            issue.body = std::move(*body);
        }
        issue.milestoneId = args.integerOr("milestone_id", issue.milestoneId);
        if (auto good = checkMilestone(turn.connection, project.id, issue.milestoneId); !good)
            return good;
        issue.dueAt = args.flag("no_due_date").value_or(false) ? 0 : args.integerOr("due_at", issue.dueAt);
        if (args.has("labels"))
            if (auto good = setLabels(turn, project.id, issue.id, textsOf(args, "labels")); !good)
                return good;
        json::array assigned; // who was not before
        if (args.has("assignees")) {
            const auto had = IssueRepository::assigneesOf(turn.connection, issue.id);
            for (const auto user : args.ids("assignees"))
                if (std::find(had.begin(), had.end(), user) == had.end())
                    assigned.emplace_back(user);
            if (auto good = setAssignees(turn, project, issue.id, args.ids("assignees")); !good)
                return good;
        }
        json::object more;
        if (issue.title != before.title || issue.body != before.body) {
            putMentions(more, turn.core, keepSpoken(turn, {.project = &project}, "issue", issue.id, issue.title + "\n" + issue.body));
            issue.folded = foldedOf(issue.title, issue.body);
            linkText(turn, &project, project.id, issue.title + "\n" + issue.body, "issue", issue.id, issue.id);
        }
        if (args.has("title") || args.has("body") || plans(args)) {
            issue.updatedAt = turn.time();
            IssueRepository::update(turn.connection, issue);
            issue.folded.clear();
            if (!assigned.empty())
                more["assigned"] = std::move(assigned);
            tellOf(turn, project, issue, "issue.updated", std::move(more));
        }
        if (const auto state = args.text("state"))
            setState(turn, project, issue, *state);
        answerWith(turn, project, issue);
        return {};
    };
    return projects::submit(core, "issues.update", call, std::move(act), std::move(done));
}

Result<void> addComment(Core& core, Call& call, Done done)
{
    auto body = checkBody(call.arguments.textOr("body", {}), false);
    if (!body)
        return body.error();
    auto act = [args = call.arguments, text = std::move(*body)](Turn& turn) -> Result<void> {
        const auto standing = projectOf(turn.connection, turn.core, turn.caller, args, Right::openIssue);
        if (!standing)
            return standing.error();
        auto issue = issueIn(turn.connection, standing->project.id, args);
        if (!issue)
            return issue.error();
        storage::IssueCommentRecord comment{.issueId = issue->id,
                                            .authorId = turn.caller.userId,
                                            .body = text,
                                            .createdAt = turn.time(),
                                            .folded = foldedOf({}, text)};
        comment.id = IssueRepository::insertComment(turn.connection, comment);
        ++issue->commentCount;
        issue->updatedAt = turn.time();
        IssueRepository::update(turn.connection, *issue);
        linkText(turn, &standing->project, standing->project.id, text, "comment", comment.id, issue->id);
        json::object more;
        putMentions(more, turn.core, keepSpoken(turn, {.project = &standing->project}, "comment", comment.id, text));
        auto shown = commentJson(turn.connection, turn.core, comment, issue->number);
        turn.made = {comment.id, json::serialize(shown), false};
        more["comment"] = std::move(shown);
        tellOf(turn, standing->project, *issue, "issue.commented", std::move(more));
        return {};
    };
    return projects::submit(core, "issues.comment", call, std::move(act), std::move(done));
}

namespace {

struct FoundComment {
    Standing standing;
    IssueRecord issue;
    storage::IssueCommentRecord comment;
};

/// One that the caller may change: his own, or any for who plans.
Result<FoundComment> commentFor(Turn& turn, const operations::Arguments& args, bool others)
{
    auto standing = projectOf(turn.connection, turn.core, turn.caller, args, Right::see);
    if (!standing)
        return standing.error();
    auto issue = issueIn(turn.connection, standing->project.id, args);
    if (!issue)
        return issue.error();
    auto comment = IssueRepository::comment(turn.connection, args.integerOr("comment", 0));
    if (!comment || comment->issueId != issue->id)
        return fault(Status::notFound, "comment_not_found", "There is no such comment on this issue.");
    const bool own = comment->authorId == turn.caller.userId && standing->may(Right::openIssue);
    if (!own && !(others && standing->may(Right::planIssues)))
        return notYours();
    if (standing->project.state != "active")
        return fault(Status::conflict, "project_archived", "This project is archived.");
    return FoundComment{std::move(*standing), std::move(*issue), std::move(*comment)};
}

} // namespace

Result<void> editComment(Core& core, Call& call, Done done)
{
    auto body = checkBody(call.arguments.textOr("body", {}), false);
    if (!body)
        return body.error();
    auto act = [args = call.arguments, text = std::move(*body)](Turn& turn) -> Result<void> {
        auto found = commentFor(turn, args, false);
        if (!found)
            return found.error();
        auto& comment = found->comment;
        comment.body = text;
        comment.editedAt = turn.time();
        comment.folded = foldedOf({}, text);
        IssueRepository::updateComment(turn.connection, comment);
        linkText(turn, &found->standing.project, found->standing.project.id, text, "comment", comment.id, found->issue.id);
        json::object more;
        putMentions(more, turn.core, keepSpoken(turn, {.project = &found->standing.project}, "comment", comment.id, text));
        auto shown = commentJson(turn.connection, turn.core, comment, found->issue.number);
        turn.made = {comment.id, json::serialize(shown), false};
        more["comment"] = std::move(shown);
        tellOf(turn, found->standing.project, found->issue, "issue.comment_edited", std::move(more));
        return {};
    };
    return projects::submit(core, "issues.edit_comment", call, std::move(act), std::move(done));
}

Result<void> deleteComment(Core& core, Call& call, Done done)
{
    auto act = [args = call.arguments](Turn& turn) -> Result<void> {
        auto found = commentFor(turn, args, true);
        if (!found)
            return found.error();
        IssueRepository::removeComment(turn.connection, found->comment.id);
        IssueRepository::unlink(turn.connection, "comment", found->comment.id);
        --found->issue.commentCount;
        IssueRepository::update(turn.connection, found->issue);
        turn.made.id = found->comment.id;
        tellOf(turn, found->standing.project, found->issue, "issue.comment_deleted", {{"comment_id", found->comment.id}});
        return {};
    };
    return projects::submit(core, "issues.delete_comment", call, std::move(act), std::move(done));
}

namespace {

/// To speak of another project's issue does not close it.
void closeIfMay(Turn& turn, IssueRecord& issue, json::object by)
{
    if (issue.state == "closed")
        return;
    const auto standing = projects::standingIn(turn.connection, turn.core, turn.caller, issue.projectId);
    if (standing && projects::checkRight(*standing, turn.caller, Right::planIssues))
        setState(turn, standing->project, issue, "closed", std::move(by));
}

} // namespace

Result<void> closeNamed(Turn& turn, Id projectId, std::string_view text, const json::object& by)
{
    const auto project = storage::ProjectRepository::byId(turn.connection, projectId);
    for (const auto& reference : referencesIn(text))
        if (reference.closes)
            if (auto issue = resolve(turn.connection, turn.core, turn.caller, reference, project ? &*project : nullptr))
                closeIfMay(turn, *issue, by);
    return {};
}

Result<void> lookIntoPush(Turn& turn, const projects::Pushed& pushed)
{
    const auto& repository = pushed.repository;
    const auto project =
        repository.projectId != 0 ? storage::ProjectRepository::byId(turn.connection, repository.projectId) : std::nullopt;
    for (const auto& item : *pushed.updated) {
        const auto& update = item.get_object();
        const auto ref = projects::refOf(update);
        const auto* const commits = update.if_contains("commits");
        if (!commits || ref.deletes)
            continue;
        for (const auto& commit : commits->get_array())
            storage::SpokenRepository::know(turn.connection, {repository.id, std::string(commit.at("id").get_string())});
        const bool closing = ref.name == "refs/heads/" + repository.defaultBranch;
        // The oldest first, as they were made: the newest stands first in a push.
        for (auto it = commits->get_array().rbegin(); it != commits->get_array().rend(); ++it) {
            const auto& commit = it->get_object();
            const std::string sha(commit.at("id").get_string());
            for (const auto& reference : referencesIn(commit.at("message").get_string())) {
                auto issue = resolve(turn.connection, turn.core, turn.caller, reference, project ? &*project : nullptr);
                if (!issue)
                    continue;
                IssueRepository::link(turn.connection, {.issueId = issue->id,
                                                        .kind = "commit",
                                                        .sourceId = repository.id,
                                                        .sourceKey = sha,
                                                        .placeId = repository.projectId,
                                                        .createdAt = turn.time()});
                if (closing && reference.closes)
                    closeIfMay(turn, *issue, {{"commit", json::object{{"repository_id", repository.id}, {"id", sha}}}});
            }
        }
    }
    return {};
}

} // namespace netbit::services::issues
