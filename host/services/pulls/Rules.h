#pragma once
// What keeps a pull request from being merged.

#include "services/pulls/Acts.h"

namespace netbit::services::pulls {

struct Blocker {
    std::string code;   ///< stable: draft, not_open, approvals_missing, changes_requested, status_missing, protected_branch …
    std::string detail; ///< one sentence for a person
};

struct Judgement {
    std::int64_t requiredApprovals = 0;
    std::vector<Id> approvedBy{};
    std::vector<Id> changesRequestedBy{};
    std::vector<std::string> requiredStatuses{};
    std::vector<std::string> missingStatuses{}; ///< of those, not a success
    std::vector<std::string> methods{};
    std::vector<Blocker> blockers{}; ///< whoever merges; empty: it may be merged, if git can
};

/// The last word of each reviewer counts, if it is no mere comment, was not dismissed, and he may push still.
Judgement judge(storage::Connection& connection, const Core& core, const Found& found);
/// And whether this caller may merge it this way: unauthenticated; forbidden / not_allowed, protected_branch; conflict /
/// merge_blocked with the first blocker's sentence; invalid / method_not_allowed.
base::Result<void> mayMerge(storage::Connection& connection, const Core& core, const Found& found, const Caller& caller,
                            std::string_view method);

} // namespace netbit::services::pulls
