#pragma once
// What the parts of the file service share. Internal to the room.

#include "services/files/FileService.h"
#include "storage/Database.h"
#include "storage/Writer.h"

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace netbit::services::files {

struct FileCore {
    FileCore(storage::Database& ofDatabase, storage::Writer& ofWriter, std::unique_ptr<FileStore> ofStore, FileRules ofRules,
             Thumbnailer::Options ofThumbnailer)
        : database(ofDatabase), writer(ofWriter), store(std::move(ofStore)), rules(std::move(ofRules)),
          thumbnailer(std::move(ofThumbnailer))
    {
    }

    FileOptions options() const
    {
        const std::lock_guard lock(mutex); // current
        return current;
    }

    /// A read for one request; what the engine says against it becomes an error.
    base::Result<void> read(const std::function<void(storage::Connection&)>& work) const;
    /// [worker] The owner, and whoever may read a chat that it is attached in. Error: notFound / file_not_found.
    base::Result<FileRecord> readable(const auth::Principal& principal, Id fileId) const;

    storage::Database& database;
    storage::Writer& writer;
    const std::unique_ptr<FileStore> store;
    const FileRules rules;
    Thumbnailer thumbnailer;

    /// [a thread of the thumbnailer] Makes the thumbnail of bytes that are there, unless it is there too.
    base::Result<PictureSize> picture(const std::string& sha256);
    /// Whether they were tried in vain since the start: the same bytes are not tried again and again.
    bool knownUnreadable(const std::string& sha256) const;

    /// Uploads of one user that are under way.
    struct UnderWay {
        unsigned count = 0;
        std::uint64_t bytes = 0;
        std::uint64_t used = 0; ///< by files that are there, as the newest upload found it
    };
    mutable std::mutex mutex; // guards what follows
    FileOptions current;
    std::unordered_map<Id, UnderWay> underWay;
    std::unordered_set<std::string> unreadable;
};

base::Error fileNotFound();
base::Error quotaExceeded(std::uint64_t quota);

} // namespace netbit::services::files
