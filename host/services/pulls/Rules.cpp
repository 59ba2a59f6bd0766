#include "services/pulls/Rules.h"

#include "services/projects/Refs.h"

#include <algorithm>
#include <map>
#include <set>

namespace netbit::services::pulls {

using base::fault;
using base::Result;
using base::Status;
using storage::PullRepository;

namespace {

constexpr std::size_t mostReviews = 10'000; // that are looked at

projects::Config configOf(storage::Connection& connection, const Found& found)
{
    return found.repository.project ? projects::configOf(connection, found.repository.project->project.id) : projects::Config();
}

/// A vote of who was sent away meanwhile, or may only look, is none.
bool votes(storage::Connection& connection, const Core& core, const Found& found, Id userId)
{
    const auto standing = projects::repositoryIn(connection, core, projects::callerOf(core, userId), found.pull.repositoryId);
    return standing && standing->may(Right::push);
}

} // namespace

Judgement judge(storage::Connection& connection, const Core& core, const Found& found)
{
    const auto& pull = found.pull;
    const auto config = configOf(connection, found);
    Judgement out;
    out.requiredApprovals = config.requiredApprovals;
    out.methods = config.mergeMethods;
    std::set<std::string> statuses;
    for (const auto& branch : config.branches)
        if (projects::matchesPattern(branch.pattern, pull.baseBranch)) {
            out.requiredApprovals = std::max(out.requiredApprovals, branch.requiredApprovals);
            statuses.insert(branch.requiredStatuses.begin(), branch.requiredStatuses.end());
        }
    out.requiredStatuses.assign(statuses.begin(), statuses.end());

    std::map<Id, std::string> last;
    for (const auto& review : PullRepository::reviews(connection, pull.id, 0, mostReviews))
        if (review.verdict != "comment" && review.reviewerId != pull.authorId) {
            if (review.dismissed)
                last.erase(review.reviewerId);
            else
                last[review.reviewerId] = review.verdict;
        }
    for (const auto& [reviewer, verdict] : last)
        if (votes(connection, core, found, reviewer))
            (verdict == "approve" ? out.approvedBy : out.changesRequestedBy).push_back(reviewer);

    std::set<std::string> good;
    for (const auto& status : PullRepository::statuses(connection, pull.repositoryId, pull.headCommit))
        if (status.state == "success")
            good.insert(status.context);
    for (const auto& context : out.requiredStatuses)
        if (!good.contains(context))
            out.missingStatuses.push_back(context);

    const auto block = [&](std::string code, std::string detail) { out.blockers.push_back({std::move(code), std::move(detail)}); };
    if (pull.state != "open")
        block("not_open", "This pull request is " + pull.state + '.');
    if (pull.draft)
        block("draft", "This pull request is a draft.");
    if (!out.changesRequestedBy.empty())
        block("changes_requested", "A reviewer wants changes first.");
    const auto approvals = static_cast<std::int64_t>(out.approvedBy.size());
    if (approvals < out.requiredApprovals)
        block("approvals_missing", "It needs " + std::to_string(out.requiredApprovals) + " approvals and has " +
                                       std::to_string(approvals) + '.');
    if (!out.missingStatuses.empty())
        block("status_missing", "It needs a success of: " + out.missingStatuses.front() +
                                    (out.missingStatuses.size() > 1 ? " and others." : "."));
    return out;
}

Result<void> mayMerge(storage::Connection& connection, const Core& core, const Found& found, const Caller& caller,
                      std::string_view method)
{
    if (auto good = projects::checkRight(found.repository, caller, Right::push); !good)
        return good;
    if (!found.repository.writable())
        return fault(Status::conflict, "not_writable", "Nothing is pushed to this repository.");
    const projects::Ref ref{"refs/heads/" + found.pull.baseBranch, found.pull.baseCommit, found.pull.headCommit, false};
    if (auto good = projects::checkProtected(configOf(connection, found), found.repository.role, ref, "/base"); !good)
        return good;
    const auto judgement = judge(connection, core, found);
    if (std::find(judgement.methods.begin(), judgement.methods.end(), method) == judgement.methods.end())
        return fault(Status::invalid, "method_not_allowed", "This project does not merge in that way.", "/method");
    if (!judgement.blockers.empty())
        return fault(Status::conflict, "merge_blocked", judgement.blockers.front().detail);
    return {};
}

} // namespace netbit::services::pulls
