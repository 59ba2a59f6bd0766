#include "cli/backup/Restore.h"

#include "base/Descriptor.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::cli::backup
{

namespace
{

namespace fs = std::filesystem;
using base::fault;
using base::Result;
using base::Status;

base::Error unwritable(const fs::path& path)
{
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return fault(full ? Status::storageFull : Status::unavailable, "write_failed", path.string() + ": " + std::strerror(errno) + '.');
}

/// Writes one file after the other, as walkBackup() brings them.
class Target
{
public:
    explicit Target(fs::path root)
        : _root(std::move(root))
    {
        struct stat facts{};
        if (::geteuid() == 0 && ::stat(_root.c_str(), &facts) == 0) {
            _owner = facts.st_uid;
            _group = facts.st_gid;
        }
    }

    Result<void> take(const base::BackupEntry& entry, std::string_view piece)
    {
        const auto path = _root / entry.path;
        if (!_file) {
            if (auto made = makeFolders(path.parent_path()); !made)
                return made;
            _file = base::Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
            if (!_file || ::fchown(_file.get(), _owner, _group) != 0)
                return unwritable(path);
            // An archive has files only, and git takes no folder for a repository that has no refs/, though all be packed.
            if (path.filename() == "HEAD" && path.parent_path().extension() == ".git")
                for (const auto* const folder : {"refs/heads", "refs/tags", "objects/pack"})
                    if (auto made = makeFolders(path.parent_path() / folder); !made)
                        return made;
        }
        if (piece.empty()) {
            const mode_t mode = entry.path.starts_with("files/") ? 0400 : 0600;
            if (::fchmod(_file.get(), mode) != 0)
                return unwritable(path);
            _file.reset();
            return {};
        }
        while (!piece.empty()) {
            const auto done = ::write(_file.get(), piece.data(), piece.size());
            if (done < 0 && errno == EINTR)
                continue;
            if (done < 0)
                return unwritable(path);
            piece.remove_prefix(static_cast<std::size_t>(done));
        }
        return {};
    }

    /// Everything on disk, not only in memory.
    Result<void> sync() const
    {
        const base::Descriptor folder(::open(_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        return folder && ::syncfs(folder.get()) == 0 ? Result<void>() : unwritable(_root);
    }

private:
    Result<void> makeFolders(const fs::path& folder)
    {
        if (folder == _root || folder.empty())
            return {};
        if (auto made = makeFolders(folder.parent_path()); !made)
            return made;
        if (::mkdir(folder.c_str(), 0700) == 0)
            return ::chown(folder.c_str(), _owner, _group) == 0 ? Result<void>() : unwritable(folder);
        return errno == EEXIST ? Result<void>() : unwritable(folder);
    }

    fs::path _root;
    uid_t _owner = ::geteuid();
    gid_t _group = ::getegid();
    base::Descriptor _file;
};

} // namespace

Result<base::BackupManifest> restore(const fs::path& archive, const fs::path& data)
{
    auto manifest = base::readBackup(archive);
    if (!manifest)
        return manifest.error();
    std::error_code error;
    const bool was = fs::exists(data, error);
    if (was && !fs::is_empty(data, error))
        return fault(Status::conflict, "not_empty", data.string() + " is not an empty directory; a backup goes into one that is.");
    if (auto good = base::walkBackup(archive, *manifest, [](const auto&, std::string_view) { return Result<void>(); }); !good)
        return good.error();
    fs::create_directories(data.parent_path(), error);
    if (!was && ::mkdir(data.c_str(), 0700) != 0)
        return unwritable(data);
    Target target(data);
    auto written = base::walkBackup(archive, *manifest,
                                    [&](const base::BackupEntry& entry, std::string_view piece) { return target.take(entry, piece); });
    if (written)
        written = target.sync();
    if (written)
        return manifest;
    for (fs::directory_iterator it(data, error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        fs::remove_all(it->path(), ignored);
    }
    if (!was)
        fs::remove(data, error);
    return written.error();
}

} // namespace netbit::cli::backup
