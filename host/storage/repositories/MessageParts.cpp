// What belongs to a message and is not in its row.

#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

void MentionRepository::insert(Connection& connection, Id chatId, Id userId, Place message)
{
    connection
        .prepare("INSERT INTO message_mentions (chat_id, user_id, created_at, message_id) VALUES ($1, $2, $3, $4)")
        .bind(1, chatId)
        .bind(2, userId)
        .bind(3, message.at)
        .bind(4, message.id)
        .run();
}

void MentionRepository::removeOf(Connection& connection, const MessageRecord& message)
{
    connection.prepare("DELETE FROM message_mentions WHERE message_id = $1").bind(1, message.id).run();
}

void EditRepository::insert(Connection& connection, Id messageId, const EditRecord& edit)
{
    connection
        .prepare("INSERT INTO message_edits (message_id, version, content, written_at)"
                 " SELECT $1, coalesce(max(version), 0) + 1, $2, $3 FROM message_edits WHERE message_id = $1")
        .bind(1, messageId)
        .bind(2, edit.content)
        .bind(3, edit.writtenAt)
        .run();
}

std::vector<EditRecord> EditRepository::of(Connection& connection, Id messageId)
{
    return all(connection
                   .prepare("SELECT version, content, written_at FROM message_edits WHERE message_id = $1"
                            " ORDER BY version")
                   .bind(1, messageId),
               [](const Statement& row) {
                   return EditRecord{.version = row.integer(0), .content = textOf(row, 1), .writtenAt = row.integer(2)};
               });
}

void EditRepository::removeOf(Connection& connection, Id messageId)
{
    connection.prepare("DELETE FROM message_edits WHERE message_id = $1").bind(1, messageId).run();
}

bool ReactionRepository::insert(Connection& connection, Id messageId, std::string_view emoji, Id userId,
                                std::int64_t at)
{
    return connection
               .prepare("INSERT INTO message_reactions (message_id, emoji, user_id, created_at)"
                        " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
               .bind(1, messageId)
               .bind(2, emoji)
               .bind(3, userId)
               .bind(4, at)
               .run() > 0;
}

bool ReactionRepository::remove(Connection& connection, Id messageId, std::string_view emoji, Id userId)
{
    return connection.prepare("DELETE FROM message_reactions WHERE message_id = $1 AND emoji = $2 AND user_id = $3")
               .bind(1, messageId)
               .bind(2, emoji)
               .bind(3, userId)
               .run() > 0;
}

std::vector<ReactionRecord> ReactionRepository::of(Connection& connection, Id messageId)
{
    return all(connection
                   .prepare("SELECT emoji, user_id, created_at FROM message_reactions WHERE message_id = $1"
                            " ORDER BY created_at, emoji, user_id")
                   .bind(1, messageId),
               [](const Statement& row) {
                   return ReactionRecord{.emoji = textOf(row, 0), .userId = row.integer(1), .createdAt = row.integer(2)};
               });
}

void ReactionRepository::removeOf(Connection& connection, Id messageId)
{
    connection.prepare("DELETE FROM message_reactions WHERE message_id = $1").bind(1, messageId).run();
}

std::optional<Place> ThreadReadRepository::find(Connection& connection, Id userId, Id threadId)
{
    return one(connection
                   .prepare("SELECT last_read_at, last_read_id FROM thread_reads WHERE user_id = $1 AND thread_id = $2")
                   .bind(1, userId)
                   .bind(2, threadId),
               [](const Statement& row) { return Place{row.integer(0), row.integer(1)}; });
}

void ThreadReadRepository::set(Connection& connection, Id userId, Id threadId, Place place)
{
    connection
        .prepare("INSERT INTO thread_reads (user_id, thread_id, last_read_at, last_read_id) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (user_id, thread_id) DO UPDATE SET last_read_at = $3, last_read_id = $4")
        .bind(1, userId)
        .bind(2, threadId)
        .bind(3, place.at)
        .bind(4, place.id)
        .run();
}

} // namespace netbit::storage
