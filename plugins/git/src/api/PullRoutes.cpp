#include "api/PullRoutes.h"

#include "api/PullBodies.h"
#include "api/PullSchemas.h"
#include "api/Query.h"
#include "browse/Blame.h"
#include "browse/Contents.h"
#include "browse/Diff.h"
#include "support/OperationRoute.h"

#include <set>

namespace netbit::git {

namespace json = boost::json;

namespace {

constexpr std::size_t mostIssues = 10;   // that one line leads to

std::string textAt(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t numberAt(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : 0;
}

const json::object& objectAt(const json::object& object, std::string_view name)
{
    static const json::object none;
    const auto* const value = object.if_contains(name);
    return value && value->is_object() ? value->get_object() : none;
}

json::array listIn(const Result<json::object>& answer)
{
    const auto* const data = answer ? answer->if_contains("data") : nullptr;
    return data && data->is_array() ? data->get_array() : json::array();
}

/// The numbers behind "#" in a text.
void addNumbers(std::set<std::int64_t>& out, std::string_view text)
{
    for (auto at = text.find('#'); at != text.npos && out.size() < mostIssues; at = text.find('#', at + 1)) {
        const auto digits = text.substr(at + 1, std::min(text.find_first_not_of("0123456789", at + 1), text.size()) - at - 1);
        if (const auto number = parseInteger<std::int64_t>(digits); number && *number > 0)
            out.insert(*number);
    }
}

} // namespace

void namePlace(OperationCall& call, const Exchange& request)
{
    call.text("user", request.param("user"));
    if (request.target().starts_with("/api/projects/"))
        call.text("project", request.param("project"));
    call.text("repo", request.param("repo"));
}

void PullRoutes::one(const AddRoute& add, std::string_view method, std::string_view name, netbit::Access access, Handler handler,
                     std::string_view summary, std::string_view schema, Form form)
{
    const auto answer = [this, handler, form](Request& request) -> Result<void> {
        if (form)
            if (const auto good = asResult([&] { form(request); }); !good)
                return good;
        return _opening.open(request, [this, handler](Later& later, const Opened& opened) { (this->*handler)(later, opened); });
    };
    addBoth(add, method, name, access, answer, worker().summary(summary).schema(schema).maxBody(256u << 10));
}

void PullRoutes::add(const AddRoute& add)
{
    one(add, "POST", "/pulls", users, &PullRoutes::open, "Ask for a branch to be merged", schemas::newPull, &checkNewPull);
    one(add, "GET", "/pulls/{number}", anyone, &PullRoutes::get, "One pull request, with what keeps it from being merged", schemas::pull);
    one(add, "GET", "/pulls/{number}/diff", anyone, &PullRoutes::diff, "What it changes", schemas::pullDiff);
    one(add, "GET", "/pulls/{number}/commits", anyone, &PullRoutes::commits, "Its commits, newest first; at most 250", schemas::pullCommits);
    one(add, "GET", "/pulls/{number}/comments", anyone, &PullRoutes::comments, "What was said, and where its lines are now", schemas::pullComments);
    one(add, "POST", "/pulls/{number}/comments", users, &PullRoutes::comment, "Say something, of the whole or of a line", schemas::newComment, &checkNewComment);
    one(add, "PUT", "/pulls/{number}/merge", users, &PullRoutes::merge, "Merge it; If-Match says the head that was looked at", schemas::mergePull, &checkMerge);
    one(add, "POST", "/commits/{commit}/statuses", users, &PullRoutes::status, "Say what became of a commit", schemas::newStatus, &checkNewStatus);
    one(add, "GET", "/why", anyone, &PullRoutes::why, "From a line to its commit, and to what was said of that", schemas::why);
    addRecords(add);
}

void PullRoutes::addRecords(const AddRoute& add)
{
    struct Record {
        std::string_view method, name, operation;
        netbit::Access access;
        std::vector<std::string_view> params;
        int status = 200;
        std::string_view next{};
    };
    const std::vector<Record> records{
        {"GET", "/pulls", "pulls.list", anyone, {}, 200, "before"},
        {"PATCH", "/pulls/{number}", "pulls.update", users, {"number"}},
        {"PUT", "/pulls/{number}/reviewers", "pulls.request_reviews", users, {"number"}},
        {"GET", "/pulls/{number}/reviews", "pulls.reviews", anyone, {"number"}, 200, "after"},
        {"POST", "/pulls/{number}/reviews", "pulls.review", users, {"number"}, 201},
        {"PATCH", "/pulls/{number}/comments/{comment}", "pulls.edit_comment", users, {"number", "comment"}},
        {"DELETE", "/pulls/{number}/comments/{comment}", "pulls.delete_comment", users, {"number", "comment"}, 204},
        {"GET", "/commits/{commit}/statuses", "commits.statuses", anyone, {"commit"}},
    };
    for (const auto& record : records)
        for (const std::string_view place : {"/api/projects/{user}/{project}/{repo}", "/api/git/{user}/{repo}"}) {
            support::OperationRoute made{.operation = record.operation, .params = {"user"}, .status = record.status, .next = record.next};
            if (place.starts_with("/api/projects"))
                made.params.push_back("project");
            made.params.push_back("repo");
            made.params.insert(made.params.end(), record.params.begin(), record.params.end());
            const auto handler = [this, made](Request& request) {
                return support::operate(made, _opening.operations(), _opening.callerOf(request), request);
            };
            add(record.method, std::string(place) + std::string(record.name), record.access, handler,
                support::documented(made, worker().maxBody(256u << 10)));
        }
}

Pull PullRoutes::pullOf(const Exchange& request, const Opened& opened, bool withHtml) const
{
    OperationCall call;
    call.operation = "pulls.get";
    namePlace(call, request);
    call.text("number", request.param("number"));
    if (withHtml)
        call.text("format", "html");
    auto answer = ask(_opening.operations(), opened.caller, call);
    if (!answer)
        throw Failure(answer.error());
    Pull out;
    out.number = numberAt(*answer, "number");
    out.state = textAt(*answer, "state");
    out.title = textAt(*answer, "title");
    out.body = textAt(*answer, "body");
    out.baseBranch = textAt(objectAt(*answer, "base"), "branch");
    const auto& head = objectAt(*answer, "head");
    out.headBranch = textAt(head, "branch");
    out.headRepository = numberAt(head, "repository_id");
    const auto id = readId(textAt(head, "id"));
    if (!id)
        throw Failure(Error(Status::internal, "bad_answer", "The host's answer names no commit."));
    out.head = *id;
    out.shown = std::move(*answer);
    return out;
}

void PullRoutes::keepHead(const Repository& repository, const Opened& opened, const Pull& pull) const
{
    const auto isKept = [&](const auto& at) { return at && same(*at, pull.head); };
    if (isKept(repository.refTarget(pull.ref())))
        return;
    // Who looks at it first asks for it, its commits and its changes at once: one of these makes the ref, and the others find it.
    const std::lock_guard lock(_keeping[static_cast<std::size_t>(opened.id) % _keeping.size()]); // refs/pull/… of the repository
    const auto known = repository.refTarget(pull.ref());
    if (isKept(known))
        return;
    const auto pass = _opening.toAdd(opened.id);
    if (pull.headRepository != 0 && pull.headRepository != opened.id) {
        const auto from = _opening.folderOf(pull.headRepository);
        if (!from)
            throw Failure(from.error());
        return bring(repository, *from, pull.headBranch, pull.head, pull.ref());
    }
    if (!find(&git_commit_lookup, repository.raw(), &pull.head))
        throw Failure(Error(Status::conflict, "head_gone", "The head's commit is not there any more."));
    moveRef(repository, pull.ref(), known ? &*known : nullptr, pull.head);
}

Owned<git_commit> PullRoutes::baseOf(const Repository& repository, const Pull& pull) const
{
    auto base = repository.branch(pull.baseBranch);
    if (!base)
        throw Failure(Error(Status::conflict, "base_gone", "The branch that it goes into is not there any more."));
    return base;
}

void PullRoutes::get(Later& request, const Opened& opened) const
{
    auto pull = pullOf(request, opened, true);
    Answer answer;
    answer.body = std::move(pull.shown);
    if (pull.state == "open") {
        json::object told{{"mergeable", false}, {"conflicts", json::array()}, {"ahead", 0}, {"behind", 0}};
        const auto looked = asResult([&] {
            const auto repository = opened.repository();
            keepHead(repository, opened, pull);
            const auto base = baseOf(repository, pull);
            const auto head = take(&git_commit_lookup, repository.raw(), &pull.head);
            const auto found = mergeability(repository, base.get(), head.get());
            auto& conflicts = told["conflicts"].as_array();
            for (const auto& path : found.conflicts)
                conflicts.emplace_back(lossyUtf8(path));
            told["ahead"] = found.ahead;
            told["behind"] = found.behind;
            told["mergeable"] = found.related && found.ahead > 0 && found.conflicts.empty();
        });
        if (!looked) // the request is there all the same
            told["reason"] = looked.error().detail;
        answer.body["mergeability"] = std::move(told);
    }
    give(request, answer);
}

void PullRoutes::diff(Later& request, const Opened& opened) const
{
    const auto pull = pullOf(request, opened);
    const auto repository = opened.repository();
    keepHead(repository, opened, pull);
    const auto head = take(&git_commit_lookup, repository.raw(), &pull.head);
    // Of one that is merged, the base has all of it: what it changed is seen from where it was merged.
    const auto mergedAs = readId(textAt(pull.shown, "merge_commit"));
    const auto merge = mergedAs ? find(&git_commit_lookup, repository.raw(), &*mergedAs) : nullptr;
    if (merge && git_commit_parentcount(merge.get()) > 0 && textAt(pull.shown, "merge_method") != "rebase") {
        const auto before = take(&git_commit_parent, merge.get(), 0u);
        return give(request, git::compare(repository, before.get(), head.get(), _limits));
    }
    const auto base = baseOf(repository, pull);
    const auto tag = tagOf(request, {git_commit_id(base.get()), &pull.head});
    if (!unchanged(request, tag))
        give(request, git::compare(repository, base.get(), head.get(), _limits), tag);
}

void PullRoutes::commits(Later& request, const Opened& opened) const
{
    const auto pull = pullOf(request, opened);
    const auto repository = opened.repository();
    keepHead(repository, opened, pull);
    Answer answer;
    const auto base = baseOf(repository, pull);
    answer.body["data"] = commitList(repository, *git_commit_id(base.get()), pull.head);
    give(request, answer);
}

void PullRoutes::comments(Later& request, const Opened& opened) const
{
    const auto limit = std::to_string(limitParameter(request));
    const auto after = std::to_string(numberParameter(request, "after", 0, std::numeric_limits<std::int64_t>::max(), 0));
    const auto pull = pullOf(request, opened);
    OperationCall call;
    call.operation = "pulls.comments";
    namePlace(call, request);
    call.text("format", "html");
    call.text("number", request.param("number"));
    call.text("limit", limit);
    call.text("after", after);
    auto list = ask(_opening.operations(), opened.caller, call);
    if (!list)
        throw Failure(list.error());
    Answer answer;
    answer.body = std::move(*list);
    const Deadline deadline(_limits.time);
    const auto repository = opened.repository();
    const auto head = find(&git_commit_lookup, repository.raw(), &pull.head);
    const auto base = pull.state == "open" ? repository.branch(pull.baseBranch) : nullptr;
    for (auto& item : answer.body["data"].as_array()) {
        auto& comment = item.as_object();
        const json::object place = objectAt(comment, "place"); // a copy: the comment grows
        if (place.empty())
            continue;
        comment["now"] = nullptr;
        comment["outdated"] = true;
        const auto said = readId(textAt(place, "commit"));
        const auto from = said ? find(&git_commit_lookup, repository.raw(), &*said) : nullptr;
        const auto* const to = textAt(place, "side") == "old" ? base.get() : head.get();
        if (!from || !to || deadline.over())
            continue;
        const auto now = lineIn(repository, from.get(), {textAt(place, "path"), static_cast<std::uint32_t>(numberAt(place, "line"))}, to, _limits);
        if (!now)
            continue;
        comment["outdated"] = false;
        comment["now"] = json::object{{"path", lossyUtf8(now->path)}, {"line", now->line}, {"commit", hexOf(git_commit_id(to))}};
    }
    const auto next = numberAt(objectAt(answer.body, "pagination"), "next_after");
    if (next != 0)
        answer.next = std::to_string(next);
    give(request, answer, {}, "after");
}

void PullRoutes::why(Later& request, const Opened& opened) const
{
    const auto line = static_cast<std::uint32_t>(numberParameter(request, "line", 1, 10'000'000, 0));
    if (line == 0)
        throw Failure(Error(Status::invalid, "missing_parameter", "It must be said.", "/line"));
    const auto path = pathOf(request);
    const auto repository = opened.repository();
    const auto commit = revisionOf(request, opened, repository);
    if (!commit)
        throw Failure(pathNotFound());
    const auto found = blamed(repository, commit.get(), path, line, line, _limits);
    const auto& range = found.ranges.front();
    const auto by = take(&git_commit_lookup, repository.raw(), &range.commit);
    const auto id = hexOf(range.commit);
    Answer answer;
    auto& out = answer.body;
    out["commit"] = commitJson(by.get(), 16u << 10);
    putBytes(out, "original_path", range.originalPath);
    out["original_line"] = range.originalStart;
    out["complete"] = found.complete;

    OperationCall pulls;
    pulls.operation = "pulls.of_commit";
    namePlace(pulls, request);
    pulls.text("commit", id);
    auto requests = listIn(ask(_opening.operations(), opened.caller, pulls));

    std::set<std::int64_t> numbers;
    addNumbers(numbers, textAt(out["commit"].as_object(), "message"));
    std::set<std::int64_t> known;
    for (const auto& pull : requests) {
        known.insert(numberAt(pull.as_object(), "number"));
        addNumbers(numbers, textAt(pull.as_object(), "title"));
        addNumbers(numbers, textAt(pull.as_object(), "body"));
    }
    json::array issues;
    for (const auto number : numbers) {
        if (known.contains(number) || opened.projectId == 0)
            continue;
        OperationCall issue;
        issue.operation = "issues.get";
        issue.text("user", request.param("user"));
        issue.text("project", request.param("project"));
        const auto text = std::to_string(number);
        issue.text("number", text);
        if (auto shown = ask(_opening.operations(), opened.caller, issue)) // what is no issue, or not his to see, is left out
            issues.push_back(std::move(*shown));
    }
    json::array messages;
    if (opened.caller) {
        OperationCall search;
        search.operation = "search.messages";
        const auto words = id.substr(0, 10); // people write the beginning
        search.text("q", words);
        search.text("limit", "20");
        messages = listIn(ask(_opening.operations(), opened.caller, search));
    }
    out["pulls"] = std::move(requests);
    out["issues"] = std::move(issues);
    out["messages"] = std::move(messages);
    give(request, answer);
}

} // namespace netbit::git
