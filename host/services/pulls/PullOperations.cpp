#include "services/pulls/PullOperations.h"

#include "services/pulls/Acts.h"

namespace netbit::services::pulls {

using operations::Access;
using operations::bound;
using operations::Kind;
using operations::Parameter;

namespace {

constexpr std::string_view keeping = "repositories.keep"; // a permission: who says which branch is where

constexpr std::string_view person = R"({"type":"object","required":["id","username"],"properties":{"id":{"type":"integer","format":"int64"},
"username":{"type":"string"}}})";

constexpr std::string_view pullSchema = R"({"type":"object","required":["id","number","repository_id","url","title","body","state","draft",
"author","base","head","created_at","updated_at"],"properties":{"id":{"type":"integer","format":"int64"},
"number":{"type":"integer","format":"int64","description":"shared with the project's issues"},
"repository_id":{"type":"integer","format":"int64"},"url":{"type":"string"},"title":{"type":"string"},"body":{"type":"string"},"html":{"type":"string","description":"of the body; not in lists"},
"mentions":{"type":"array","items":{"$ref":"#/components/schemas/PullPerson"},"description":"whom it names, of those who may read it; not in lists"},
"state":{"type":"string","enum":["open","closed","merged"]},"draft":{"type":"boolean"},"author":{"$ref":"#/components/schemas/PullPerson"},
"base":{"type":"object","properties":{"branch":{"type":"string"},"id":{"type":"string"}}},
"head":{"type":"object","properties":{"repository_id":{"type":["integer","null"],"format":"int64"},"branch":{"type":"string"},
"id":{"type":"string"}}},"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"},
"closed_at":{"type":["string","null"],"format":"date-time"},"merge_method":{"type":["string","null"],
"description":"merge, squash, rebase; push: somebody pushed it"},"merge_commit":{"type":["string","null"]},
"required_approvals":{"type":"integer"},"approved_by":{"type":"array","items":{"$ref":"#/components/schemas/PullPerson"}},
"changes_requested_by":{"type":"array","items":{"$ref":"#/components/schemas/PullPerson"}},
"requested_reviewers":{"type":"array","items":{"$ref":"#/components/schemas/PullPerson"}},
"required_statuses":{"type":"array","items":{"type":"string"}},"statuses":{"type":"array","items":{"$ref":"#/components/schemas/CommitStatus"}},
"merge_methods":{"type":"array","items":{"type":"string"}},"blocked_by":{"type":"array","items":{"type":"object","properties":{
"code":{"type":"string"},"detail":{"type":"string"}}}},"mergeability":{"type":"object","description":"what git says of it; of an open one",
"properties":{"mergeable":{"type":"boolean"},"conflicts":{"type":"array","items":{"type":"string"}},"ahead":{"type":"integer"},
"behind":{"type":"integer"}}}}})";

constexpr std::string_view pullListSchema = R"({"type":"object","required":["data","pagination"],"properties":{"data":{"type":"array",
"items":{"$ref":"#/components/schemas/Pull"}},"pagination":{"type":"object","properties":{"limit":{"type":"integer"},
"next_before":{"type":["integer","null"],"format":"int64"}}}}})";

constexpr std::string_view reviewSchema = R"({"type":"object","required":["id","reviewer","verdict","created_at"],"properties":{
"id":{"type":"integer","format":"int64"},"reviewer":{"$ref":"#/components/schemas/PullPerson"},"verdict":{"type":"string",
"enum":["approve","request_changes","comment"]},"body":{"type":"string"},"head_id":{"type":"string"},
"dismissed":{"type":"boolean","description":"the head was pushed to since"},"created_at":{"type":"string","format":"date-time"}}})";

constexpr std::string_view reviewListSchema = R"({"type":"object","required":["data"],"properties":{"data":{"type":"array",
"items":{"$ref":"#/components/schemas/PullReview"}},"pagination":{"type":"object"}}})";

constexpr std::string_view commentSchema = R"({"type":"object","required":["id","author","body","created_at"],"properties":{
"id":{"type":"integer","format":"int64"},"author":{"$ref":"#/components/schemas/PullPerson"},"body":{"type":"string"},"html":{"type":"string"},
"reply_to":{"type":["integer","null"],"format":"int64"},"place":{"type":["object","null"],
"description":"path, side (old, new), line and commit that it was said of","properties":{"path":{"type":"string"},"side":{"type":"string"},
"line":{"type":"integer"},"commit":{"type":"string"}}},"now":{"type":["object","null"],
"description":"where that line is now; null: outdated"},"created_at":{"type":"string","format":"date-time"}}})";

