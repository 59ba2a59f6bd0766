#include "services/files/FileStore.h"

#include "services/log/Log.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace netbit::services::files {

namespace fs = std::filesystem;
using base::Descriptor;
using base::fault;
using base::Result;
using base::Status;

namespace {

constexpr std::uint64_t writeBackBytes = 8ull << 20;

base::Error failure(std::string_view what)
{
    const int number = errno;
    if (number == ENOSPC || number == EDQUOT)
        return fault(Status::storageFull, "storage_full", "The server has no room for this file.");
    log::error("files", what, {{"error", std::strerror(number)}});
    return fault(Status::unavailable, "storage_failed", "The server could not store this file.");
}

Result<void> syncFolder(const fs::path& path)
{
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0)
        return failure("A folder could not be synced");
    return {};
}

/// Durably, with those above it.
Result<void> makeFolder(const fs::path& path)
{
    if (::mkdir(path.c_str(), 0700) == 0)
        return syncFolder(path.parent_path());
    if (errno == EEXIST)
        return {};
    if (errno != ENOENT)
        return failure("A folder could not be made");
    if (auto made = makeFolder(path.parent_path()); !made)
        return made;
    return makeFolder(path);
}

bool there(const fs::path& path)
{
    struct stat facts{};
    return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

std::string hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

} // namespace

Incoming::~Incoming()
{
    if (!_path.empty())
        ::unlink(_path.c_str());
}

Result<void> Incoming::write(std::string_view bytes)
{
    _digest.add(bytes);
    while (!bytes.empty()) {
        const auto written = ::write(_file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return failure("A file could not be written");
        bytes.remove_prefix(static_cast<std::size_t>(written));
        _size += static_cast<std::uint64_t>(written);
    }
    // Begun now and then, so that the sync at the end need not wait for all of a large file, and with it a worker.
    if (_size - _begun >= writeBackBytes) {
        ::sync_file_range(_file.get(), static_cast<off_t>(_begun), static_cast<off_t>(_size - _begun), SYNC_FILE_RANGE_WRITE);
        _begun = _size;
    }
    return {};
}

Result<void> Incoming::seal(bool byOthers)
{
    if (byOthers) {
        _digest = {};
        _size = 0;
        std::string piece(256 * 1024, '\0');
        for (;;) {
            const auto got = ::pread(_file.get(), piece.data(), piece.size(), static_cast<off_t>(_size));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return failure("A file could not be read");
            if (got == 0)
                break;
            _digest.add({piece.data(), static_cast<std::size_t>(got)});
            _size += static_cast<std::uint64_t>(got);
        }
    }
    _sha256 = _digest.end();
    if (::fsync(_file.get()) != 0)
        return failure("A file could not be synced");
    return {};
}

Result<std::unique_ptr<FileStore>> FileStore::open(const fs::path& root)
{
    for (const auto* const name : {"incoming", "thumbnails"})
        if (auto made = makeFolder(root / name); !made)
            return fault(Status::unavailable, "data_directory", (root / name).string() + ": cannot be made.");
    std::error_code error;
    for (fs::directory_iterator it(root / "incoming", error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        fs::remove(it->path(), ignored);
    }
    if (error)
        return fault(Status::unavailable, "data_directory", (root / "incoming").string() + ": " + error.message() + '.');
    return std::unique_ptr<FileStore>(new FileStore(root));
}

Result<Incoming> FileStore::begin()
{
    auto path = (_root / "incoming" / "XXXXXX").string();
    Descriptor file(::mkostemp(path.data(), O_CLOEXEC));
    if (!file)
        return failure("A file could not be made");
    return Incoming(std::move(file), std::move(path));
}

fs::path FileStore::place(std::string_view folder, std::string_view sha256) const
{
    const auto name = hex(sha256);
    return _root / folder / name.substr(0, 2) / name.substr(2, 2) / name;
}

Result<void> FileStore::rename(Incoming& incoming, const fs::path& to)
{
    if (there(to)) {
        ::unlink(incoming._path.c_str());
        incoming._path.clear();
        return {};
    }
    if (auto made = makeFolder(to.parent_path()); !made)
        return made;
    if (::fchmod(incoming._file.get(), 0400) != 0 || ::rename(incoming._path.c_str(), to.c_str()) != 0)
        return failure("A file could not be renamed");
    incoming._path.clear();
    return syncFolder(to.parent_path());
}

Result<void> FileStore::keep(Incoming& incoming) { return rename(incoming, place("", incoming.sha256())); }

Result<void> FileStore::keepThumbnail(Incoming& incoming, std::string_view ofSha256)
{
    return rename(incoming, place("thumbnails", ofSha256));
}

Descriptor FileStore::file(std::string_view sha256) const
{
    return Descriptor(::open(place("", sha256).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

Descriptor FileStore::thumbnail(std::string_view sha256) const
{
    return Descriptor(::open(place("thumbnails", sha256).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

std::shared_ptr<const void> FileStore::pin(const std::string& sha256)
{
    const std::lock_guard lock(_pins->mutex); // counts
    ++_pins->counts[sha256];
    return {static_cast<const void*>(this), [pins = _pins, sha256](const void*) {
                const std::lock_guard unpinning(pins->mutex); // counts
                if (--pins->counts[sha256] == 0)
                    pins->counts.erase(sha256);
            }};
}

std::shared_ptr<const void> FileStore::pinAll()
{
    const std::lock_guard lock(_pins->mutex); // all
    ++_pins->all;
    return {static_cast<const void*>(this), [pins = _pins](const void*) {
                const std::lock_guard unpinning(pins->mutex); // all
                --pins->all;
            }};
}

bool FileStore::remove(const std::string& sha256, const std::function<bool()>& unused)
{
    const std::lock_guard lock(_pins->mutex); // counts: nobody pins while this is decided
    if (_pins->all > 0 || _pins->counts.contains(sha256) || !unused())
        return false;
    ::unlink(place("thumbnails", sha256).c_str());
    if (::unlink(place("", sha256).c_str()) == 0 || errno == ENOENT)
        return true;
    log::warn("files", "A file could not be removed", {{"error", std::strerror(errno)}});
    return false;
}

std::uint64_t FileStore::freeBytes() const
{
    struct statvfs facts{};
    if (::statvfs(_root.c_str(), &facts) != 0)
        return 0;
    return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

} // namespace netbit::services::files
