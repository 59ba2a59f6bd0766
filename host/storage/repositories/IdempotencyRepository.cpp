#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

std::optional<IdempotencyRecord> IdempotencyRepository::find(Connection& connection, Id senderId, std::string_view key)
{
    return one(
        connection.prepare("SELECT digest, message_id, created_at FROM message_keys WHERE sender_id = $1 AND key = $2")
            .bind(1, senderId)
            .bind(2, key),
        [](const Statement& row) {
            return IdempotencyRecord{
                .digest = textOf(row, 0), .messageId = row.integer(1), .createdAt = row.integer(2)};
        });
}

void IdempotencyRepository::insert(Connection& connection, Id senderId, std::string_view key,
                                   const IdempotencyRecord& record)
{
    connection
        .prepare(
            "INSERT INTO message_keys (sender_id, key, digest, message_id, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(1, senderId)
        .bind(2, key)
        .bindBlob(3, record.digest)
        .bind(4, record.messageId)
        .bind(5, record.createdAt)
        .run();
}

std::int64_t IdempotencyRepository::prune(Connection& connection, std::int64_t before)
{
    return connection
        .prepare("DELETE FROM message_keys WHERE (sender_id, key) IN"
                 " (SELECT sender_id, key FROM message_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)")
        .bind(1, before)
        .bind(2, pruneRows)
        .run();
}

} // namespace netbit::storage
