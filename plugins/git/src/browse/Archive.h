#pragma once
// A commit's files as one archive, made piece by piece while it is sent.

#include "browse/TreeWalk.h"

#include <memory>
#include <string>

struct archive;

namespace netbit::git {

enum class ArchiveKind { zip, tarGz };

/// The same commit gives the same bytes. Files lie in one folder, `prefix`; their time is the commit's. A link that leads out of the
/// archive is a file that says where it leads; a submodule is an empty folder.
class Archive {
public:
    /// Failure: tooLarge / file_too_large, tree_too_deep; unavailable / took_too_long; as Repository.
    Archive(Repository repository, const git_oid& commit, ArchiveKind kind, std::string prefix, const Limits& limits);
    ~Archive();
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    /// Appends the next bytes, some 64 KiB at least as long as there are so many; false: that was the end.
    /// Failure: unavailable / repository_unreadable, archive_failed.
    bool next(std::string& out);

private:
    struct Close {
        void operator()(struct archive* it) const noexcept;
    };
    void refuseWhatDoesNotFit(const git_commit* commit) const; ///< before the first byte: later it can only break off
    void add(const TreeWalk::File& file);
    void header(const TreeWalk::File& file, std::string_view link, std::size_t size);

    const Repository _repository;
    const ArchiveKind _kind;
    const std::string _prefix;
    const Limits _limits;
    std::int64_t _time = 0;
    std::string _made; // what libarchive has written and nobody has fetched
    std::unique_ptr<TreeWalk> _walk;
    std::unique_ptr<struct archive, Close> _archive;
    Owned<git_blob> _blob; // under way, from _at on
    std::size_t _at = 0;
    bool _closed = false;
};

/// Whether a link with this target, in a file at `path`, leads to somewhere else in the same archive.
bool staysInside(std::string_view path, std::string_view target);

} // namespace netbit::git
