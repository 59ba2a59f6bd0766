#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

#define CHAT_COLUMNS                                                                                                   \
    "id, name, chat_type, creator_id, created_at, updated_at, visibility, topic, description, archived_at,"            \
    " retention_days, revision"
#define PARTICIPANT_COLUMNS "chat_id, user_id, role, joined_at, last_read_at, last_read_id, muted, favourite"

namespace
{

ChatRecord readChat(const Statement& row)
{
    return {.id = row.integer(0),
            .name = textOf(row, 1),
            .chatType = textOf(row, 2),
            .creatorId = row.integer(3),
            .createdAt = row.integer(4),
            .updatedAt = row.integer(5),
            .visibility = textOf(row, 6),
            .topic = textOf(row, 7),
            .description = textOf(row, 8),
            .archivedAt = row.integer(9),
            .retentionDays = row.integer(10),
            .revision = row.integer(11)};
}

ParticipantRecord readParticipant(const Statement& row)
{
    return {.chatId = row.integer(0),
            .userId = row.integer(1),
            .role = textOf(row, 2),
            .joinedAt = row.integer(3),
            .lastReadAt = row.integer(4),
            .lastReadId = row.integer(5),
            .muted = row.integer(6) != 0,
            .favourite = row.integer(7) != 0};
}

} // namespace

void ChatRepository::insert(Connection& connection, const ChatRecord& chat)
{
    auto& statement = connection.prepare("INSERT INTO chats (id, name, chat_type, creator_id, created_at, updated_at,"
                                         " visibility, topic, description) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    statement.bind(1, chat.id)
        .bind(2, chat.name)
        .bind(3, chat.chatType)
        .bind(5, chat.createdAt)
        .bind(6, chat.updatedAt)
        .bind(7, chat.visibility)
        .bind(8, chat.topic)
        .bind(9, chat.description);
    bindOrNull(statement, 4, chat.creatorId);
    statement.run();
}

std::optional<ChatRecord> ChatRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " CHAT_COLUMNS " FROM chats WHERE id = $1").bind(1, id), readChat);
}

void ChatRepository::update(Connection& connection, const ChatRecord& chat)
{
    auto& statement =
        connection.prepare("UPDATE chats SET name = $2, updated_at = $3, visibility = $4, topic = $5, description = $6,"
                           " archived_at = $7, retention_days = $8 WHERE id = $1");
    statement.bind(1, chat.id)
        .bind(2, chat.name)
        .bind(3, chat.updatedAt)
        .bind(4, chat.visibility)
        .bind(5, chat.topic)
        .bind(6, chat.description);
    bindOrNull(statement, 7, chat.archivedAt);
    bindOrNull(statement, 8, chat.retentionDays);
    statement.run();
}

void ChatRepository::countRevision(Connection& connection, Id id)
{
    connection.prepare("UPDATE chats SET revision = revision + 1 WHERE id = $1").bind(1, id).run();
}

void ChatRepository::insertParticipant(Connection& connection, const ParticipantRecord& participant)
{
    connection
        .prepare("INSERT INTO chat_participants (chat_id, user_id, role, joined_at, last_read_at, last_read_id)"
                 " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (chat_id, user_id) DO NOTHING")
        .bind(1, participant.chatId)
        .bind(2, participant.userId)
        .bind(3, participant.role)
        .bind(4, participant.joinedAt)
        .bind(5, participant.lastReadAt)
        .bind(6, participant.lastReadId)
        .run();
}

std::optional<ParticipantRecord> ChatRepository::participant(Connection& connection, Id chatId, Id userId)
{
    return one(connection
                   .prepare("SELECT " PARTICIPANT_COLUMNS " FROM chat_participants WHERE chat_id = $1 AND user_id = $2")
                   .bind(1, chatId)
                   .bind(2, userId),
               readParticipant);
}

std::vector<ParticipantRecord> ChatRepository::participants(Connection& connection, Id chatId, Id after,
                                                            std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " PARTICIPANT_COLUMNS " FROM chat_participants WHERE chat_id = $1 AND user_id > $2"
                            " ORDER BY user_id LIMIT $3")
                   .bind(1, chatId)
                   .bind(2, after)
                   .bind(3, static_cast<std::int64_t>(limit)),
               readParticipant);
}

std::int64_t ChatRepository::participantCount(Connection& connection, Id chatId)
{
    return number(connection.prepare("SELECT count(*) FROM chat_participants WHERE chat_id = $1").bind(1, chatId));
}

std::int64_t ChatRepository::adminCount(Connection& connection, Id chatId)
{
    return number(connection.prepare("SELECT count(*) FROM chat_participants WHERE chat_id = $1 AND role = 'admin'")
                      .bind(1, chatId));
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

void ChatRepository::setRead(Connection& connection, Id chatId, Id userId, Place place)
{
    connection
        .prepare("UPDATE chat_participants SET last_read_at = $3, last_read_id = $4 WHERE chat_id = $1 AND user_id = $2")
        .bind(1, chatId)
        .bind(2, userId)
        .bind(3, place.at)
        .bind(4, place.id)
        .run();
}

void ChatRepository::setFlags(Connection& connection, Id chatId, Id userId, bool muted, bool favourite)
{
    connection.prepare("UPDATE chat_participants SET muted = $3, favourite = $4 WHERE chat_id = $1 AND user_id = $2")
        .bind(1, chatId)
        .bind(2, userId)
        .bind(3, muted ? 1 : 0)
        .bind(4, favourite ? 1 : 0)
        .run();
}

void ChatRepository::each(Connection& connection, const std::function<void(ChatRecord&&)>& use)
{
    forEach(connection.prepare("SELECT " CHAT_COLUMNS " FROM chats ORDER BY id"), readChat, use);
}

void ChatRepository::eachParticipant(Connection& connection, const std::function<void(ParticipantRecord&&)>& use)
{
    forEach(connection.prepare("SELECT " PARTICIPANT_COLUMNS " FROM chat_participants ORDER BY chat_id, user_id"),
            readParticipant, use);
}

Id ChatRepository::highestId(Connection& connection) { return number(connection.prepare("SELECT max(id) FROM chats")); }

} // namespace netbit::storage
