#pragma once
// Chats, members and messages in memory, by the real service's rules.

#include "base/Result.h"
#include "services/Done.h"
#include "services/chat/Members.h"
#include "services/chat/Rules.h"
#include "storage/Records.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::fake {

class EventLog;
class People;

/// A page as the border tells it; its body in the pieces in which a real host gives it.
struct ChatPage {
    std::vector<std::string> pieces;
    std::uint32_t count = 0;
    std::int64_t firstId = 0;
    std::int64_t lastId = 0;
    std::int64_t total = 0;
    bool hasOlder = false;
    bool hasNewer = false;
    std::string etag;
};

class Chats {
public:
    Chats(People& people, EventLog& events, std::size_t messageBytes)
        : _people(people), _events(events), _messageBytes(messageBytes)
    {
    }

    base::Result<std::string> list(const services::auth::Principal& principal, std::uint32_t page, std::uint32_t perPage,
                                   bool mayBlock) const;
    base::Result<std::string> get(const services::auth::Principal& principal, std::int64_t chatId, bool mayBlock) const;
    base::Result<ChatPage> page(const services::auth::Principal& principal, const services::chat::PageQuery& query,
                                bool mayBlock) const;
    base::Result<void> mayRead(const services::auth::Principal& principal, std::int64_t chatId) const;
    bool isMember(std::int64_t userId, std::int64_t chatId) const;

    /// What is refused at once, and what is only seen by the writer.
    base::Result<void> checkCreate(const services::auth::Principal& principal, services::chat::NewChat& chat) const;
    services::Completed create(const services::auth::Principal& principal, const services::chat::NewChat& chat,
                               std::int64_t now);
    base::Result<void> checkSend(const services::auth::Principal& principal,
                                 const services::chat::NewMessage& message) const;
    base::Result<services::Completed> send(const services::auth::Principal& principal,
                                           const services::chat::NewMessage& message, std::int64_t now);

    bool onDisk = false; ///< reading messages has to block

private:
    struct Chat {
        storage::ChatRecord record;
        services::chat::Members members;
        std::vector<storage::MessageRecord> messages;

        std::int64_t lastActivity() const { return messages.empty() ? record.createdAt : messages.back().createdAt; }
    };
    struct Sent {
        std::string digest;
        std::int64_t chatId = 0;
        std::int64_t messageId = 0;
    };
    base::Result<const Chat*> visible(const services::auth::Principal& principal, std::int64_t chatId) const;
    std::string jsonOf(const storage::MessageRecord& message) const;
    std::string jsonOf(const Chat& chat, std::int64_t forUser) const;
    base::Result<void> inMemory(bool mayBlock) const;

    People& _people;
    EventLog& _events;
    std::size_t _messageBytes;
    std::map<std::int64_t, Chat> _chats;
    std::map<std::pair<std::int64_t, std::string>, Sent> _keys; // by sender and key
    std::int64_t _lastMessageId = 0;
};

} // namespace netbit::fake
