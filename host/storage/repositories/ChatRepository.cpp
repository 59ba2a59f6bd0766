#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

ChatRecord readChat(const Statement& row)
{
    return {.id = row.integer(0),
            .name = textOf(row, 1),
            .chatType = textOf(row, 2),
            .creatorId = row.integer(3),
            .createdAt = row.integer(4),
            .updatedAt = row.integer(5)};
}

ParticipantRecord readParticipant(const Statement& row)
{
    return {.chatId = row.integer(0),
            .userId = row.integer(1),
            .role = textOf(row, 2),
            .joinedAt = row.integer(3),
            .lastReadAt = row.integer(4)};
}

} // namespace

void ChatRepository::insert(Connection& connection, const ChatRecord& chat)
{
    auto& statement = connection.prepare("INSERT INTO chats (id, name, chat_type, creator_id, created_at, updated_at)"
                                         " VALUES ($1, $2, $3, $4, $5, $6)");
    statement.bind(1, chat.id)
        .bind(2, chat.name)
        .bind(3, chat.chatType)
        .bind(5, chat.createdAt)
        .bind(6, chat.updatedAt);
    bindOrNull(statement, 4, chat.creatorId);
    statement.run();
}

void ChatRepository::insertParticipant(Connection& connection, const ParticipantRecord& participant)
{
    connection
        .prepare("INSERT INTO chat_participants (chat_id, user_id, role, joined_at, last_read_at)"
                 " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (chat_id, user_id) DO NOTHING")
        .bind(1, participant.chatId)
        .bind(2, participant.userId)
        .bind(3, participant.role)
        .bind(4, participant.joinedAt)
        .bind(5, participant.lastReadAt)
        .run();
}

void ChatRepository::removeParticipant(Connection& connection, Id chatId, Id userId)
{
    connection.prepare("DELETE FROM chat_participants WHERE chat_id = $1 AND user_id = $2")
        .bind(1, chatId)
        .bind(2, userId)
        .run();
}

void ChatRepository::setRole(Connection& connection, Id chatId, Id userId, std::string_view role)
{
    connection.prepare("UPDATE chat_participants SET role = $3 WHERE chat_id = $1 AND user_id = $2")
        .bind(1, chatId)
        .bind(2, userId)
        .bind(3, role)
        .run();
}

void ChatRepository::setRead(Connection& connection, Id chatId, Id userId, std::int64_t lastReadAt)
{
    connection.prepare("UPDATE chat_participants SET last_read_at = $3 WHERE chat_id = $1 AND user_id = $2")
        .bind(1, chatId)
        .bind(2, userId)
        .bind(3, lastReadAt)
        .run();
}

void ChatRepository::each(Connection& connection, const std::function<void(ChatRecord&&)>& use)
{
    forEach(connection.prepare("SELECT id, name, chat_type, creator_id, created_at, updated_at FROM chats ORDER BY id"),
            readChat, use);
}

void ChatRepository::eachParticipant(Connection& connection, const std::function<void(ParticipantRecord&&)>& use)
{
    forEach(connection.prepare("SELECT chat_id, user_id, role, joined_at, last_read_at FROM chat_participants"
                               " ORDER BY chat_id, user_id"),
            readParticipant, use);
}

Id ChatRepository::highestId(Connection& connection) { return number(connection.prepare("SELECT max(id) FROM chats")); }

} // namespace netbit::storage
