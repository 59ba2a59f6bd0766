#include "browse/Merge.h"

#include "browse/Blame.h"
#include "browse/Diff.h"

#include <algorithm>
#include <set>

namespace netbit::git {

namespace {

constexpr std::size_t mostRebased = 500;
constexpr std::size_t mostConflicts = 100; // named

git_merge_options optionsOf()
{
    git_merge_options options = GIT_MERGE_OPTIONS_INIT;
    options.flags = GIT_MERGE_FIND_RENAMES;
    options.target_limit = 200;
    options.recursion_limit = 8;
    return options;
}

std::vector<std::string> conflictsIn(git_index* index)
{
    std::set<std::string> paths;
    const auto conflicts = take(&git_index_conflict_iterator_new, index);
    const git_index_entry* ancestor = nullptr;
    const git_index_entry* ours = nullptr;
    const git_index_entry* theirs = nullptr;
    for (int status = 0; (status = git_index_conflict_next(&ancestor, &ours, &theirs, conflicts.get())) != GIT_ITEROVER;) {
        check(status);
        const auto* const named = ours ? ours : theirs ? theirs : ancestor;
        if (named && paths.size() < mostConflicts)
            paths.insert(named->path);
    }
    return {paths.begin(), paths.end()};
}

Owned<git_index> mergedIndex(const Repository& repository, const git_commit* base, const git_commit* head)
{
    const auto options = optionsOf();
    return take(&git_merge_commits, repository.raw(), base, head, &options);
}

Error conflict(const std::vector<std::string>& paths)
{
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(paths.size(), 5); ++i)
        names += (i == 0 ? "" : ", ") + lossyUtf8(paths[i]);
    return Error(Status::conflict, "merge_conflict",
                 "Both have changed the same places of: " + names + (paths.size() > 5 ? " and more." : "."));
}

Owned<git_tree> treeOf(const Repository& repository, git_index* index)
{
    if (git_index_has_conflicts(index) != 0)
        throw Failure(conflict(conflictsIn(index)));
    git_oid id{};
    check(git_index_write_tree_to(&id, index, repository.raw()));
    return take(&git_tree_lookup, repository.raw(), &id);
}

git_oid made(const Repository& repository, const git_signature* author, const git_signature* committer, const char* encoding,
             const char* message, const git_tree* tree, std::vector<const git_commit*> parents)
{
    git_oid id{};
    check(git_commit_create(&id, repository.raw(), nullptr, author, committer, encoding, message, tree, parents.size(), parents.data()));
    return id;
}

git_oid rebased(const Repository& repository, const git_commit* base, const git_commit* head, const MergeOrder& order,
                const Limits& limits)
{
    const Deadline deadline(limits.time);
    const auto walk = take(&git_revwalk_new, repository.raw());
    git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
    check(git_revwalk_push(walk.get(), git_commit_id(head)));
    check(git_revwalk_hide(walk.get(), git_commit_id(base)));
    std::vector<Owned<git_commit>> commits;
    git_oid id{};
    for (int status = 0; (status = git_revwalk_next(&id, walk.get())) != GIT_ITEROVER;) {
        check(status);
        deadline.check();
        commits.push_back(take(&git_commit_lookup, repository.raw(), &id));
        if (commits.size() > mostRebased)
            throw Failure(Error(Status::tooLarge, "too_many_commits",
                                "A rebase takes at most " + std::to_string(mostRebased) + " commits; merge or squash them."));
    }
    bool straight = true; // each on the one before, the first on the base
    for (std::size_t i = 0; i < commits.size() && straight; ++i)
        straight = git_commit_parentcount(commits[i].get()) == 1 &&
                   same(*git_commit_parent_id(commits[i].get(), 0), i == 0 ? *git_commit_id(base) : *git_commit_id(commits[i - 1].get()));
    if (straight)
        return *git_commit_id(head);
    auto upon = take(&git_commit_lookup, repository.raw(), git_commit_id(base));
    const auto options = optionsOf();
    for (const auto& commit : commits) {
        deadline.check();
        if (git_commit_parentcount(commit.get()) > 1)
            continue; // a merge brings nothing that its commits do not, as git rebase has it
        const auto index = take(&git_cherrypick_commit, repository.raw(), commit.get(), upon.get(), 0u, &options);
        const auto tree = treeOf(repository, index.get());
        if (same(*git_tree_id(tree.get()), *git_commit_tree_id(upon.get())))
            continue; // the base has it already
        const auto next = made(repository, git_commit_author(commit.get()), order.committer, git_commit_message_encoding(commit.get()),
                               git_commit_message_raw(commit.get()), tree.get(), {upon.get()});
        upon = take(&git_commit_lookup, repository.raw(), &next);
    }
    return *git_commit_id(upon.get());
}

} // namespace

std::optional<MergeMethod> mergeMethod(std::string_view name)
{
    if (name == "merge")
        return MergeMethod::merge;
    if (name == "squash")
        return MergeMethod::squash;
    if (name == "rebase")
        return MergeMethod::rebase;
    return std::nullopt;
}

Mergeability mergeability(const Repository& repository, const git_commit* base, const git_commit* head)
{
    Mergeability out;
    git_oid common{};
    const int status = git_merge_base(&common, repository.raw(), git_commit_id(base), git_commit_id(head));
    if (status == GIT_ENOTFOUND) {
        out.related = false;
        return out;
    }
    check(status);
    check(git_graph_ahead_behind(&out.ahead, &out.behind, repository.raw(), git_commit_id(head), git_commit_id(base)));
    if (out.ahead == 0 || out.behind == 0)
        return out;
    const auto index = mergedIndex(repository, base, head);
    if (git_index_has_conflicts(index.get()) != 0)
        out.conflicts = conflictsIn(index.get());
    return out;
}

