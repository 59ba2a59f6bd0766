#include "browse/Repository.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include <dlfcn.h>

namespace netbit::git {

namespace {

Error notFound()
{
    return Error(Status::notFound, "revision_not_found", "This repository has no such branch, tag or commit.");
}

bool isHex(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

Owned<git_commit> peeled(const git_object* object)
{
    git_object* out = nullptr;
    const int status = git_object_peel(&out, object, GIT_OBJECT_COMMIT);
    if (status == GIT_EPEEL || status == GIT_EINVALIDSPEC || status == GIT_ENOTFOUND || status == GIT_EAMBIGUOUS)
        return nullptr;
    check(status);
    return Owned<git_commit>(reinterpret_cast<git_commit*>(out));
}

Owned<git_commit> ofRef(git_repository* repository, const std::string& name)
{
    if (name.find('\0') != std::string::npos)
        return nullptr;
    const auto ref = find(&git_reference_lookup, repository, name.c_str());
    if (!ref)
        return nullptr;
    git_object* out = nullptr;
    const int status = git_reference_peel(&out, ref.get(), GIT_OBJECT_COMMIT);
    if (status < 0)
        return nullptr; // of a tag of a tree, or whose target is gone
    return Owned<git_commit>(reinterpret_cast<git_commit*>(out));
}

/// libgit2 keeps memory for each thread that has called it, and a function of its own frees that when the thread ends. The host's
/// threads outlive this plugin: so libgit2 stays in the process, and is never shut down.
void keepLoaded()
{
    Dl_info info{};
    if (::dladdr(reinterpret_cast<void*>(&git_libgit2_init), &info) != 0)
        ::dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

} // namespace

Library::Library(bool syncs)
{
    static std::once_flag once;
    std::call_once(once, [] {
        if (git_libgit2_init() < 0)
            throw Failure(Error(Status::unavailable, "libgit2_unusable", "libgit2 does not start."));
        keepLoaded();
        for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
            git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
        git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, static_cast<ssize_t>(16 << 20));
        git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, static_cast<size_t>(8 << 20));
        git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, static_cast<size_t>(256 << 20));
        git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, static_cast<size_t>(256));
    });
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, syncs ? 1 : 0);
}

void Deadline::check() const
{
    if (over())
        throw Failure(Error(Status::unavailable, "took_too_long", "This takes longer than a request may; ask for less."));
}

Repository Repository::open(const std::filesystem::path& path)
{
    git_repository* out = nullptr;
    const int status = git_repository_open_bare(&out, path.c_str());
    if (status == GIT_ENOTFOUND)
        throw Failure(Error(Status::unavailable, "repository_missing", "The repository is not on this server's disk."));
    check(status);
    return Repository(Owned<git_repository>(out));
}

Owned<git_commit> Repository::commit(std::string_view revision) const
{
    const auto give = [](Owned<git_commit> found) {
        if (!found)
            throw Failure(notFound());
        return found;
    };
    if (revision.size() > 1'024 || revision.empty())
        throw Failure(notFound());
    if (const auto id = readId(revision)) {
        if (const auto object = find(&git_object_lookup, raw(), &*id, GIT_OBJECT_ANY))
            return give(peeled(object.get()));
    }
    const std::string name(revision);
    if (revision.starts_with("refs/"))
        return give(ofRef(raw(), name));
    for (const char* const place : {"refs/heads/", "refs/tags/"})
        if (auto found = ofRef(raw(), place + name))
            return found;
    if (revision.size() < 7 || revision.size() >= GIT_OID_HEXSZ || !isHex(revision))
        throw Failure(notFound());
    git_oid id{};
    check(git_oid_fromstrn(&id, revision.data(), revision.size()));
    const auto object = find(&git_object_lookup_prefix, raw(), &id, revision.size(), GIT_OBJECT_ANY);
    return give(object ? peeled(object.get()) : nullptr);
}

Owned<git_commit> Repository::branch(std::string_view name) const { return ofRef(raw(), "refs/heads/" + std::string(name)); }

std::optional<git_oid> Repository::refTarget(const std::string& fullName) const
{
    if (fullName.find('\0') != std::string::npos)
        return std::nullopt;
    git_oid id{};
    const int status = git_reference_name_to_id(&id, raw(), fullName.c_str());
    if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC)
        return std::nullopt;
    check(status);
    return id;
}

bool Repository::hasBranches() const
{
    const auto refs = take(&git_reference_iterator_glob_new, raw(), "refs/heads/*");
    const char* name = nullptr;
    return git_reference_next_name(&name, refs.get()) == 0;
}

Owned<git_tree> Repository::tree(const git_commit* commit) const { return take(&git_commit_tree, commit); }

Owned<git_tree_entry> Repository::entry(const git_commit* commit, std::string_view path) const
{
    if (!isPath(path))
        return nullptr;
    const auto root = tree(commit);
    git_tree_entry* out = nullptr;
    const int status = git_tree_entry_bypath(&out, root.get(), std::string(path).c_str());
    if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC)
        return nullptr;
    check(status);
    return Owned<git_tree_entry>(out);
}

Owned<git_tree> Repository::treeAt(const git_commit* commit, std::string_view path) const
{
    if (path.empty())
        return tree(commit);
    const auto found = entry(commit, path);
    if (!found || git_tree_entry_type(found.get()) != GIT_OBJECT_TREE)
        return nullptr;
    return take(&git_tree_lookup, raw(), git_tree_entry_id(found.get()));
}

std::size_t Repository::sizeOf(const git_oid& blob) const
{
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    check(git_odb_read_header(&size, &type, objects().get(), &blob));
    return size;
}

Owned<git_blob> Repository::blob(const git_oid& id, std::size_t most) const
{
    if (const auto size = sizeOf(id); size > most)
        throw Failure(Error(Status::tooLarge, "file_too_large",
                            "The file has " + std::to_string(size) + " bytes; here it may have " + std::to_string(most) +
                                ". Clone the repository to get it."));
    return take(&git_blob_lookup, raw(), &id);
}

std::string_view bytesOf(const git_blob* blob)
{
    return {static_cast<const char*>(git_blob_rawcontent(blob)), static_cast<std::size_t>(git_blob_rawsize(blob))};
}

bool isBinary(std::string_view bytes)
{
    const auto head = bytes.substr(0, 8'000);
    return std::memchr(head.data(), 0, head.size()) != nullptr;
}

bool isPath(std::string_view path)
{
    if (path.empty() || path.size() > 4'096 || path.find('\0') != std::string_view::npos)
        return false;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto part = path.substr(at, end - at);
        if (part.empty() || part == "." || part == "..")
            return false;
        at = end + 1;
    }
    return true;
}

std::string_view trimmedPath(std::string_view path)
{
    while (path.starts_with('/'))
        path.remove_prefix(1);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    return path;
}

std::optional<git_oid> readId(std::string_view hex)
{
    if (hex.size() != GIT_OID_HEXSZ || !isHex(hex))
        return std::nullopt;
    git_oid id{};
    if (git_oid_fromstrn(&id, hex.data(), hex.size()) < 0)
        return std::nullopt;
    return id;
}

} // namespace netbit::git
