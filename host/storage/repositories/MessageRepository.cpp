#include "storage/Repositories.h"
#include "storage/repositories/MessageRow.h"

namespace netbit::storage
{

void MessageRepository::insert(Connection& connection, const MessageRecord& message)
{
    auto& statement =
        connection.prepare("INSERT INTO messages (id, chat_id, sender_id, content, message_type, created_at,"
                           " is_edited, edited_at, reply_to, thread_id, mentions, attachments, attachment_kinds)"
                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
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
    if (message.threadId != 0)
        statement.bind(10, message.threadId);
    if (!message.mentions.empty())
        statement.bind(11, message.mentions);
    if (!message.attachments.empty()) {
        statement.bind(12, message.attachments);
        statement.bind(13, message.attachmentKinds);
    }
    statement.run();
}

std::optional<MessageRecord> MessageRepository::byId(Connection& connection, Id id)
{
    return one(connection
                   .prepare("SELECT " MESSAGE_COLUMNS " FROM messages m WHERE id = $1")
                   .bind(1, id),
               readMessage);
}

void MessageRepository::update(Connection& connection, const MessageRecord& message)
{
    auto& statement = connection.prepare(
        "UPDATE messages SET content = $2, is_edited = $3, edited_at = $4, mentions = $5, reactions = $6,"
        " reply_count = $7, last_reply_at = $8, deleted_at = $9, deleted_by = $10, pinned_at = $11, pinned_by = $12,"
        " attachments = $13, attachment_kinds = $14"
        " WHERE id = $1");
    statement.bind(1, message.id).bind(2, message.content).bind(3, message.isEdited ? 1 : 0).bind(7, message.replyCount);
    bindOrNull(statement, 4, message.editedAt);
    if (message.mentions.empty())
        statement.bindNull(5);
    else
        statement.bind(5, message.mentions);
    if (message.reactions.empty())
        statement.bindNull(6);
    else
        statement.bind(6, message.reactions);
    bindOrNull(statement, 8, message.lastReplyAt);
    bindOrNull(statement, 9, message.deletedAt);
    bindOrNull(statement, 10, message.deletedBy);
    bindOrNull(statement, 11, message.pinnedAt);
    bindOrNull(statement, 12, message.pinnedBy);
    if (message.attachments.empty())
        statement.bindNull(13);
    else
        statement.bind(13, message.attachments);
    bindOrNull(statement, 14, message.attachmentKinds);
    statement.run();
}

std::optional<Place> MessageRepository::newest(Connection& connection, Id chatId)
{
    return one(connection
                   .prepare("SELECT created_at, id FROM messages WHERE chat_id = $1"
                            " ORDER BY created_at DESC, id DESC LIMIT 1")
                   .bind(1, chatId),
               [](const Statement& row) { return Place{row.integer(0), row.integer(1)}; });
}

std::vector<MessageRecord> MessageRepository::threadBefore(Connection& connection, Id threadId, Place place,
                                                           std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " MESSAGE_COLUMNS " FROM messages m WHERE thread_id = $1"
                            " AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4")
                   .bind(1, threadId)
                   .bind(2, place.at)
                   .bind(3, place.id)
                   .bind(4, static_cast<std::int64_t>(limit)),
               readMessage);
}

std::vector<MessageRecord> MessageRepository::threadAfter(Connection& connection, Id threadId, Place place,
                                                          std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " MESSAGE_COLUMNS " FROM messages m WHERE thread_id = $1"
                            " AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4")
                   .bind(1, threadId)
                   .bind(2, place.at)
                   .bind(3, place.id)
                   .bind(4, static_cast<std::int64_t>(limit)),
               readMessage);
}

std::vector<MessageRecord> MessageRepository::pinned(Connection& connection, Id chatId, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " MESSAGE_COLUMNS " FROM messages m WHERE chat_id = $1 AND pinned_at IS NOT NULL"
                            " ORDER BY pinned_at DESC, id DESC LIMIT $2")
                   .bind(1, chatId)
                   .bind(2, static_cast<std::int64_t>(limit)),
               readMessage);
}

std::int64_t MessageRepository::pinnedCount(Connection& connection, Id chatId)
{
    return number(
        connection.prepare("SELECT count(*) FROM messages WHERE chat_id = $1 AND pinned_at IS NOT NULL").bind(1, chatId));
}

// Walks messages_by_time from the mark to the end: who has read all pays nothing.
std::int64_t MessageRepository::unread(Connection& connection, Id chatId, Place mark, Id readerId, Id through)
{
    return number(connection
                      .prepare("SELECT count(*) FROM messages WHERE chat_id = $1 AND (created_at, id) > ($2, $3)"
                               " AND sender_id <> $4 AND deleted_at IS NULL AND id <= $5")
                      .bind(1, chatId)
                      .bind(2, mark.at)
                      .bind(3, mark.id)
                      .bind(4, readerId)
                      .bind(5, through));
}

std::int64_t MessageRepository::unreadInThread(Connection& connection, Id threadId, Place mark, Id readerId)
{
    return number(connection
                      .prepare("SELECT count(*) FROM messages WHERE thread_id = $1 AND (created_at, id) > ($2, $3)"
                               " AND sender_id <> $4 AND deleted_at IS NULL")
                      .bind(1, threadId)
                      .bind(2, mark.at)
                      .bind(3, mark.id)
                      .bind(4, readerId));
}

std::int64_t MessageRepository::unreadMentions(Connection& connection, Id chatId, Place mark, Id readerId, Id through)
{
    const auto of = [&](Id userId) {
        return number(connection
                          .prepare("SELECT count(*) FROM message_mentions JOIN messages ON messages.id = message_id"
                                   " WHERE message_mentions.chat_id = $1 AND user_id = $2"
                                   " AND (message_mentions.created_at, message_id) > ($3, $4)"
                                   " AND sender_id <> $5 AND message_id <= $6")
                          .bind(1, chatId)
                          .bind(2, userId)
                          .bind(3, mark.at)
                          .bind(4, mark.id)
                          .bind(5, readerId)
                          .bind(6, through));
    };
    return of(readerId) + of(0); // a message that mentions everyone has no other row
}

std::int64_t MessageRepository::removeBefore(Connection& connection, Id chatId, std::int64_t createdAt,
                                             std::int64_t limit)
{
    const auto each = [&](std::string_view sql) {
        return connection.prepare(sql).bind(1, chatId).bind(2, createdAt).bind(3, limit).run();
    };
#define OLD_ONES                                                                                                       \
    " IN (SELECT id FROM messages WHERE chat_id = $1 AND created_at < $2 ORDER BY created_at, id LIMIT $3)"
    each("DELETE FROM message_edits WHERE message_id" OLD_ONES);
    each("DELETE FROM message_reactions WHERE message_id" OLD_ONES);
    each("DELETE FROM message_mentions WHERE message_id" OLD_ONES);
    return each("DELETE FROM messages WHERE id" OLD_ONES);
#undef OLD_ONES
}

// All three walk the index messages_by_time, whose entries end with the row id: no sorting, and a page costs its own
// rows.
std::vector<MessageRecord> MessageRepository::before(Connection& connection, Id chatId, std::int64_t createdAt, Id id,
                                                     std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " MESSAGE_COLUMNS " FROM messages m WHERE chat_id = $1 AND (created_at, id) < ($2, $3)"
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
                   .prepare("SELECT " MESSAGE_COLUMNS " FROM messages m WHERE chat_id = $1 AND (created_at, id) > ($2, $3)"
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
                   .prepare("SELECT " MESSAGE_COLUMNS " FROM messages m WHERE chat_id = $1"
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
