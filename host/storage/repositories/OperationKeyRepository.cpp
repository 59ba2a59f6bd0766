#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

std::optional<OperationKeyRecord> OperationKeyRepository::find(Connection& connection, Id userId, std::string_view key)
{
    return one(connection
                   .prepare("SELECT digest, object_id, json, replayed, created_at FROM operation_keys"
                            " WHERE user_id = $1 AND key = $2")
                   .bind(1, userId)
                   .bind(2, key),
               [](const Statement& row) {
                   return OperationKeyRecord{.digest = textOf(row, 0),
                                             .objectId = row.integer(1),
                                             .json = textOf(row, 2),
                                             .replayed = row.integer(3) != 0,
                                             .createdAt = row.integer(4)};
               });
}

void OperationKeyRepository::insert(Connection& connection, Id userId, std::string_view key,
                                    const OperationKeyRecord& record)
{
    connection
        .prepare("INSERT INTO operation_keys (user_id, key, digest, object_id, json, replayed, created_at)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(1, userId)
        .bind(2, key)
        .bindBlob(3, record.digest)
        .bind(4, record.objectId)
        .bind(5, record.json)
        .bind(6, record.replayed ? 1 : 0)
        .bind(7, record.createdAt)
        .run();
}

std::int64_t OperationKeyRepository::prune(Connection& connection, std::int64_t before)
{
    return connection
        .prepare("DELETE FROM operation_keys WHERE (user_id, key) IN"
                 " (SELECT user_id, key FROM operation_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)")
        .bind(1, before)
        .bind(2, pruneRows)
        .run();
}

} // namespace netbit::storage
