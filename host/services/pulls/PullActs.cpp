#include "services/issues/Spoken.h"
#include "services/projects/ProjectJson.h"
#include "services/pulls/PullJson.h"
#include "storage/NumberRepository.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::services::pulls {

using base::fault;
using base::Result;
using base::Status;
using storage::PullRepository;

namespace json = boost::json;

namespace {

constexpr std::size_t mostReviewers = 50;

/// Both are the same repository, or one comes from the other, or both from a third.
bool related(const storage::RepositoryRecord& one, const storage::RepositoryRecord& other)
{
    return one.id == other.id || one.forkedFrom == other.id || other.forkedFrom == one.id ||
           (one.forkedFrom != 0 && one.forkedFrom == other.forkedFrom);
}

issues::Spoken keepSpoken(Turn& turn, const Found& found)
{
    return issues::keepSpoken(turn, placeOf(found.repository), "pull", found.pull.id, found.pull.title + '\n' + found.pull.body);
}

Result<void> open(Turn& turn, const Where& where, PullRecord wanted, const std::vector<std::string>& commits)
{
    const auto base = repositoryAt(turn.connection, turn.core, turn.caller, where);
    if (!base)
        return base.error();
    if (auto good = projects::checkRight(*base, turn.caller, Right::openPull); !good)
        return good;
    const auto& repository = base->repository;
    if (base->project && !projects::configOf(turn.connection, base->project->project.id).pullRequests)
        return fault(Status::conflict, "pull_requests_off", "This project takes no pull requests.");
    if (wanted.headRepositoryId == 0)
        wanted.headRepositoryId = repository.id;
    if (wanted.headRepositoryId != repository.id) {
        const auto head = projects::repositoryIn(turn.connection, turn.core, turn.caller, wanted.headRepositoryId);
        if (!head)
            return fault(Status::invalid, "head_not_found", "There is no such repository, or you may not read it.", "/head_repository_id");
        if (!related(repository, head->repository))
            return fault(Status::invalid, "not_a_fork", "The head must be in this repository or in a fork of it.", "/head_repository_id");
    } else if (wanted.headBranch == wanted.baseBranch) {
        return fault(Status::invalid, "same_branch", "A branch is not merged into itself.", "/head");
    }
    if (PullRepository::open(turn.connection, repository.id, wanted.baseBranch, wanted.headRepositoryId, wanted.headBranch))
        return fault(Status::conflict, "pull_exists", "There is an open pull request of this head into this base.");
    wanted.repositoryId = repository.id;
    wanted.authorId = turn.caller.userId;
    wanted.createdAt = wanted.updatedAt = turn.time();
    wanted.number = storage::NumberRepository::next(turn.connection, repository.projectId, repository.id);
    wanted.id = PullRepository::insert(turn.connection, wanted);
    for (const auto& commit : commits)
        PullRepository::addCommit(turn.connection, repository.id, commit, wanted.id);
    const Found found{*base, wanted};
    auto shown = pullJson(turn.core, found.repository, found.pull);
    issues::putMentions(shown, turn.core, keepSpoken(turn, found));
    tell(turn, found.repository, "pull.opened", wanted.id, json::serialize(shown));
    turn.made = {wanted.number, json::serialize(wholePullJson(turn.connection, turn.core, found)), false};
    return {};
}

} // namespace

Where whereOf(const Call& call)
{
    return {std::string(call.arguments.textOr("user", {})), std::string(call.arguments.textOr("project", {})),
            std::string(call.arguments.textOr("repo", {})), call.arguments.integerOr("number", 0)};
}

Result<RepositoryStanding> repositoryAt(storage::Connection& connection, const Core& core, const Caller& caller, const Where& where)
{
    auto found = projects::repositoryIn(connection, core, caller, where.user, where.project, where.repository);
    if (found && found->repository.state == "deleted")
        return projects::repositoryNotFound();
    return found;
}

Result<Found> pullAt(storage::Connection& connection, const Core& core, const Caller& caller, const Where& where)
{
    auto repository = repositoryAt(connection, core, caller, where);
    if (!repository)
        return repository.error();
    auto pull = PullRepository::byNumber(connection, repository->repository.id, where.number);
    if (!pull)
        return fault(Status::notFound, "pull_not_found", "There is no such pull request.");
    return Found{std::move(*repository), std::move(*pull)};
}

Result<Found> pullWith(Turn& turn, const Where& where, Right right)
{
    auto found = pullAt(turn.connection, turn.core, turn.caller, where);
    if (!found)
        return found;
    if (auto good = projects::checkRight(found->repository, turn.caller, right); !good)
        return good.error();
    return found;
}

