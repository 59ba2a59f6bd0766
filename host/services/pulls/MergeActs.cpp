#include "base/Json.h"
#include "services/projects/Refs.h"
#include "services/pulls/PullJson.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::pulls {

using base::fault;
using base::Result;
using base::Status;
using storage::PullRepository;

namespace json = boost::json;

namespace {

constexpr std::string_view heads = "refs/heads/";

RepositoryStanding standingOf(Turn& turn, const storage::RepositoryRecord& repository)
{
    RepositoryStanding out;
    out.repository = repository;
    if (repository.projectId != 0)
        if (auto project = storage::ProjectRepository::byId(turn.connection, repository.projectId))
            out.project = projects::Standing{std::move(*project), projects::Role::nobody, false, false};
    return out;
}

Result<void> merged(Turn& turn, Found& found, const std::string& method, const std::string& commit, Id by)
{
    auto& pull = found.pull;
    pull.state = "merged";
    pull.closedAt = turn.time();
    pull.closedBy = by;
    pull.mergeMethod = method;
    pull.mergeCommit = commit;
    pull.mergingPush = 0;
    PullRepository::addCommit(turn.connection, pull.repositoryId, commit, pull.id);
    const auto answer = turn.made;
    store(turn, found, "pull.merged");
    turn.made = answer; // the push has its own
    const auto projectId = found.repository.repository.projectId;
    // "fixes #12" closes on what everybody gets: the default branch.
    if (projectId == 0 || !turn.core.closeNamed || pull.baseBranch != found.repository.repository.defaultBranch)
        return {};
    return turn.core.closeNamed(turn, projectId, pull.title + '\n' + pull.body,
                                {{"by", "pull request #" + std::to_string(pull.number)},
                                 {"pull", json::object{{"id", pull.id}, {"repository_id", pull.repositoryId}, {"number", pull.number}}}});
}

void moveHead(Turn& turn, Found& found, const projects::Ref& ref, const json::array* commits)
{
    auto& pull = found.pull;
    pull.headCommit = ref.to;
    if (commits)
        for (const auto& commit : *commits)
            PullRepository::addCommit(turn.connection, pull.repositoryId, commit.at("id").get_string(), pull.id);
    const bool stale = found.repository.project
        ? projects::configOf(turn.connection, found.repository.project->project.id).dismissStaleReviews
        : projects::Config().dismissStaleReviews;
    if (stale)
        PullRepository::dismissApprovals(turn.connection, pull.id);
    const auto answer = turn.made;
    store(turn, found, "pull.pushed");
    turn.made = answer;
}

bool holds(const json::array* commits, const std::string& id)
{
    if (commits)
        for (const auto& commit : *commits)
            if (commit.at("id").get_string() == id)
                return true;
    return false;
}

} // namespace

Result<void> beginMerge(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    auto act = [where = whereOf(call), method = std::string(args.textOr("method", {})), head = std::string(args.textOr("head_id", {})),
                base = std::string(args.textOr("base_id", {})), merge = std::string(args.textOr("merge_id", {}))](Turn& turn) -> Result<void> {
        auto found = pullAt(turn.connection, turn.core, turn.caller, where);
        if (!found)
            return found.error();
        if (auto good = mayMerge(turn.connection, turn.core, *found, turn.caller, method); !good)
            return good;
        auto& pull = found->pull;
        if (pull.headCommit != head)
            return fault(Status::preconditionFailed, "head_moved", "The head is another commit by now: look at that first.");
        if (merge.empty()) { // only asked whether it may be
            turn.made = {pull.number, "{}", false};
            return {};
        }
        if (!isCommitId(base) || !isCommitId(merge))
            return fault(Status::invalid, "invalid_commit", "A commit's id has 40 hexadecimal digits.");
        const json::array commands{json::object{{"ref", std::string(heads) + pull.baseBranch}, {"old", base}, {"new", merge}}};
        const auto push = storage::PushRepository::insert(turn.connection, {.repositoryId = pull.repositoryId,
                                                                            .pusherId = turn.caller.userId,
                                                                            .commands = json::serialize(commands),
                                                                            .createdAt = turn.time()});
        pull.mergingPush = push;
        pull.mergingCommit = merge;
        pull.mergingMethod = method;
        PullRepository::update(turn.connection, pull);
        turn.made = {push, json::serialize(json::object{{"push_id", push}}), false};
        return {};
    };
    return projects::submit(core, "pulls.begin_merge", call, std::move(act), std::move(done));
}

Result<void> lookInto(Turn& turn, const projects::Pushed& pushed)
{
    for (const auto& item : *pushed.updated) {
        const auto& update = item.get_object();
        const auto ref = projects::refOf(update);
        if (!ref.name.starts_with(heads) || ref.deletes)
            continue;
        const auto branch = ref.name.substr(heads.size());
        const auto* const list = update.if_contains("commits");
        const auto* const commits = list && list->is_array() ? &list->get_array() : nullptr;
        for (auto& pull : PullRepository::openWithHead(turn.connection, pushed.repository.id, branch)) {
            const auto repository = storage::RepoRepository::byId(turn.connection, pull.repositoryId);
            if (!repository || pull.headCommit == ref.to)
                continue;
            Found found{standingOf(turn, *repository), std::move(pull)};
            moveHead(turn, found, ref, commits);
        }
        for (auto& pull : PullRepository::openWithBase(turn.connection, pushed.repository.id, branch)) {
            Found found{standingOf(turn, pushed.repository), std::move(pull)};
            const bool ours = found.pull.mergingPush == pushed.push.id;
            const auto method = ours ? found.pull.mergingMethod : std::string("push");
            const auto commit = ours ? found.pull.mergingCommit : ref.to;
            found.pull.baseCommit = ref.to;
            if (ours || holds(commits, found.pull.headCommit)) { // or somebody has merged it himself
                if (auto good = merged(turn, found, method, commit, pushed.push.pusherId); !good)
                    return good;
            } else {
                PullRepository::update(turn.connection, found.pull);
            }
        }
    }
    return {};
}

} // namespace netbit::services::pulls
