#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

void ExportRepository::eachChat(Connection& connection, Id userId,
                                const std::function<void(const ChatRecord&, const ParticipantRecord&)>& use)
{
    auto& statement = connection.prepare("SELECT chats.id, chats.name, chats.chat_type, chats.created_at, mine.role,"
                                         " mine.joined_at FROM chat_participants AS mine JOIN chats ON chats.id = mine.chat_id"
                                         " WHERE mine.user_id = $1 ORDER BY chats.id");
    statement.bind(1, userId);
    Rows rows(statement);
    while (rows.next()) {
        const ChatRecord chat{.id = statement.integer(0),
                              .name = textOf(statement, 1),
                              .chatType = textOf(statement, 2),
                              .createdAt = statement.integer(3)};
        use(chat, {.chatId = chat.id,
                   .userId = userId,
                   .role = textOf(statement, 4),
                   .joinedAt = statement.integer(5)});
    }
}

void ExportRepository::eachMessage(Connection& connection, Id userId, const std::function<void(const MessageRecord&)>& use)
{
    forEach(connection
                .prepare("SELECT id, chat_id, content, message_type, created_at FROM messages WHERE sender_id = $1"
                         " ORDER BY id")
                .bind(1, userId),
            [userId](const Statement& row) {
                return MessageRecord{.id = row.integer(0),
                                     .chatId = row.integer(1),
                                     .senderId = userId,
                                     .content = textOf(row, 2),
                                     .messageType = textOf(row, 3),
                                     .createdAt = row.integer(4)};
            },
            use);
}

} // namespace netbit::storage
