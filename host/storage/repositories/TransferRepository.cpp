#include "storage/TransferRepository.h"

#include "storage/repositories/MessageRow.h"

namespace netbit::storage
{

std::string ExternalRepository::instance(Connection& connection)
{
    return one(connection.prepare("SELECT name FROM instance"), [](const Statement& row) { return textOf(row, 0); })
        .value_or("");
}

Id ExternalRepository::source(Connection& connection, std::string_view name)
{
    return number(connection.prepare("SELECT id FROM external_sources WHERE name = $1").bind(1, name));
}

Id ExternalRepository::makeSource(Connection& connection, std::string_view name)
{
    if (const auto known = source(connection, name); known != 0)
        return known;
    connection.prepare("INSERT INTO external_sources (id, name) SELECT coalesce(max(id), 0) + 1, $1 FROM external_sources")
        .bind(1, name)
        .run();
    return source(connection, name);
}

Id ExternalRepository::find(Connection& connection, Id source, ExternalKind kind, std::string_view key)
{
    return number(connection.prepare("SELECT local_id FROM external_ids WHERE source_id = $1 AND kind = $2 AND key = $3")
                      .bind(1, source)
                      .bind(2, static_cast<std::int64_t>(kind))
                      .bind(3, key));
}

void ExternalRepository::insert(Connection& connection, Id source, ExternalKind kind, std::string_view key, Id localId)
{
    connection.prepare("INSERT INTO external_ids (source_id, kind, key, local_id) VALUES ($1, $2, $3, $4)")
        .bind(1, source)
        .bind(2, static_cast<std::int64_t>(kind))
        .bind(3, key)
        .bind(4, localId)
        .run();
}

std::string ExternalRepository::keyOf(Connection& connection, Id source, ExternalKind kind, Id localId)
{
    return one(connection
                   .prepare("SELECT key FROM external_ids WHERE kind = $1 AND local_id = $2 AND source_id = $3"
                            " ORDER BY key LIMIT 1")
                   .bind(1, static_cast<std::int64_t>(kind))
                   .bind(2, localId)
                   .bind(3, source),
               [](const Statement& row) { return textOf(row, 0); })
        .value_or("");
}

bool ExternalRepository::anyReferences(Connection& connection)
{
    return number(connection.prepare("SELECT EXISTS (SELECT 1 FROM external_references)")) != 0;
}

void ExternalRepository::insertReference(Connection& connection, Id source, std::string_view key,
                                         const ExternalReference& reference)
{
    connection
        .prepare("INSERT INTO external_references (source_id, key, use, holder_id, user_id) VALUES ($1, $2, $3, $4, $5)"
                 " ON CONFLICT DO NOTHING")
        .bind(1, source)
        .bind(2, key)
        .bind(3, reference.use)
        .bind(4, reference.holderId)
        .bind(5, reference.userId)
        .run();
}

std::vector<ExternalReference> ExternalRepository::takeReferences(Connection& connection, Id source, std::string_view key)
{
    auto found = all(connection
                         .prepare("SELECT use, holder_id, user_id FROM external_references WHERE source_id = $1 AND key = $2")
                         .bind(1, source)
                         .bind(2, key),
                     [](const Statement& row) {
                         return ExternalReference{textOf(row, 0), row.integer(1), row.integer(2)};
                     });
    if (!found.empty())
        connection.prepare("DELETE FROM external_references WHERE source_id = $1 AND key = $2")
            .bind(1, source)
            .bind(2, key)
            .run();
    return found;
}

std::string ExternalRepository::referenceOf(Connection& connection, Id source, const ExternalReference& reference)
{
    return one(connection
                   .prepare("SELECT key FROM external_references WHERE use = $1 AND holder_id = $2 AND user_id = $3"
                            " AND source_id = $4 ORDER BY key LIMIT 1")
                   .bind(1, reference.use)
                   .bind(2, reference.holderId)
                   .bind(3, reference.userId)
                   .bind(4, source),
               [](const Statement& row) { return textOf(row, 0); })
        .value_or("");
}

void ExternalRepository::dropReference(Connection& connection, const ExternalReference& reference)
{
    connection.prepare("DELETE FROM external_references WHERE use = $1 AND holder_id = $2 AND user_id = $3")
        .bind(1, reference.use)
        .bind(2, reference.holderId)
        .bind(3, reference.userId)
        .run();
}

void TakeInRepository::completeUser(Connection& connection, const UserRecord& user)
{
    connection.prepare("UPDATE users SET email = $2, created_at = $3, provider = $4, erased_at = $5 WHERE id = $1")
        .bind(1, user.id)
        .bind(2, user.email)
        .bind(3, user.createdAt)
        .bind(4, user.provider)
        .bind(5, user.erasedAt)
        .run();
}

void TakeInRepository::setMember(Connection& connection, const ParticipantRecord& member)
{
    connection
        .prepare("UPDATE chat_participants SET role = $3, joined_at = $4, last_read_at = $5, last_read_id = $6, muted = $7,"
                 " favourite = $8 WHERE chat_id = $1 AND user_id = $2")
        .bind(1, member.chatId)
        .bind(2, member.userId)
        .bind(3, member.role)
        .bind(4, member.joinedAt)
        .bind(5, member.lastReadAt)
        .bind(6, member.lastReadId)
        .bind(7, member.muted ? 1 : 0)
        .bind(8, member.favourite ? 1 : 0)
        .run();
}

void TakeInRepository::setLink(Connection& connection, Id messageId, Id replyTo, Id threadId)
{
    auto& statement = connection.prepare("UPDATE messages SET reply_to = $2, thread_id = $3 WHERE id = $1");
    statement.bind(1, messageId);
    bindOrNull(statement, 2, replyTo);
    bindOrNull(statement, 3, threadId);
    statement.run();
}

void TakeInRepository::countReplies(Connection& connection, Id threadId)
{
    connection
        .prepare("UPDATE messages SET reply_count = max(reply_count, found.number),"
                 " last_reply_at = max(coalesce(last_reply_at, 0), found.newest)"
                 " FROM (SELECT count(*) AS number, max(created_at) AS newest FROM messages WHERE thread_id = $1) AS found"
                 " WHERE id = $1 AND found.number > 0")
        .bind(1, threadId)
        .run();
}

void OutgoingRepository::eachUserId(Connection& connection, const std::function<void(Id)>& use)
{
    forEach(connection.prepare("SELECT id FROM users ORDER BY id"), [](const Statement& row) { return row.integer(0); }, use);
}

std::vector<Id> OutgoingRepository::chatsOf(Connection& connection, Id userId)
{
    return all(connection
                   .prepare("SELECT chat_id FROM chat_participants WHERE user_id = $1"
                            " UNION SELECT chat_id FROM messages WHERE sender_id = $1 ORDER BY 1")
                   .bind(1, userId),
               [](const Statement& row) { return row.integer(0); });
}

std::vector<Id> OutgoingRepository::usersOf(Connection& connection, Id chatId)
{
    return all(connection
                   .prepare("SELECT user_id FROM chat_participants WHERE chat_id = $1"
                            " UNION SELECT sender_id FROM messages WHERE chat_id = $1"
                            " UNION SELECT deleted_by FROM messages WHERE chat_id = $1 AND deleted_by IS NOT NULL"
                            " UNION SELECT pinned_by FROM messages WHERE chat_id = $1 AND pinned_at IS NOT NULL"
                            " UNION SELECT user_id FROM message_mentions WHERE chat_id = $1 AND user_id <> 0"
                            " UNION SELECT user_id FROM message_reactions JOIN messages ON messages.id = message_id"
                            "  WHERE chat_id = $1 AND reactions IS NOT NULL"
                            " UNION SELECT creator_id FROM chats WHERE id = $1 AND creator_id IS NOT NULL"
                            " UNION SELECT user_id FROM drafts WHERE chat_id = $1"
                            " UNION SELECT sender_id FROM scheduled_messages WHERE chat_id = $1 AND state = 'waiting'"
                            " UNION SELECT created_by FROM chat_hooks WHERE chat_id = $1"
                            " UNION SELECT bot_id FROM chat_hooks WHERE chat_id = $1"
                            " ORDER BY 1")
                   .bind(1, chatId),
               [](const Statement& row) { return row.integer(0); });
}

std::vector<DatedReaction> OutgoingRepository::reactionsOf(Connection& connection, Id messageId)
{
    return all(connection
                   .prepare("SELECT emoji, user_id, created_at FROM message_reactions WHERE message_id = $1"
                            " ORDER BY created_at, emoji, user_id")
                   .bind(1, messageId),
               [](const Statement& row) {
                   return DatedReaction{textOf(row, 0), row.integer(1), row.integer(2)};
               });
}

std::vector<Id> OutgoingRepository::filesOf(Connection& connection, Id chatId, Id ownerId)
{
    return all(connection
                   .prepare("SELECT id FROM files WHERE ($2 = 0 OR owner_id = $2) AND ($1 = 0 OR"
                            " EXISTS (SELECT 1 FROM message_files WHERE file_id = files.id AND chat_id = $1)) ORDER BY id")
                   .bind(1, chatId)
                   .bind(2, ownerId),
               [](const Statement& row) { return row.integer(0); });
}

std::vector<Id> OutgoingRepository::filesIn(Connection& connection, Id messageId)
{
    return all(connection.prepare("SELECT file_id FROM message_files WHERE message_id = $1 ORDER BY file_id").bind(1, messageId),
               [](const Statement& row) { return row.integer(0); });
}

std::vector<OwnedDraft> OutgoingRepository::drafts(Connection& connection, Id chatId)
{
    return all(connection.prepare("SELECT user_id, chat_id, content, reply_to, updated_at FROM drafts WHERE chat_id = $1").bind(1, chatId),
               [](const Statement& row) {
                   return OwnedDraft{row.integer(0),
                                     {.chatId = row.integer(1), .content = textOf(row, 2), .replyTo = row.integer(3),
                                      .updatedAt = row.integer(4)}};
               });
}

std::vector<ScheduledRecord> OutgoingRepository::waiting(Connection& connection, Id chatId)
{
    return all(connection
                   .prepare("SELECT id, chat_id, sender_id, content, reply_to, send_at, created_at FROM scheduled_messages"
                            " WHERE chat_id = $1 AND state = 'waiting'")
                   .bind(1, chatId),
               [](const Statement& row) {
                   return ScheduledRecord{.id = row.integer(0), .chatId = row.integer(1), .senderId = row.integer(2),
                                          .content = textOf(row, 3), .replyTo = row.integer(4), .sendAt = row.integer(5),
                                          .createdAt = row.integer(6)};
               });
}

Id OutgoingRepository::unnamedFile(Connection& connection, Id ownerId, std::string_view name, std::string_view sha256,
                                   std::int64_t createdAt)
{
    return number(connection
                      .prepare("SELECT id FROM files WHERE sha256 = $1 AND owner_id = $2 AND name = $3 AND created_at = $4"
                               " AND avatar = 0 AND NOT EXISTS"
                               " (SELECT 1 FROM external_ids WHERE kind = 4 AND local_id = files.id) LIMIT 1")
                      .bindBlob(1, sha256)
                      .bind(2, ownerId)
                      .bind(3, name)
                      .bind(4, createdAt));
}

std::vector<ThreadReadRecord> OutgoingRepository::threadReads(Connection& connection, Id chatId)
{
    return all(connection
                   .prepare("SELECT thread_id, user_id, last_read_at, last_read_id FROM thread_reads"
                            " WHERE thread_id IN (SELECT id FROM messages WHERE chat_id = $1 AND reply_count > 0)"
                            " ORDER BY thread_id, user_id")
                   .bind(1, chatId),
               [](const Statement& row) {
                   return ThreadReadRecord{row.integer(0), row.integer(1), {row.integer(2), row.integer(3)}};
               });
}

std::vector<MessageRecord> OutgoingRepository::messages(Connection& connection, Id chatId, Place after, Id senderId,
                                                        std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " MESSAGE_COLUMNS " FROM messages m WHERE chat_id = $1 AND (created_at, id) > ($2, $3)"
                            " AND ($4 = 0 OR sender_id = $4) ORDER BY created_at, id LIMIT $5")
                   .bind(1, chatId)
                   .bind(2, after.at)
                   .bind(3, after.id)
                   .bind(4, senderId)
                   .bind(5, static_cast<std::int64_t>(limit)),
               readMessage);
}

} // namespace netbit::storage