Result<void> mayChange(const Found& found, const Caller& caller)
{
    if (found.pull.authorId == caller.userId)
        return {};
    return projects::checkRight(found.repository, caller, Right::push);
}

Result<void> checkTitle(std::string_view title)
{
    const bool blank = title.find_first_not_of(" \t\r\n") == title.npos;
    if (blank || title.size() > 256 || title.find_first_of("\r\n") != title.npos)
        return fault(Status::invalid, "invalid_title", "It must be one line of 1 to 256 bytes.", "/title");
    return {};
}

Result<void> checkBody(std::string_view body, std::string_view pointer)
{
    if (body.size() > 64 * 1024)
        return fault(Status::invalid, "too_long", "It has at most 64 KiB.", std::string(pointer));
    return {};
}

bool isCommitId(std::string_view text)
{
    return text.size() == 40 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

void tell(Turn& turn, const RepositoryStanding& standing, std::string_view topic, Id objectId, const std::string& data)
{
    const auto& repository = standing.repository;
    if (standing.project && (repository.isPublic || !standing.project->project.isPublic)) {
        // What was pushed to its head has a line of its own.
        if (const auto pull = topic.starts_with("pull.") && topic != "pull.pushed" ? PullRepository::byId(turn.connection, objectId) : std::nullopt)
            turn.note(repository.projectId, topic, pull->number, pull->title, json::serialize(json::object{{"repository", repository.name}}));
        turn.tell(topic, repository.projectId, objectId, data);
    } else
        turn.tellOnly(repository.ownerId, topic, objectId, data);
}

issues::TextPlace placeOf(const RepositoryStanding& repository)
{
    return {.project = repository.project ? &repository.project->project : nullptr, .repositoryId = repository.repository.id};
}

void store(Turn& turn, Found& found, std::string_view topic, json::object more)
{
    found.pull.updatedAt = turn.time();
    PullRepository::update(turn.connection, found.pull);
    auto told = pullJson(turn.core, found.repository, found.pull);
    told["by"] = projects::personJson(turn.core, turn.caller.userId);
    for (auto& member : more)
        told[member.key()] = std::move(member.value());
    tell(turn, found.repository, topic, found.pull.id, json::serialize(told));
    turn.made = {found.pull.number, json::serialize(wholePullJson(turn.connection, turn.core, found)), false};
}

Result<void> openPull(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    PullRecord wanted;
    wanted.title = args.textOr("title", {});
    wanted.body = args.textOr("body", {});
    wanted.draft = args.flag("draft").value_or(false);
    wanted.baseBranch = args.textOr("base", {});
    wanted.headBranch = args.textOr("head", {});
    wanted.headRepositoryId = args.integerOr("head_repository_id", 0);
    wanted.baseCommit = args.textOr("base_id", {});
    wanted.headCommit = args.textOr("head_id", {});
    if (auto good = checkTitle(wanted.title); !good)
        return good;
    if (auto good = checkBody(wanted.body); !good)
        return good;
    std::vector<std::string> commits;
    for (const auto id : args.texts("commits"))
        commits.emplace_back(id);
    commits.push_back(wanted.headCommit);
    if (!isCommitId(wanted.baseCommit) || !std::all_of(commits.begin(), commits.end(), [](const auto& id) { return isCommitId(id); }))
        return fault(Status::invalid, "invalid_commit", "A commit's id has 40 hexadecimal digits.");
    auto act = [where = whereOf(call), wanted = std::move(wanted), commits = std::move(commits)](Turn& turn) {
        return open(turn, where, wanted, commits);
    };
    return projects::submit(core, "pulls.open", call, std::move(act), std::move(done));
}

Result<void> listPulls(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id& next) -> Result<std::string> {
        const auto standing = repositoryAt(connection, core, caller, whereOf(call));
        if (!standing)
            return standing.error();
        const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
        const auto state = call.arguments.textOr("state", "open");
        const auto author = call.arguments.text("author");
        const auto by = author ? core.users.byName(*author) : nullptr;
        json::array data;
        if (!author || by) {
            auto pulls = PullRepository::list(connection, standing->repository.id, state == "all" ? "" : state, by ? by->id : 0,
                                              call.arguments.integerOr("before", 0), limit + 1);
            next = projects::cut(pulls, limit, &storage::PullRecord::number);
            for (const auto& pull : pulls)
                data.push_back(pullJson(core, *standing, pull));
        }
        return projects::listJson(std::move(data), limit, next, "next_before");
    });
}

