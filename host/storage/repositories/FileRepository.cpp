#include "storage/FileRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

#define FILE_COLUMNS "f.id, f.owner_id, f.sha256, f.size, f.name, f.media_type, f.width, f.height, f.avatar, f.created_at"

FileRecord read(const Statement& row)
{
    return {.id = row.integer(0),
            .ownerId = row.integer(1),
            .sha256 = textOf(row, 2),
            .size = row.integer(3),
            .name = textOf(row, 4),
            .mediaType = textOf(row, 5),
            .width = row.integer(6),
            .height = row.integer(7),
            .avatar = row.integer(8) != 0,
            .createdAt = row.integer(9)};
}

} // namespace

Id FileRepository::insert(Connection& connection, const FileRecord& file)
{
    return number(connection
                      .prepare("INSERT INTO files (owner_id, sha256, size, name, media_type, width, height, avatar, created_at)"
                               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id")
                      .bind(1, file.ownerId)
                      .bindBlob(2, file.sha256)
                      .bind(3, file.size)
                      .bind(4, file.name)
                      .bind(5, file.mediaType)
                      .bind(6, file.width)
                      .bind(7, file.height)
                      .bind(8, file.avatar ? 1 : 0)
                      .bind(9, file.createdAt));
}

std::optional<FileRecord> FileRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " FILE_COLUMNS " FROM files f WHERE f.id = $1").bind(1, id), read);
}

std::optional<FileRecord> FileRepository::avatarOf(Connection& connection, Id ownerId)
{
    return one(
        connection.prepare("SELECT " FILE_COLUMNS " FROM files f WHERE f.owner_id = $1 AND f.avatar = 1").bind(1, ownerId), read);
}

std::vector<FileRecord> FileRepository::of(Connection& connection, Id ownerId, Id before, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " FILE_COLUMNS " FROM files f WHERE f.owner_id = $1 AND ($2 = 0 OR f.id < $2)"
                            " AND f.avatar = 0 ORDER BY f.id DESC LIMIT $3")
                   .bind(1, ownerId)
                   .bind(2, before)
                   .bind(3, static_cast<std::int64_t>(limit)),
               read);
}

std::int64_t FileRepository::usedBy(Connection& connection, Id ownerId)
{
    return number(connection.prepare("SELECT coalesce(sum(size), 0) FROM files WHERE owner_id = $1").bind(1, ownerId));
}

bool FileRepository::remove(Connection& connection, Id id)
{
    return connection.prepare("DELETE FROM files WHERE id = $1").bind(1, id).run() > 0;
}

void FileRepository::makeAvatar(Connection& connection, Id id)
{
    connection.prepare("UPDATE files SET avatar = 1 WHERE id = $1").bind(1, id).run();
}

void FileRepository::removeAvatar(Connection& connection, Id ownerId)
{
    connection.prepare("DELETE FROM files WHERE owner_id = $1 AND avatar = 1").bind(1, ownerId).run();
}

void FileRepository::removeUnattached(Connection& connection, Id ownerId)
{
    connection
        .prepare("DELETE FROM files WHERE owner_id = $1"
                 " AND NOT EXISTS (SELECT 1 FROM message_files WHERE file_id = files.id)")
        .bind(1, ownerId)
        .run();
}

void FileRepository::attach(Connection& connection, Id messageId, Id chatId, Id fileId)
{
    connection.prepare("INSERT INTO message_files (message_id, file_id, chat_id) VALUES ($1, $2, $3)")
        .bind(1, messageId)
        .bind(2, fileId)
        .bind(3, chatId)
        .run();
}

bool FileRepository::attached(Connection& connection, Id fileId)
{
    return number(connection.prepare("SELECT EXISTS (SELECT 1 FROM message_files WHERE file_id = $1)").bind(1, fileId)) != 0;
}

std::vector<Id> FileRepository::chatsWith(Connection& connection, Id fileId)
{
    return all(connection.prepare("SELECT DISTINCT chat_id FROM message_files WHERE file_id = $1").bind(1, fileId),
               [](const Statement& row) { return row.integer(0); });
}

void FileRepository::each(Connection& connection, Id ownerId, const std::function<void(const FileRecord&)>& use)
{
    forEach(connection
                .prepare("SELECT " FILE_COLUMNS " FROM files f WHERE f.owner_id = $1 AND f.avatar = 0 ORDER BY f.id")
                .bind(1, ownerId),
            read, use);
}

void FileRepository::orphan(Connection& connection, std::string_view sha256, std::int64_t since)
{
    connection
        .prepare("INSERT INTO file_orphans (sha256, since) SELECT $1, $2"
                 " WHERE NOT EXISTS (SELECT 1 FROM files WHERE sha256 = $1) ON CONFLICT (sha256) DO UPDATE SET since = $2")
        .bindBlob(1, sha256)
        .bind(2, since)
        .run();
}

std::vector<FileRepository::Orphan> FileRepository::orphansBefore(Connection& connection, std::int64_t since,
                                                                  std::size_t limit)
{
    return all(connection.prepare("SELECT sha256, since FROM file_orphans WHERE since <= $1 ORDER BY since LIMIT $2")
                   .bind(1, since)
                   .bind(2, static_cast<std::int64_t>(limit)),
               [](const Statement& row) { return Orphan{textOf(row, 0), row.integer(1)}; });
}

bool FileRepository::isOrphan(Connection& connection, const Orphan& orphan)
{
    return number(connection
                      .prepare("SELECT EXISTS (SELECT 1 FROM file_orphans WHERE sha256 = $1 AND since = $2)"
                               " AND NOT EXISTS (SELECT 1 FROM files WHERE sha256 = $1)")
                      .bindBlob(1, orphan.sha256)
                      .bind(2, orphan.since)) != 0;
}

void FileRepository::forget(Connection& connection, const Orphan& orphan)
{
    connection.prepare("DELETE FROM file_orphans WHERE sha256 = $1 AND since = $2")
        .bindBlob(1, orphan.sha256)
        .bind(2, orphan.since)
        .run();
}

void FileRepository::eachDigest(Connection& connection, const std::function<void(std::string_view, std::int64_t)>& take)
{
    auto& rows = connection.prepare("SELECT sha256, max(size) FROM files GROUP BY sha256");
    while (rows.step())
        take(rows.text(0), rows.integer(1));
}

} // namespace netbit::storage
