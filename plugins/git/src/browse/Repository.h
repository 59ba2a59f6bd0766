#pragma once
// One bare repository that is read: opened for a request, by its path, and never left.

#include "browse/Handles.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::git {

/// libgit2, from the first of these on. It reads no configuration of the machine's or of a user's, and keeps little in
/// memory: what it has mapped and cached is shared by all requests.
class Library {
public:
    /// `syncs`: what is written is on the disk when the call that wrote it returns.
    explicit Library(bool syncs = true);
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
};

/// What one request may take.
struct Limits {
    std::chrono::milliseconds time{5'000};
    std::size_t blobBytes = 1u << 20;      ///< of a file that is shown in JSON, searched or diffed; larger ones are only named
    std::size_t rawBytes = 64u << 20;      ///< of a file that is given as it is
    std::size_t entries = 1'000;           ///< of a tree, on one page
    std::size_t diffFiles = 300;           ///< whose changes are listed
    std::size_t diffBytes = 2u << 20;      ///< of changed lines
    std::size_t diffLines = 20'000;
    std::size_t walkedEntries = 200'000;   ///< of trees, by languages and the search
    std::size_t blameLines = 20'000;
    std::size_t markdownBytes = 64u << 10; ///< that is made into HTML; a longer text is shown as it is
    unsigned depth = 256;                  ///< of trees in trees
};

/// When a request must have ended.
class Deadline {
public:
    explicit Deadline(std::chrono::milliseconds time) : _end(std::chrono::steady_clock::now() + time) {}
    bool over() const noexcept { return std::chrono::steady_clock::now() >= _end; }
    /// Throws unavailable / took_too_long.
    void check() const;

private:
    std::chrono::steady_clock::time_point _end;
};

/// One thread at a time. All its functions throw a Failure.
class Repository {
public:
    /// Nothing is searched for: the path is the repository. Failure: unavailable / repository_unreadable.
    static Repository open(const std::filesystem::path& path);

    git_repository* raw() const noexcept { return _repository.get(); }
    Owned<git_odb> objects() const { return take(&git_repository_odb, raw()); }

    /// What a client calls a revision: the full id of a commit or of a tag, a name below refs/, a branch, a tag, the beginning of
    /// an id (at least 7 digits); in this order. Nothing of git's revision language: no "@{…}", no "^", no ":/".
    /// Failure: notFound / revision_not_found.
    Owned<git_commit> commit(std::string_view revision) const;
    /// The branch, without refs/heads/; null where it has none.
    Owned<git_commit> branch(std::string_view name) const;
    /// null: there is none. A name that git does not allow is none either.
    std::optional<git_oid> refTarget(const std::string& fullName) const;
    bool hasBranches() const;

    /// The entry at a path; null for the root and for what is not there. Never follows a link.
    Owned<git_tree_entry> entry(const git_commit* commit, std::string_view path) const;
    Owned<git_tree> tree(const git_commit* commit) const;
    /// null: it is no tree.
    Owned<git_tree> treeAt(const git_commit* commit, std::string_view path) const;
    /// The size as the object's head says it.
    std::size_t sizeOf(const git_oid& blob) const;
    /// Failure: tooLarge / file_too_large.
    Owned<git_blob> blob(const git_oid& id, std::size_t most) const;

private:
    explicit Repository(Owned<git_repository> repository) : _repository(std::move(repository)) {}

    Owned<git_repository> _repository;
};

std::string_view bytesOf(const git_blob* blob);
/// As git tells it: a NUL among the first 8,000 bytes.
bool isBinary(std::string_view bytes);

/// Whether it can be the path of a file in a repository: not empty, no empty part, no "." or "..", no NUL, at most 4,096 bytes.
bool isPath(std::string_view path);
/// Without "/" at its ends.
std::string_view trimmedPath(std::string_view path);
std::optional<git_oid> readId(std::string_view hex); ///< 40 digits

} // namespace netbit::git
