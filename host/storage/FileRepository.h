#pragma once
// The SQL of files. As in Repositories.h: no rule, no cache; all throw DatabaseError.

#include "storage/Database.h"
#include "storage/Records.h"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct FileRecord {
    Id id = 0;
    Id ownerId = 0;
    std::string sha256{}; ///< 32 bytes
    std::int64_t size = 0;
    std::string name{};
    std::string mediaType{};
    std::int64_t width = 0; ///< of an image that could be read
    std::int64_t height = 0;
    bool avatar = false;
    std::int64_t createdAt = 0;
};

struct FileRepository {
    static Id insert(Connection&, const FileRecord&); ///< gives the id, which the database chooses
    static std::optional<FileRecord> byId(Connection&, Id);
    static std::optional<FileRecord> avatarOf(Connection&, Id ownerId);
    /// Without avatars, newest first, before this id (0: from the newest).
    static std::vector<FileRecord> of(Connection&, Id ownerId, Id before, std::size_t limit);
    static std::int64_t usedBy(Connection&, Id ownerId); ///< bytes, with the avatar
    static bool remove(Connection&, Id); ///< false: there is none
    static void removeAvatar(Connection&, Id ownerId);
    static void makeAvatar(Connection&, Id); ///< its owner must have none
    /// What the owner has not sent, and the avatar.
    static void removeUnattached(Connection&, Id ownerId);

    static void attach(Connection&, Id messageId, Id chatId, Id fileId);
    static bool attached(Connection&, Id fileId);
    static std::vector<Id> chatsWith(Connection&, Id fileId); ///< that have a message with it
    static void each(Connection&, Id ownerId, const std::function<void(const FileRecord&)>&); ///< without the avatar

    /// Each of the bytes once: 32 bytes of SHA-256 and their size.
    static void eachDigest(Connection&, const std::function<void(std::string_view sha256, std::int64_t size)>&);

    // Bytes that no file has.
    static void orphan(Connection&, std::string_view sha256, std::int64_t since); ///< also one that is there already
    struct Orphan {
        std::string sha256{};
        std::int64_t since = 0;
    };
    static std::vector<Orphan> orphansBefore(Connection&, std::int64_t since, std::size_t limit);
    static bool isOrphan(Connection&, const Orphan&); ///< still, since then
    static void forget(Connection&, const Orphan&); ///< its bytes are gone
};

} // namespace netbit::storage
