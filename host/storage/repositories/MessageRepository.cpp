#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

MessageRecord readMessage(const Statement& row)
{
    return {.id = row.integer(0),
            .chatId = row.integer(1),
            .senderId = row.integer(2),
            .content = textOf(row, 3),
            .messageType = textOf(row, 4),
            .createdAt = row.integer(5),
            .isEdited = row.integer(6) != 0,
            .editedAt = row.integer(7),
            .replyTo = row.integer(8)};
}

} // namespace

void MessageRepository::insert(Connection& connection, const MessageRecord& message)
{
    auto& statement =
        connection.prepare("INSERT INTO messages (id, chat_id, sender_id, content, message_type, created_at,"
                           " is_edited, edited_at, reply_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    statement.bind(1, message.id)
        .bind(2, message.chatId)
        .bind(3, message.senderId)
        .bind(4, message.content)
        .bind(5, message.messageType)
        .bind(6, message.createdAt)
        .bind(7, message.isEdited ? 1 : 0);
    if (message.editedAt != 0) // what is not bound is NULL
        statement.bind(8, message.editedAt);
    if (message.replyTo != 0)
        statement.bind(9, message.replyTo);
    statement.run();
}

std::optional<MessageRecord> MessageRepository::byId(Connection& connection, Id id)
{
    return one(connection
                   .prepare("SELECT id, chat_id, sender_id, content, message_type, created_at, is_edited, edited_at,"
                            " reply_to FROM messages WHERE id = $1")
                   .bind(1, id),
               readMessage);
}

void MessageRepository::edit(Connection& connection, Id id, std::string_view content, std::int64_t editedAt)
{
    connection.prepare("UPDATE messages SET content = $2, is_edited = 1, edited_at = $3 WHERE id = $1")
        .bind(1, id)
        .bind(2, content)
        .bind(3, editedAt)
        .run();
}

// All three walk the index messages_by_time, whose entries end with the row id: no sorting, and a page costs its own
// rows.
std::vector<MessageRecord> MessageRepository::before(Connection& connection, Id chatId, std::int64_t createdAt, Id id,
                                                     std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, chat_id, sender_id, content, message_type, created_at, is_edited, edited_at,"
                            " reply_to FROM messages WHERE chat_id = $1 AND (created_at, id) < ($2, $3)"
                            " ORDER BY created_at DESC, id DESC LIMIT $4")
                   .bind(1, chatId)
                   .bind(2, createdAt)
                   .bind(3, id)
                   .bind(4, static_cast<std::int64_t>(limit)),
               readMessage);
}

std::vector<MessageRecord> MessageRepository::after(Connection& connection, Id chatId, std::int64_t createdAt, Id id,
                                                    std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, chat_id, sender_id, content, message_type, created_at, is_edited, edited_at,"
                            " reply_to FROM messages WHERE chat_id = $1 AND (created_at, id) > ($2, $3)"
                            " ORDER BY created_at, id LIMIT $4")
                   .bind(1, chatId)
                   .bind(2, createdAt)
                   .bind(3, id)
                   .bind(4, static_cast<std::int64_t>(limit)),
               readMessage);
}

std::vector<MessageRecord> MessageRepository::fromNewest(Connection& connection, Id chatId, std::int64_t offset,
                                                         std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, chat_id, sender_id, content, message_type, created_at, is_edited, edited_at,"
                            " reply_to FROM messages WHERE chat_id = $1"
                            " ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3")
                   .bind(1, chatId)
                   .bind(2, static_cast<std::int64_t>(limit))
                   .bind(3, offset),
               readMessage);
}

std::int64_t MessageRepository::count(Connection& connection, Id chatId)
{
    return number(connection.prepare("SELECT count(*) FROM messages WHERE chat_id = $1").bind(1, chatId));
}

std::int64_t MessageRepository::newestTime(Connection& connection, Id chatId)
{
    return number(connection.prepare("SELECT max(created_at) FROM messages WHERE chat_id = $1").bind(1, chatId));
}

Id MessageRepository::highestId(Connection& connection)
{
    return number(connection.prepare("SELECT max(id) FROM messages"));
}

} // namespace netbit::storage
