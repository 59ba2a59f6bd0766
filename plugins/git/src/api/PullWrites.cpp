// Opening, commenting and merging: what git says is looked up first, then the host decides and records.

#include "api/Merging.h"
#include "api/PullBodies.h"
#include "api/PullRoutes.h"
#include "api/Query.h"
#include "browse/Blame.h"

#include <boost/json/serialize.hpp>

namespace netbit::git {

namespace json = boost::json;

namespace {

constexpr std::size_t mostNoted = 500; // commits of a request that lines lead to

/// Calls an operation that writes, with these arguments, and answers with what it gives. `then` is called in any case.
void act(const Opening& opening, Later& request, const Opened& opened, std::string_view operation, const json::object& arguments,
         std::vector<std::string_view> params, std::function<void()> then = {})
{
    const auto text = json::serialize(arguments);
    OperationCall call;
    call.operation = operation;
    call.arguments = text;
    namePlace(call, request);
    for (const auto name : params)
        call.text(name, request.param(name));
    call.key = request.header("Idempotency-Key").value_or(std::string_view());
    opening.operations().call(opened.caller, call, [later = std::move(request), then = std::move(then)](Result<Done> done) mutable {
        if (then)
            then();
        if (!done)
            return later.problem(done.error());
        later.reply(Reply(done->replayed ? 200 : 201).bytes(done->json));
    });
}

void need(bool there, std::string_view name)
{
    if (!there)
        throw Failure(Error(Status::invalid, "missing_member", "\"" + std::string(name) + "\" must be said.", '/' + std::string(name)));
}

} // namespace

void PullRoutes::open(Later& request, const Opened& opened) const
{
    auto [arguments, baseName, headName, headRepository] = readNewPull(request);
    need(arguments.contains("title"), "title");
    need(!baseName.empty(), "base");
    need(!headName.empty(), "head");
    const auto repository = opened.repository();
    const auto base = repository.branch(baseName);
    if (!base)
        throw Failure(Error(Status::invalid, "base_not_found", "This repository has no such branch.", "/base"));
    const bool elsewhere = headRepository != 0 && headRepository != opened.id;
    git_oid head{};
    const std::string incoming = "refs/pull/incoming/";
    if (elsewhere) {
        const auto from = _opening.openById(opened.caller, headRepository);
        if (!from)
            throw Failure(Error(Status::invalid, "head_not_found", "There is no such repository, or you may not read it.", "/head_repository_id"));
        const auto theirs = from->repository().branch(headName);
        if (!theirs)
            throw Failure(Error(Status::invalid, "head_not_found", "That repository has no such branch.", "/head"));
        head = *git_commit_id(theirs.get());
        bring(repository, from->folder, headName, head, incoming + hexOf(head));
    } else {
        const auto ours = repository.branch(headName);
        if (!ours)
            throw Failure(Error(Status::invalid, "head_not_found", "This repository has no such branch.", "/head"));
        head = *git_commit_id(ours.get());
    }
    arguments["base"] = baseName;
    arguments["head"] = headName;
    arguments["base_id"] = hexOf(git_commit_id(base.get()));
    arguments["head_id"] = hexOf(head);
    if (headRepository != 0)
        arguments["head_repository_id"] = headRepository;
    json::array commits;
    for (const auto& id : commitsBetween(repository, *git_commit_id(base.get()), head, mostNoted))
        commits.emplace_back(hexOf(id));
    if (commits.empty()) {
        dropRef(repository, incoming + hexOf(head));
        throw Failure(Error(Status::conflict, "nothing_to_merge", "The base has all commits of the head already."));
    }
    arguments["commits"] = std::move(commits);
    // The head's own ref is made when it is first looked at: a crash in between leaves nothing that is not mended there.
    std::function<void()> then;
    if (elsewhere)
        then = [exec = _exec, opened, name = incoming + hexOf(head)] {
            static_cast<void>(exec.post([opened, name] { static_cast<void>(asResult([&] { dropRef(opened.repository(), name); })); }));
        };
    act(_opening, request, opened, "pulls.open", arguments, {}, std::move(then));
}

void PullRoutes::comment(Later& request, const Opened& opened) const
{
    auto [arguments, path, side, commit, line] = readNewComment(request);
    need(arguments.contains("body"), "body");
    need(path.empty() || line != 0, "line");
    const auto pull = pullOf(request, opened);
    if (!path.empty()) {
        const auto repository = opened.repository();
        keepHead(repository, opened, pull);
        if (commit.empty() && side == "new") {
            commit = hexOf(pull.head);
        } else if (commit.empty()) {
            const auto base = baseOf(repository, pull);
            git_oid common{};
            check(git_merge_base(&common, repository.raw(), git_commit_id(base.get()), &pull.head));
            commit = hexOf(common);
        }
        const auto id = readId(commit);
        const auto of = id ? find(&git_commit_lookup, repository.raw(), &*id) : nullptr;
        if (!of)
            throw Failure(Error(Status::invalid, "revision_not_found", "There is no such commit.", "/commit"));
        const LinePlace place{path, static_cast<std::uint32_t>(line)};
        if (!lineIn(repository, of.get(), place, of.get(), _limits))
            throw Failure(Error(Status::invalid, "no_such_line", "That commit has no such line of text at this path.", "/line"));
        arguments["path"] = path;
        arguments["side"] = side;
        arguments["line"] = line;
        arguments["commit"] = hexOf(*id);
    }
    act(_opening, request, opened, "pulls.comment", arguments, {"number"});
}

void PullRoutes::status(Later& request, const Opened& opened) const
{
    auto arguments = readNewStatus(request);
    need(arguments.contains("state"), "state");
    const auto id = readId(request.param("commit"));
    const auto repository = opened.repository();
    if (!id || !find(&git_commit_lookup, repository.raw(), &*id))
        throw Failure(Error(Status::notFound, "revision_not_found", "This repository has no such commit."));
    arguments["commit"] = hexOf(*id);
    act(_opening, request, opened, "commits.set_status", arguments, {});
}

void PullRoutes::merge(Later& request, const Opened& opened) const
{
    auto order = readMerge(request);
    const auto pull = pullOf(request, opened);
    const auto match = request.header("If-Match");
    if (!match)
        throw Failure(Error(Status::invalid, "if_match_missing", "If-Match says which head is merged: its commit's id in quotes."));
    if (*match != '"' + hexOf(pull.head) + '"')
        throw Failure(Error(Status::preconditionFailed, "head_moved", "The head is another commit by now: look at that first."));
    Merging::start(_opening, _exec, std::move(request), opened, pull, std::move(order), _limits,
                   [this](const Repository& repository, const Opened& of, const Pull& wanted) { keepHead(repository, of, wanted); });
}

} // namespace netbit::git
