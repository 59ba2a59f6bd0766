#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

#define SCHEDULED_COLUMNS                                                                                              \
    "id, chat_id, sender_id, content, reply_to, send_at, created_at, state, message_id, error"

namespace
{

ScheduledRecord readScheduled(const Statement& row)
{
    return {.id = row.integer(0),
            .chatId = row.integer(1),
            .senderId = row.integer(2),
            .content = textOf(row, 3),
            .replyTo = row.integer(4),
            .sendAt = row.integer(5),
            .createdAt = row.integer(6),
            .state = textOf(row, 7),
            .messageId = row.integer(8),
            .error = textOf(row, 9)};
}

} // namespace

void ScheduledRepository::insert(Connection& connection, const ScheduledRecord& scheduled)
{
    auto& statement = connection.prepare("INSERT INTO scheduled_messages (id, chat_id, sender_id, content, reply_to,"
                                         " send_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    statement.bind(1, scheduled.id)
        .bind(2, scheduled.chatId)
        .bind(3, scheduled.senderId)
        .bind(4, scheduled.content)
        .bind(6, scheduled.sendAt)
        .bind(7, scheduled.createdAt);
    bindOrNull(statement, 5, scheduled.replyTo);
    statement.run();
}

std::optional<ScheduledRecord> ScheduledRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " SCHEDULED_COLUMNS " FROM scheduled_messages WHERE id = $1").bind(1, id),
               readScheduled);
}

std::vector<ScheduledRecord> ScheduledRepository::waitingOf(Connection& connection, Id senderId, Id chatId)
{
    return all(connection
                   .prepare("SELECT " SCHEDULED_COLUMNS " FROM scheduled_messages"
                            " WHERE sender_id = $1 AND chat_id = $2 AND state = 'waiting' ORDER BY send_at, id")
                   .bind(1, senderId)
                   .bind(2, chatId),
               readScheduled);
}

std::int64_t ScheduledRepository::waitingCount(Connection& connection, Id senderId)
{
    return number(
        connection.prepare("SELECT count(*) FROM scheduled_messages WHERE sender_id = $1 AND state = 'waiting'")
            .bind(1, senderId));
}

std::vector<ScheduledRecord> ScheduledRepository::due(Connection& connection, std::int64_t at, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " SCHEDULED_COLUMNS " FROM scheduled_messages"
                            " WHERE state = 'waiting' AND send_at <= $1 ORDER BY send_at, id LIMIT $2")
                   .bind(1, at)
                   .bind(2, static_cast<std::int64_t>(limit)),
               readScheduled);
}

void ScheduledRepository::end(Connection& connection, Id id, std::string_view state, Id messageId,
                              std::string_view error)
{
    auto& statement = connection.prepare("UPDATE scheduled_messages SET state = $2, message_id = $3, error = $4"
                                         " WHERE id = $1");
    statement.bind(1, id).bind(2, state).bind(4, error);
    bindOrNull(statement, 3, messageId);
    statement.run();
}

void ScheduledRepository::remove(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM scheduled_messages WHERE id = $1").bind(1, id).run();
}

Id ScheduledRepository::highestId(Connection& connection)
{
    return number(connection.prepare("SELECT max(id) FROM scheduled_messages"));
}

} // namespace netbit::storage