constexpr std::string_view commentListSchema = R"({"type":"object","required":["data"],"properties":{"data":{"type":"array",
"items":{"$ref":"#/components/schemas/PullComment"}},"pagination":{"type":"object"}}})";

constexpr std::string_view statusSchema = R"({"type":"object","required":["commit","context","state"],"properties":{
"commit":{"type":"string"},"context":{"type":"string"},"state":{"type":"string","enum":["pending","success","failure","error"]},
"target_url":{"type":["string","null"]},"description":{"type":"string"},"creator":{"$ref":"#/components/schemas/PullPerson"},
"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"}}})";

constexpr std::string_view statusListSchema = R"({"type":"object","required":["data"],"properties":{"data":{"type":"array",
"items":{"$ref":"#/components/schemas/CommitStatus"}}}})";

/// The path's words, and more.
std::vector<Parameter> at(std::vector<Parameter> more = {})
{
    std::vector<Parameter> out{{.name = "user", .what = "whose it is", .required = true, .least = 1, .most = 100},
                               {.name = "project", .what = "absent: one of the user's own repositories", .most = 100},
                               {.name = "repo", .what = "the repository's name", .required = true, .least = 1, .most = 100}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

const Parameter number{.name = "number", .kind = Kind::integer, .what = "the pull request's", .required = true, .least = 1};
const Parameter limit{.name = "limit", .kind = Kind::integer, .what = "how many at most; 50 unless given", .least = 1, .most = 200};
const Parameter after{.name = "after", .kind = Kind::integer, .what = "those behind this one", .least = 0};
const Parameter format{.name = "format", .what = "html: with what it says as a page shows it, too", .choices = {"json", "html"}};
const Parameter commit{.name = "commit", .what = "its id, in full", .required = true, .least = 1, .most = 64};

std::vector<Parameter> of(std::vector<Parameter> more = {})
{
    more.insert(more.begin(), number);
    return at(std::move(more));
}

/// A repository that is not the caller's to know of is not found before anything else is said against a call.
operations::Guard guardPlace(const Core& core)
{
    return [&core](const auth::PrincipalPtr& principal, operations::Texts texts) -> base::Result<void> {
        Where where;
        for (const auto& [name, value] : texts)
            if (name == "user" || name == "project" || name == "repo")
                (name == "user" ? where.user : name == "project" ? where.project : where.repository) = value;
        base::Result<void> out;
        const auto read = core.read([&](storage::Connection& connection) {
            if (const auto found = repositoryAt(connection, core, projects::callerOf(core, principal), where); !found)
                out = found.error();
            else if (found->moved)
                out = projects::movedAway();
        });
        return read ? out : read;
    };
}

} // namespace

void addPullOperations(operations::Operations& all, Core& core)
{
    core.onPush.emplace_back(&lookInto);
    for (const auto& [name, schema] :
         {std::pair(std::string_view("PullPerson"), person), {"Pull", pullSchema}, {"PullList", pullListSchema}, {"PullReview", reviewSchema},
          {"PullReviewList", reviewListSchema}, {"PullComment", commentSchema}, {"PullCommentList", commentListSchema},
          {"CommitStatus", statusSchema}, {"CommitStatusList", statusListSchema}})
        all.addSchema(name, schema);
    const auto ask = [&](std::string_view name, std::string_view summary, std::vector<Parameter> parameters, std::string_view result, auto handler) {
        all.add({.name = name, .summary = summary, .access = Access::anyone, .parameters = std::move(parameters), .result = result,
                 .handler = bound(core, handler), .reads = true, .guard = guardPlace(core)});
    };
    const auto act = [&](std::string_view name, std::string_view summary, std::vector<Parameter> parameters, std::string_view result,
                         auto handler, std::string_view permission = {}) {
        all.add({.name = name, .summary = summary, .parameters = std::move(parameters), .result = result, .handler = bound(core, handler),
                 .permission = permission, .guard = guardPlace(core)});
    };
    act("pulls.open", "Ask for a branch to be merged",
        at({{.name = "title", .what = "one line, at most 256 bytes", .required = true},
            {.name = "body", .what = "Markdown, at most 64 KiB; \"fixes #12\" closes an issue", .most = 64 * 1024},
            {.name = "draft", .kind = Kind::flag, .what = "whether it is not to be merged yet"},
            {.name = "base", .what = "the branch that it goes into", .required = true, .least = 1, .most = 255},
            {.name = "head", .what = "the branch that is to be merged", .required = true, .least = 1, .most = 255},
            {.name = "head_repository_id", .kind = Kind::integer, .what = "absent: the same repository", .least = 1},
            {.name = "base_id", .what = "where the base is", .required = true, .most = 64},
            {.name = "head_id", .what = "where the head is", .required = true, .most = 64},
            {.name = "commits", .kind = Kind::texts, .what = "that the head has and the base has not", .most = 500}}),
        "Pull", &openPull, keeping);
    ask("pulls.list", "Pull requests, newest first",
        at({{.name = "state", .what = "open unless given", .choices = {"open", "closed", "merged", "all"}},
            {.name = "author", .what = "who opened it", .most = 100},
            {.name = "before", .kind = Kind::integer, .what = "those before this number", .least = 1}, limit}),
        "PullList", &listPulls);
    ask("pulls.get", "One pull request, with what keeps it from being merged", of({format}), "Pull", &getPull);
    act("pulls.update", "Change, close or reopen a pull request",
        of({{.name = "title", .what = "one line, at most 256 bytes"},
            {.name = "body", .what = "Markdown, at most 64 KiB", .most = 64 * 1024},
            {.name = "draft", .kind = Kind::flag, .what = "whether it is not to be merged yet"},
            {.name = "state", .what = "what it is then", .choices = {"open", "closed"}}}),
        "Pull", &updatePull);
    act("pulls.request_reviews", "Say who is to look at it: these, and nobody else",
        of({{.name = "users", .kind = Kind::ids, .what = "at most 50", .required = true, .most = 50}}), "Pull", &requestReviews);
    ask("pulls.of_commit", "Pull requests that a commit belongs to", at({commit}), "PullList", &pullsOfCommit);
    act("pulls.review", "Approve it, ask for changes, or say something",
        of({{.name = "verdict", .what = "what you think", .required = true, .choices = {"approve", "request_changes", "comment"}},
            {.name = "body", .what = "Markdown, at most 64 KiB", .most = 64 * 1024},
            {.name = "head_id", .what = "the commit that was looked at; refused where the head is another by now", .most = 64}}),
        "PullReview", &reviewPull);
    ask("pulls.reviews", "What reviewers said, oldest first", of({after, limit}), "PullReviewList", &listReviews);
    act("pulls.comment", "Say something, of the whole or of a line",
        of({{.name = "body", .what = "Markdown, at most 64 KiB", .required = true, .most = 64 * 1024},
            {.name = "reply_to", .kind = Kind::integer, .what = "the comment whose thread it goes into", .least = 1},
            {.name = "path", .what = "of a file", .most = 4'096},
            {.name = "side", .what = "of the base, or of the head; new unless given", .choices = {"old", "new"}},
            {.name = "line", .kind = Kind::integer, .what = "counted from 1", .least = 1},
            {.name = "commit", .what = "in which the line has that number; the head, or the commit it left the base at, unless given", .most = 64}}),
        "PullComment", &commentPull, keeping);
    ask("pulls.comments", "What was said, oldest first", of({after, limit, format}), "PullCommentList", &listComments);
    act("pulls.edit_comment", "Say something else in a comment of one's own",
        of({{.name = "comment", .kind = Kind::integer, .what = "which", .required = true, .least = 1},
            {.name = "body", .what = "Markdown, at most 64 KiB", .required = true, .most = 64 * 1024}}),
        "PullComment", &editComment);
    act("pulls.delete_comment", "Take a comment of one's own away; its place stays",
        of({{.name = "comment", .kind = Kind::integer, .what = "which", .required = true, .least = 1}}), {}, &deleteComment);
    act("pulls.begin_merge", "Note what is about to be merged, if it may be",
        of({{.name = "method", .what = "how", .required = true, .choices = {"merge", "squash", "rebase"}},
            {.name = "head_id", .what = "what is to be merged", .required = true, .most = 64},
            {.name = "base_id", .what = "where the base is", .most = 64},
            {.name = "merge_id", .what = "where it will be; absent: only asked", .most = 64}}),
        {}, &beginMerge, keeping);
    act("commits.set_status", "Say what became of a commit: a build, a test",
        at({commit, {.name = "context", .what = "whose word it is; default unless given", .least = 1, .most = 100},
            {.name = "state", .what = "what became of it", .required = true, .choices = {"pending", "success", "failure", "error"}},
            {.name = "target_url", .what = "where there is more", .most = 2'000},
            {.name = "description", .what = "for people", .most = 300}}),
        "CommitStatus", &putStatus, keeping);
    ask("commits.statuses", "What became of a commit, by context", at({commit}), "CommitStatusList", &listStatuses);
}

} // namespace netbit::services::pulls
