#pragma once
// Files of users: uploads, quotas, who may read what. Every call says for whom.

#include "base/Descriptor.h"
#include "base/Result.h"
#include "services/Done.h"
#include "services/auth/Principal.h"
#include "services/files/FileStore.h"
#include "services/files/Thumbnailer.h"
#include "services/operations/Operation.h"
#include "storage/FileRepository.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::storage {
class Database;
class Writer;
} // namespace netbit::storage

namespace netbit::services::files {

class FileService;
struct FileCore;
using storage::FileRecord;
using storage::Id;

struct FileOptions {
    std::uint64_t maxBytes = 100ull << 20;     ///< of one file
    std::uint64_t quotaBytes = 1024ull << 20;  ///< of one user; 0: none
    std::uint64_t keepFreeBytes = 64ull << 20; ///< of the disk: an upload does not take the database's room
    unsigned uploadsPerUser = 4;               ///< at once
    std::chrono::seconds grace{86'400};        ///< bytes that no file has stay so long
};

/// Of the house; set once, before the first call.
struct FileRules {
    std::function<base::Result<void>(const auth::Principal&, Id chatId)> mayReadChat; ///< [worker]
    std::function<base::Result<void>(const auth::Principal&, Id userId)> maySeeUser;  ///< [worker]
};

enum class Purpose : std::uint8_t { attachment, avatar };
enum class Part : std::uint8_t { original, thumbnail, avatar };

struct NewUpload {
    Purpose purpose = Purpose::attachment;
    std::string name;
    std::optional<std::uint64_t> length; ///< as the client says
    std::string key;                     ///< idempotency, or empty
};

/// [worker] One call at a time. Destroyed before finish(), it leaves nothing behind.
class Upload {
public:
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    /// Errors: tooLarge / file_too_large; storageFull / quota_exceeded, storage_full; unavailable / storage_failed.
    base::Result<void> write(std::string_view bytes);

private:
    friend class FileService;
    void release() noexcept; ///< what it reserves, and its place among the uploads under way
    Upload(FileCore& core, NewUpload wanted, Id owner, Incoming incoming);

    FileCore& _core;
    NewUpload _wanted;
    const Id _owner;
    auth::PrincipalPtr _by; ///< null: an import
    Incoming _incoming;
    std::uint64_t _reserved = 0;  // counted as the owner's while it is under way
    std::uint64_t _most = 0;
    bool _released = false;
    std::uint64_t _sinceLook = 0; // at the disk's room
    std::int64_t _createdAt = 0;  // 0: now
};

struct OpenedFile {
    base::Descriptor file;
    Id id = 0;
    std::int64_t size = 0;
    std::string name;
    std::string mediaType;
    std::string etag; ///< strong, with its quotes
};

class FileService {
public:
    using Opened = std::function<void(base::Result<OpenedFile>)>;

    FileService(storage::Database& database, storage::Writer& writer, std::unique_ptr<FileStore> store, FileRules rules,
                FileOptions options, Thumbnailer::Options thumbnailer);
    ~FileService(); ///< behind the writer's stop(): its jobs use it
    void stop();    ///< [control] before the writer's: no more pictures are made
    FileService(const FileService&) = delete;
    FileService& operator=(const FileService&) = delete;

    void setOptions(const FileOptions& options); ///< [control]
    std::uint64_t maxBytes() const noexcept;     ///< [any]

    /// [worker] Errors, besides those of write(): unauthenticated; forbidden / no_user; rateLimited / too_many_uploads;
    /// invalid / invalid_key.
    base::Result<std::unique_ptr<Upload>> begin(const auth::PrincipalPtr& principal, NewUpload wanted);
    /// [worker] That was all. Returns an error at once, or `done` is called with the file's id and JSON when it is on disk. An
    /// image has its size and thumbnail by then. An avatar: invalid / unreadable_image where it is none.
    base::Result<void> finish(std::unique_ptr<Upload> upload, Done done);

    /// [worker] For an import: of a user who need not be there, without a quota, dated as it was. Waits for the end.
    base::Result<std::unique_ptr<Upload>> beginImport(Id owner, std::string name, std::int64_t createdAt);
    base::Result<FileRecord> finishImport(std::unique_ptr<Upload> upload);
    /// [worker] For an export: whoever's it is. Nothing: no such file, or its bytes are not there.
    std::optional<std::pair<FileRecord, base::Descriptor>> openForExport(Id fileId);

    /// [worker] Returns an error at once, or `opened` is called, before it returns or later. Errors: notFound /
    /// file_not_found, no_thumbnail, no_avatar; those of maySeeUser; unavailable / storage_failed, too_busy.
    base::Result<void> open(const auth::PrincipalPtr& principal, Id id, Part part, Opened opened);

    /// [any] As long as it is held collect() removes nothing.
    std::shared_ptr<const void> keepAll();
    /// [worker] Removes bytes that no file has had for the grace time. Gives how many.
    std::size_t collect();

    FileCore& core() noexcept; ///< for its operations, which stand beside it

private:
    /// Bytes that have their place, and what their row will say.
    struct Kept {
        FileRecord record;
        std::shared_ptr<const void> pin;
    };
    base::Result<Kept> keepBytes(Upload& upload, Incoming& incoming);
    base::Result<void> finishAvatar(std::unique_ptr<Upload> upload, Done done);
    base::Result<void> openThumbnail(FileRecord file, Opened opened);
    base::Result<void> insert(std::unique_ptr<Upload> upload, Kept kept, Done done);

    std::unique_ptr<FileCore> _core;
};

/// {"id","owner_id","name","size","media_type","width","height","sha256","created_at"}; width and height are null where it is
/// no image that could be read.
std::string fileJson(const FileRecord& file);

} // namespace netbit::services::files
