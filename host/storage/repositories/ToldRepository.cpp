#include "storage/ToldRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

Statement& bound(Statement& statement, const ToldThreadRecord& thread)
{
    return statement.bind(1, thread.repositoryId).bind(2, thread.chatId).bind(3, thread.branch).bind(4, thread.pullId);
}

} // namespace

Id ToldRepository::find(Connection& connection, const ToldThreadRecord& thread)
{
    return number(bound(connection.prepare("SELECT message_id FROM told_threads WHERE repository_id = $1 AND chat_id = $2"
                                           " AND branch = $3 AND pull_id = $4"),
                        thread));
}

void ToldRepository::put(Connection& connection, const ToldThreadRecord& thread)
{
    bound(connection.prepare("INSERT INTO told_threads (repository_id, chat_id, branch, pull_id, message_id)"
                             " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO UPDATE SET message_id = excluded.message_id"),
          thread)
        .bind(5, thread.messageId)
        .run();
}

void ToldRepository::remove(Connection& connection, const ToldThreadRecord& thread)
{
    bound(connection.prepare("DELETE FROM told_threads WHERE repository_id = $1 AND chat_id = $2 AND branch = $3 AND pull_id = $4"),
          thread)
        .run();
}

bool ToldRepository::hasPull(Connection& connection, Id chatId, Id messageId)
{
    return number(connection.prepare("SELECT count(*) FROM told_threads WHERE chat_id = $1 AND message_id = $2 AND pull_id <> 0")
                      .bind(1, chatId)
                      .bind(2, messageId)) != 0;
}

} // namespace netbit::storage
