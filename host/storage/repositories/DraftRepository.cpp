#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

std::optional<DraftRecord> DraftRepository::find(Connection& connection, Id userId, Id chatId)
{
    return one(connection
                   .prepare("SELECT chat_id, content, reply_to, updated_at FROM drafts"
                            " WHERE user_id = $1 AND chat_id = $2")
                   .bind(1, userId)
                   .bind(2, chatId),
               [](const Statement& row) {
                   return DraftRecord{.chatId = row.integer(0),
                                      .content = textOf(row, 1),
                                      .replyTo = row.integer(2),
                                      .updatedAt = row.integer(3)};
               });
}

void DraftRepository::set(Connection& connection, Id userId, const DraftRecord& draft)
{
    auto& statement = connection.prepare(
        "INSERT INTO drafts (user_id, chat_id, content, reply_to, updated_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (user_id, chat_id) DO UPDATE SET content = $3, reply_to = $4, updated_at = $5");
    statement.bind(1, userId).bind(2, draft.chatId).bind(3, draft.content).bind(5, draft.updatedAt);
    bindOrNull(statement, 4, draft.replyTo);
    statement.run();
}

bool DraftRepository::remove(Connection& connection, Id userId, Id chatId)
{
    return connection.prepare("DELETE FROM drafts WHERE user_id = $1 AND chat_id = $2")
               .bind(1, userId)
               .bind(2, chatId)
               .run() > 0;
}

} // namespace netbit::storage
