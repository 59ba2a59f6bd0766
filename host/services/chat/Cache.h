#pragma once
// Every chat in memory: who is in it, its newest messages, how many there are. Readers take a snapshot and share nothing
// but its reference count; the writer's thread replaces it.

#include "base/SharedCell.h"
#include "services/chat/Members.h"
#include "services/chat/Newest.h"
#include "services/chat/Tally.h"
#include "storage/Records.h"

#include <array>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace netbit::services::chat {

/// How much of a chat's messages is in memory. They come from the database when somebody asks first.
enum class Level : std::uint8_t {
    nothing,
    summary, ///< the last message and the number of all: enough for a list of chats
    window,  ///< as many of the newest as the options say, or all there are
};

struct ChatHead {
    storage::ChatRecord record;
    std::string json; ///< chatHead()
};

/// One moment of a chat; never changed.
struct ChatState {
    std::shared_ptr<const ChatHead> head;
    std::shared_ptr<const Members> members;
    Newest newest;
    std::int64_t total = 0;
    Id loadedThrough = 0; ///< a message with an id up to this was in the database when it was read: it is in here
    std::uint32_t epoch = 0;
    std::int64_t revision = 0; ///< grows by one with every message that is changed in place, as the row's does
    Level level = Level::nothing;

    bool holdsAll() const noexcept { return static_cast<std::int64_t>(newest.size()) >= total; }
    base::Millis lastActivity() const noexcept
    {
        return newest.empty() ? head->record.createdAt : newest.back().createdAt;
    }
};
using StatePtr = std::shared_ptr<const ChatState>;

/// A chat's place. It lives as long as the cache.
class ChatEntry {
public:
    explicit ChatEntry(std::shared_ptr<ChatState> first) : id(first->head->record.id), _cell(std::move(first)) {}

    const Id id;
    Tally tally;

    StatePtr state() const noexcept { return _cell.load(); } ///< [any]

    /// [writer] A message that has been committed.
    void add(CachedMessage message, std::size_t keep);
    /// [writer] A message that has been committed says something else now.
    void replace(CachedMessage message);
    /// [writer]
    void setHead(std::shared_ptr<const ChatHead> head);
    void setMembers(Members members);
    /// [writer] These are members now; by id, and none of them was one.
    void join(const std::vector<Member>& joining);
    /// [writer] Messages were written past the cache: it forgets what it has, and whoever is reading them reads again.
    void forget();

    /// What a reader of the database found in one consistent view.
    struct Read {
        std::vector<CachedMessage> newest; ///< oldest first
        std::int64_t total = 0;
        Id through = 0; ///< the highest message id of all chats in that view
    };
    /// [worker] Brings it to this level by read(count). Readers go on meanwhile, and so does the writer: what it publishes
    /// during the read is noted, and goes behind what was read as far as it is not in it already. Throws what read throws.
    template <class ReadNewest>
    void load(Level level, std::size_t keep, ReadNewest read);

private:
    std::uint32_t startNoting();
    bool install(Read read, Level level, std::size_t keep, std::uint32_t epoch);
    void stopNoting();

    base::SharedCell<const ChatState> _cell; // replaced with _change held
    std::mutex _change;                      // guards _noting, _noted, and the step from one state to the next
    bool _noting = false;
    std::vector<CachedMessage> _noted;
    std::vector<CachedMessage> _notedChanges;
    std::mutex _loading; // one load at a time; the writer's thread never takes it
};

template <class ReadNewest>
void ChatEntry::load(Level level, std::size_t keep, ReadNewest read)
{
    const std::lock_guard lock(_loading); // this load
    while (state()->level < level) {
        const auto epoch = startNoting();
        Read found;
        try {
            found = read(level == Level::summary ? 1 : keep);
        } catch (...) {
            stopNoting();
            throw;
        }
        if (install(std::move(found), level, keep, epoch))
            return;
    }
}

class Cache {
public:
    ChatEntry* find(Id chatId) const;                   ///< [any] nullptr: none
    std::vector<ChatEntry*> ofUser(Id userId) const;    ///< [any]
    std::vector<ChatEntry*> all() const;                ///< [any]
    std::size_t size() const;                           ///< [any]
    ChatEntry& add(std::shared_ptr<ChatState> state);   ///< [writer] and its members
    void join(ChatEntry& entry, const std::vector<Member>& joining); ///< [writer]
    void leave(ChatEntry& entry, Id userId);                         ///< [writer]
    void setHead(ChatEntry& entry, std::shared_ptr<const ChatHead> head); ///< [writer]
    /// [any] Groups and channels of this name, without regard to ASCII case.
    std::vector<ChatEntry*> byName(std::string_view name) const;

private:
    static constexpr std::size_t shards = 16;
    static std::size_t shardOf(Id id) noexcept { return static_cast<std::size_t>(id) % shards; }

    struct Chats {
        mutable std::shared_mutex mutex; // guards chats
        std::unordered_map<Id, std::unique_ptr<ChatEntry>> chats;
    };
    struct Users {
        mutable std::shared_mutex mutex; // guards chats
        std::unordered_map<Id, std::vector<ChatEntry*>> chats;
    };
    void index(ChatEntry& entry, Id userId);
    void name(ChatEntry& entry, const storage::ChatRecord& chat);
    static std::string lower(std::string_view name);

    struct Names {
        mutable std::shared_mutex mutex; // guards chats
        std::unordered_map<std::string, std::vector<ChatEntry*>> chats;
    };

    std::array<Chats, shards> _chats;
    std::array<Users, shards> _users;
    Names _names;
};

} // namespace netbit::services::chat