git_oid merged(const Repository& repository, const git_commit* base, const git_commit* head, const MergeOrder& order,
               const Limits& limits)
{
    git_oid common{};
    const int status = git_merge_base(&common, repository.raw(), git_commit_id(base), git_commit_id(head));
    if (status == GIT_ENOTFOUND)
        throw Failure(Error(Status::conflict, "unrelated_histories", "The two branches have no commit in common."));
    check(status);
    if (same(common, *git_commit_id(head)))
        throw Failure(Error(Status::conflict, "nothing_to_merge", "The base has all commits of the head already."));
    if (order.method == MergeMethod::rebase)
        return rebased(repository, base, head, order, limits);
    const auto index = mergedIndex(repository, base, head);
    const auto tree = treeOf(repository, index.get());
    std::vector<const git_commit*> parents{base};
    if (order.method == MergeMethod::merge)
        parents.push_back(head);
    return made(repository, order.author, order.committer, nullptr, order.message.c_str(), tree.get(), std::move(parents));
}

void moveRef(const Repository& repository, const std::string& fullName, const git_oid* from, const git_oid& to)
{
    git_reference* out = nullptr;
    const int status = from
        ? git_reference_create_matching(&out, repository.raw(), fullName.c_str(), &to, 1, from, nullptr)
        : git_reference_create(&out, repository.raw(), fullName.c_str(), &to, 0, nullptr);
    const Owned<git_reference> made(out);
    if (status == GIT_ENOTFOUND) // it was to be at `from`, and is gone
        throw Failure(Error(Status::conflict, "ref_changed", "Somebody else changed it at the same time."));
    check(status);
}

void dropRef(const Repository& repository, const std::string& fullName)
{
    if (const auto ref = find(&git_reference_lookup, repository.raw(), fullName.c_str()))
        check(git_reference_delete(ref.get()));
}

void bring(const Repository& repository, const std::filesystem::path& from, const std::string& branch, const git_oid& id,
           const std::string& fullName)
{
    git_remote_create_options how = GIT_REMOTE_CREATE_OPTIONS_INIT;
    how.repository = repository.raw();
    how.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF; // a path is meant as it is; and the look for such settings leaks in libgit2 1.5
    const auto remote = take(&git_remote_create_with_opts, from.c_str(), &how);
    git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
    options.update_fetchhead = 0;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.prune = GIT_FETCH_NO_PRUNE;
    std::string spec = "+refs/heads/" + branch + ':' + fullName;
    char* one = spec.data();
    const git_strarray specs{&one, 1};
    check(git_remote_fetch(remote.get(), &specs, &options, nullptr));
    const auto now = repository.refTarget(fullName);
    if (!now || !same(*now, id))
        throw Failure(Error(Status::conflict, "ref_changed", "The branch was pushed to at the same time; try again."));
}

std::optional<LinePlace> lineIn(const Repository& repository, const git_commit* from, const LinePlace& place, const git_commit* to,
                                const Limits& limits)
{
    const auto textAt = [&](const git_commit* commit, std::string_view path) -> Owned<git_blob> {
        const auto entry = repository.entry(commit, path);
        if (!entry || git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB ||
            repository.sizeOf(*git_tree_entry_id(entry.get())) > limits.blobBytes)
            return nullptr;
        return repository.blob(*git_tree_entry_id(entry.get()), limits.blobBytes);
    };
    const auto before = textAt(from, place.path);
    if (!before || place.line == 0 || place.line > linesOf(bytesOf(before.get())))
        return std::nullopt;
    LinePlace out{place.path, 0};
    auto after = textAt(to, place.path);
    if (!after) {
        const auto one = repository.tree(from);
        const auto other = repository.tree(to);
        git_diff_options options = GIT_DIFF_OPTIONS_INIT;
        const auto diff = take(&git_diff_tree_to_tree, repository.raw(), one.get(), other.get(), &options);
        if (git_diff_num_deltas(diff.get()) > limits.diffFiles)
            return std::nullopt;
        git_diff_find_options similar = GIT_DIFF_FIND_OPTIONS_INIT;
        similar.flags = GIT_DIFF_FIND_RENAMES;
        similar.rename_limit = 100;
        check(git_diff_find_similar(diff.get(), &similar));
        for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()) && !after; ++i) {
            const auto* const delta = git_diff_get_delta(diff.get(), i);
            if (delta->status != GIT_DELTA_RENAMED || place.path != delta->old_file.path)
                continue;
            out.path = delta->new_file.path;
            after = textAt(to, out.path);
        }
    }
    if (!after)
        return std::nullopt;
    out.line = LineMap::between(before.get(), after.get()).toAfter(place.line);
    if (out.line == 0)
        return std::nullopt;
    return out;
}

std::vector<git_oid> commitsBetween(const Repository& repository, const git_oid& base, const git_oid& head, std::size_t most)
{
    const auto walk = take(&git_revwalk_new, repository.raw());
    git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL);
    check(git_revwalk_push(walk.get(), &head));
    check(git_revwalk_hide(walk.get(), &base));
    std::vector<git_oid> out;
    git_oid id{};
    while (out.size() < most && git_revwalk_next(&id, walk.get()) == 0)
        out.push_back(id);
    return out;
}

boost::json::array commitList(const Repository& repository, const git_oid& base, const git_oid& head)
{
    constexpr std::size_t most = 250;
    boost::json::array out;
    for (const auto& id : commitsBetween(repository, base, head, most))
        out.push_back(commitJson(take(&git_commit_lookup, repository.raw(), &id).get(), 4'096));
    return out;
}

} // namespace netbit::git
