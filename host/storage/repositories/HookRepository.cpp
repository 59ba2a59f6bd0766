#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

HookRecord readHook(const Statement& row)
{
    return {.id = row.integer(0),
            .chatId = row.integer(1),
            .createdBy = row.integer(2),
            .botId = row.integer(3),
            .name = textOf(row, 4),
            .hash = textOf(row, 5),
            .createdAt = row.integer(6)};
}

} // namespace

void HookRepository::insert(Connection& connection, const HookRecord& hook)
{
    connection
        .prepare("INSERT INTO chat_hooks (id, chat_id, created_by, bot_id, name, hash, created_at)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(1, hook.id)
        .bind(2, hook.chatId)
        .bind(3, hook.createdBy)
        .bind(4, hook.botId)
        .bind(5, hook.name)
        .bindBlob(6, hook.hash)
        .bind(7, hook.createdAt)
        .run();
}

std::optional<HookRecord> HookRepository::byHash(Connection& connection, std::string_view hash)
{
    return one(connection
                   .prepare("SELECT id, chat_id, created_by, bot_id, name, hash, created_at FROM chat_hooks WHERE hash = $1")
                   .bindBlob(1, hash),
               readHook);
}

std::vector<HookRecord> HookRepository::of(Connection& connection, Id chatId)
{
    return all(connection
                   .prepare("SELECT id, chat_id, created_by, bot_id, name, hash, created_at FROM chat_hooks"
                            " WHERE chat_id = $1 ORDER BY id")
                   .bind(1, chatId),
               readHook);
}

bool HookRepository::remove(Connection& connection, Id chatId, Id id)
{
    return connection.prepare("DELETE FROM chat_hooks WHERE id = $1 AND chat_id = $2").bind(1, id).bind(2, chatId).run() >
        0;
}

Id HookRepository::highestId(Connection& connection)
{
    return number(connection.prepare("SELECT max(id) FROM chat_hooks"));
}

} // namespace netbit::storage
