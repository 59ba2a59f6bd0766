#pragma once
// The folder of files: bytes by their digest. It knows of no user and no name.

#include "base/Descriptor.h"
#include "base/Digest.h"
#include "base/Result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netbit::services::files {

/// Bytes on their way into the store. Without a name of its own: it is gone with its owner.
class Incoming {
public:
    Incoming(base::Descriptor file, std::filesystem::path path) : _file(std::move(file)), _path(std::move(path)) {}
    Incoming(Incoming&& other) noexcept
        : _file(std::move(other._file))
        , _path(std::exchange(other._path, {}))
        , _digest(other._digest)
        , _size(other._size)
        , _begun(other._begun)
        , _sha256(std::move(other._sha256))
    {
    }
    Incoming& operator=(Incoming&&) = delete;
    ~Incoming();

    /// Errors, as of all here: storageFull / storage_full; unavailable / storage_failed.
    base::Result<void> write(std::string_view bytes);
    /// All was written, by us or by whoever had the descriptor; it is on disk when this returns. `byOthers`: the digest is
    /// taken from the file.
    base::Result<void> seal(bool byOthers = false);

    int descriptor() const noexcept { return _file.get(); }
    std::uint64_t size() const noexcept { return _size; }
    const std::string& sha256() const noexcept { return _sha256; } ///< 32 bytes, once sealed

private:
    friend class FileStore;
    base::Descriptor _file;
    std::filesystem::path _path; // empty: it was kept
    base::Sha256 _digest;
    std::uint64_t _size = 0;
    std::uint64_t _begun = 0; // of it is being written back
    std::string _sha256;
};

class FileStore {
public:
    /// Makes the folder where it is not there, and throws away what was on its way when the server ended.
    static base::Result<std::unique_ptr<FileStore>> open(const std::filesystem::path& root);

    base::Result<Incoming> begin();
    /// Gives it its final name, durably; or lets it go, where those bytes are there already. Pin it first.
    base::Result<void> keep(Incoming& incoming);
    /// The same for what is made of those bytes: it goes with them.
    base::Result<void> keepThumbnail(Incoming& incoming, std::string_view ofSha256);

    base::Descriptor file(std::string_view sha256) const;      ///< none: not there
    base::Descriptor thumbnail(std::string_view sha256) const; ///< likewise

    /// As long as it is held those bytes are not removed.
    std::shared_ptr<const void> pin(const std::string& sha256);
    /// As long as it is held nothing is removed: for a backup.
    std::shared_ptr<const void> pinAll();
    /// Unless they are pinned, or `unused` says no: that is asked when nobody can pin any more. True: they are gone.
    bool remove(const std::string& sha256, const std::function<bool()>& unused);

    std::uint64_t freeBytes() const; ///< of the disk, for us

private:
    explicit FileStore(std::filesystem::path root) : _root(std::move(root)), _pins(std::make_shared<Pins>()) {}

    struct Pins {
        std::mutex mutex; // guards counts, and every removal
        std::unordered_map<std::string, std::size_t> counts;
        std::size_t all = 0; // likewise
    };

    std::filesystem::path place(std::string_view folder, std::string_view sha256) const;
    base::Result<void> rename(Incoming& incoming, const std::filesystem::path& to);

    const std::filesystem::path _root;
    const std::shared_ptr<Pins> _pins;
};

} // namespace netbit::services::files