Result<void> getPull(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id&) -> Result<std::string> {
        const auto found = pullAt(connection, core, caller, whereOf(call));
        if (!found)
            return found.error();
        auto shown = wholePullJson(connection, core, *found);
        if (call.arguments.textOr("format", "json") == "html")
            shown["html"] = issues::spokenHtml(connection, core, caller, placeOf(found->repository), "pull", found->pull.id, found->pull.body);
        return json::serialize(shown);
    });
}

Result<void> updatePull(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    const auto optional = [&](std::string_view name) {
        const auto text = args.text(name);
        return text ? std::optional<std::string>(*text) : std::nullopt;
    };
    const auto title = optional("title");
    const auto body = optional("body");
    const auto state = optional("state");
    const auto draft = args.flag("draft");
    if (!title && !body && !state && !draft)
        return fault(Status::invalid, "nothing_to_change", "Say what is to be changed.");
    if (title)
        if (auto good = checkTitle(*title); !good)
            return good;
    if (body)
        if (auto good = checkBody(*body); !good)
            return good;
    auto act = [where = whereOf(call), title, body, state, draft](Turn& turn) -> Result<void> {
        auto found = pullWith(turn, where, Right::openPull);
        if (!found)
            return found.error();
        if (auto good = mayChange(*found, turn.caller); !good)
            return good;
        auto& pull = found->pull;
        std::string topic = "pull.updated";
        if (state && *state != pull.state) {
            if (pull.state == "merged")
                return fault(Status::conflict, "already_merged", "This pull request is merged.", "/state");
            if (*state == "open" &&
                PullRepository::open(turn.connection, pull.repositoryId, pull.baseBranch, pull.headRepositoryId, pull.headBranch))
                return fault(Status::conflict, "pull_exists", "There is an open pull request of this head into this base.", "/state");
            pull.state = *state;
            pull.closedAt = *state == "closed" ? turn.time() : 0;
            pull.closedBy = *state == "closed" ? turn.caller.userId : 0;
            topic = *state == "closed" ? "pull.closed" : "pull.reopened";
        }
        pull.title = title.value_or(pull.title);
        pull.body = body.value_or(pull.body);
        pull.draft = draft.value_or(pull.draft);
        json::object more;
        if (title || body)
            issues::putMentions(more, turn.core, keepSpoken(turn, *found));
        store(turn, *found, topic, std::move(more));
        return {};
    };
    return projects::submit(core, "pulls.update", call, std::move(act), std::move(done));
}

Result<void> requestReviews(Core& core, Call& call, Done done)
{
    auto act = [where = whereOf(call), users = call.arguments.ids("users")](Turn& turn) -> Result<void> {
        auto found = pullWith(turn, where, Right::openPull);
        if (!found)
            return found.error();
        if (auto good = mayChange(*found, turn.caller); !good)
            return good;
        if (users.size() > mostReviewers)
            return fault(Status::invalid, "too_many_reviewers", "At most 50 are asked.", "/users");
        const auto before = PullRepository::reviewers(turn.connection, found->pull.id);
        json::array requested;
        PullRepository::removeReviewers(turn.connection, found->pull.id);
        for (std::size_t i = 0; i < users.size(); ++i) {
            const auto standing = projects::repositoryIn(turn.connection, turn.core, projects::callerOf(turn.core, users[i]), found->pull.repositoryId);
            if (!turn.core.users.byId(users[i]) || !standing || users[i] == found->pull.authorId)
                return fault(Status::invalid, "not_a_reviewer", "This user may not read the repository, or has opened the request.",
                             "/users/" + std::to_string(i));
            PullRepository::addReviewer(turn.connection, found->pull.id, users[i]);
            if (std::find(before.begin(), before.end(), users[i]) == before.end())
                requested.emplace_back(users[i]);
        }
        store(turn, *found, "pull.review_requested", {{"requested", std::move(requested)}});
        return {};
    };
    return projects::submit(core, "pulls.request_reviews", call, std::move(act), std::move(done));
}

Result<void> pullsOfCommit(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id&) -> Result<std::string> {
        const auto standing = repositoryAt(connection, core, caller, whereOf(call));
        if (!standing)
            return standing.error();
        json::array data;
        for (const auto& pull : PullRepository::withCommit(connection, standing->repository.id, call.arguments.textOr("commit", {}), 50))
            data.push_back(pullJson(core, *standing, pull));
        return json::serialize(json::object{{"data", std::move(data)}});
    });
}

} // namespace netbit::services::pulls
