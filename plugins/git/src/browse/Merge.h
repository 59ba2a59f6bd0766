#pragma once
// Merging in memory: no work tree is ever written, and nothing of a repository changes before its ref does.

#include "browse/Answer.h"

#include <vector>

namespace netbit::git {

enum class MergeMethod { merge, squash, rebase };
std::optional<MergeMethod> mergeMethod(std::string_view name);

struct Mergeability {
    bool related = true;                ///< there is a commit that both come from
    std::size_t ahead = 0;              ///< commits of the head that the base does not have; 0: nothing to merge
    std::size_t behind = 0;
    std::vector<std::string> conflicts; ///< paths that both have changed in ways that do not go together
};
Mergeability mergeability(const Repository& repository, const git_commit* base, const git_commit* head);

struct MergeOrder {
    MergeMethod method = MergeMethod::merge;
    const git_signature* author = nullptr;    ///< of the merge or of the squashed commit; rebased ones keep theirs
    const git_signature* committer = nullptr;
    std::string message;                      ///< as above
};

/// The commit that the base is to be at then. Where the base is in the head's line of single commits already, a rebase is the head
/// itself. Failure: conflict / merge_conflict, nothing_to_merge, unrelated_histories; tooLarge / too_many_commits;
/// unavailable / took_too_long.
git_oid merged(const Repository& repository, const git_commit* base, const git_commit* head, const MergeOrder& order,
               const Limits& limits);

/// The ref goes from the one to the other, durably, or stays. `from` null: there must be none yet.
/// Failure: conflict / ref_changed: it is not at `from`, or somebody is changing it.
void moveRef(const Repository& repository, const std::string& fullName, const git_oid* from, const git_oid& to);

/// Also one that is not there.
void dropRef(const Repository& repository, const std::string& fullName);

/// The ref of ours is at `id` then, with all that it needs, taken from the branch of another repository on this disk.
/// Failure: conflict / ref_changed: the branch is somewhere else by now.
void bring(const Repository& repository, const std::filesystem::path& from, const std::string& branch, const git_oid& id,
           const std::string& fullName);

/// Where a line of a file in one commit is in another; nothing: it is gone. A renamed file is followed.
struct LinePlace {
    std::string path;
    std::uint32_t line = 0;
};
std::optional<LinePlace> lineIn(const Repository& repository, const git_commit* from, const LinePlace& place, const git_commit* to,
                                const Limits& limits);

/// The commits of the head that the base does not have, newest first.
std::vector<git_oid> commitsBetween(const Repository& repository, const git_oid& base, const git_oid& head, std::size_t most);

/// The same, as the API shows them.
boost::json::array commitList(const Repository& repository, const git_oid& base, const git_oid& head);

} // namespace netbit::git
