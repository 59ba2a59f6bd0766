#pragma once
// libgit2's objects as values that free themselves, and its failures as exceptions of the SDK.

#include <git2.h>
#include <netbit/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace netbit::git {

namespace detail {

struct Free {
    void operator()(git_repository* it) const noexcept { git_repository_free(it); }
    void operator()(git_object* it) const noexcept { git_object_free(it); }
    void operator()(git_commit* it) const noexcept { git_commit_free(it); }
    void operator()(git_tree* it) const noexcept { git_tree_free(it); }
    void operator()(git_tree_entry* it) const noexcept { git_tree_entry_free(it); }
    void operator()(git_blob* it) const noexcept { git_blob_free(it); }
    void operator()(git_tag* it) const noexcept { git_tag_free(it); }
    void operator()(git_reference* it) const noexcept { git_reference_free(it); }
    void operator()(git_reference_iterator* it) const noexcept { git_reference_iterator_free(it); }
    void operator()(git_revwalk* it) const noexcept { git_revwalk_free(it); }
    void operator()(git_odb* it) const noexcept { git_odb_free(it); }
    void operator()(git_diff* it) const noexcept { git_diff_free(it); }
    void operator()(git_patch* it) const noexcept { git_patch_free(it); }
    void operator()(git_index* it) const noexcept { git_index_free(it); }
    void operator()(git_index_conflict_iterator* it) const noexcept { git_index_conflict_iterator_free(it); }
    void operator()(git_signature* it) const noexcept { git_signature_free(it); }
    void operator()(git_config* it) const noexcept { git_config_free(it); }
    void operator()(git_transaction* it) const noexcept { git_transaction_free(it); }
    void operator()(git_remote* it) const noexcept { git_remote_free(it); }
    void operator()(git_treebuilder* it) const noexcept { git_treebuilder_free(it); }
};

} // namespace detail

template <class T>
using Owned = std::unique_ptr<T, detail::Free>;

/// What libgit2 said against the last call, as an error: notFound stays that, a lock is a conflict, the rest is the repository's
/// fault and says so.
Error gitError(int status);

/// Throws a Failure where a call failed.
inline void check(int status)
{
    if (status < 0)
        throw Failure(gitError(status));
}

/// `take(&git_commit_lookup, repository, &id)`: the object that a call of that form gives.
template <class T, class... Parameters, class... Arguments>
Owned<T> take(int (*call)(T**, Parameters...), Arguments&&... arguments)
{
    T* out = nullptr;
    check(call(&out, std::forward<Arguments>(arguments)...));
    return Owned<T>(out);
}

/// The same; null where there is none, or where HEAD names a branch that was not made yet.
template <class T, class... Parameters, class... Arguments>
Owned<T> find(int (*call)(T**, Parameters...), Arguments&&... arguments)
{
    T* out = nullptr;
    const int status = call(&out, std::forward<Arguments>(arguments)...);
    if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC || status == GIT_EUNBORNBRANCH)
        return nullptr;
    check(status);
    return Owned<T>(out);
}

std::string hexOf(const git_oid& id);
inline std::string hexOf(const git_oid* id) { return hexOf(*id); }
inline bool same(const git_oid& one, const git_oid& other) noexcept { return git_oid_equal(&one, &other) != 0; }

/// Runs what may throw a Failure, and gives its error as a value.
template <class F>
auto asResult(F&& work) -> Result<std::invoke_result_t<F&>>
{
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const Failure& failure) {
        return failure.error();
    }
}

} // namespace netbit::git
