#pragma once
// What the parts of the chat service share.

#include "base/Buckets.h"
#include "services/chat/Cache.h"
#include "services/chat/ChatService.h"
#include "services/chat/MessageJson.h"
#include "services/chat/Reads.h"
#include "services/chat/Rules.h"
#include "services/events/EventLog.h"
#include "services/users/UserDirectory.h"
#include "storage/Repositories.h"
#include "storage/Writer.h"

#include <map>
#include <unordered_set>

namespace netbit::services::chat {

/// What the writer's thread knows beside the cache; nobody else touches it once the server runs.
class WriterSide {
public:
    void load(storage::Connection& connection);

    Id nextMessageId() noexcept { return ++_lastMessageId; }
    /// The first of `count` ids in a row.
    Id nextMessageIds(std::int64_t count) noexcept { return std::exchange(_lastMessageId, _lastMessageId + count) + 1; }
    Id nextChatId() noexcept { return ++_lastChatId; }
    /// The clock of live messages: never back, so that (created_at, id) is the order of commits. Imports have their own
    /// times and do not move it.
    base::Millis time() noexcept { return _lastTime = std::max(_lastTime, base::now()); }

    /// The direct chat of two users, in either order.
    using Pair = std::pair<Id, Id>;
    static Pair pairOf(Id a, Id b) noexcept { return {std::min(a, b), std::max(a, b)}; }

    std::map<Pair, Id> directs;
    /// Made by a job of the batch under way: the next job of that batch must see it, though nobody else may yet. The job
    /// takes its entry back when it is applied once more and when it has come to its end.
    std::map<Pair, Id> directsUnderWay;
    /// Chats whose members or settings a job of the batch under way has changed: what the cache says of them is not true in
    /// this transaction. An id too many costs a look into the database.
    std::unordered_set<Id> changing;

    Id nextScheduledId() noexcept { return ++_lastScheduledId; }
    Id nextHookId() noexcept { return ++_lastHookId; }

private:
    Id _lastMessageId = 0;
    Id _lastChatId = 0;
    Id _lastScheduledId = 0;
    Id _lastHookId = 0;
    base::Millis _lastTime = 0;
};

struct Core {
    Core(storage::Database& ofDatabase, storage::Writer& ofWriter, users::UserDirectory& ofUsers,
         events::EventLog& ofEvents, ChatOptions options)
        : database(ofDatabase), writer(ofWriter), users(ofUsers), events(ofEvents)
    {
        set(options);
    }

    void set(const ChatOptions& options) noexcept
    {
        keep = std::max<std::size_t>(options.cachedMessages, 1); // the last one is part of every list
        maxMessageBytes = options.maxMessageBytes;
        maxParticipants = options.maxParticipants;
        hookPostsPerMinute = options.hookPostsPerMinute;
    }

    std::string nameOf(Id userId) const
    {
        const auto user = users.byId(userId);
        return user ? user->username : std::string();
    }

    std::string textOf(const storage::MessageRecord& message) const
    {
        return messageText(message, messageMiddle(message, nameOf(message.senderId)));
    }

    CachedMessage cachedOf(const storage::MessageRecord& message) const
    {
        return {message.id, message.createdAt, textOf(message)};
    }

    void look(storage::Connection& connection, const storage::MessageRecord& message) const
    {
        if (spoken && message.messageType != "system" && (message.isEdited || message.content.find('#') != std::string::npos))
            spoken(connection, message);
    }

    /// [worker] The chat's state with at least this much of its messages.
    StatePtr loaded(ChatEntry& entry, Level level);

    storage::Database& database;
    storage::Writer& writer;
    users::UserDirectory& users;
    events::EventLog& events;
    Cache cache;
    Reads reads;
    WriterSide writerSide;
    /// [writer] Within the transaction of a person's message that has a # in it, or of an edit. Set before the first call, or empty.
    std::function<void(storage::Connection&, const storage::MessageRecord&)> spoken;
    std::mutex importing; // one import call that makes chats or users at a time
    std::atomic<base::Millis> nextDue{0}; ///< no scheduled message is due before it
    void dueAt(base::Millis at) noexcept ///< one is
    {
        for (auto next = nextDue.load(); at < next && !nextDue.compare_exchange_weak(next, at);) {
        }
    }
    std::atomic<std::size_t> keep{100};
    std::atomic<std::size_t> maxMessageBytes{0};
    std::atomic<std::size_t> maxParticipants{0};
    std::atomic<std::int64_t> hookPostsPerMinute{0};
    base::Buckets<Id> hookPosts;
};

/// Whether this user may find the chat without being in it: it is public, and he is no guest.
bool findable(const Core& core, const ChatState& state, Id userId);
bool isGuest(const Core& core, Id userId);

} // namespace netbit::services::chat
