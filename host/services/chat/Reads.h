#pragma once
// What each member has not read yet: a function of the log and his mark alone. It is counted in the database when he first
// asks, from his mark to the end; from then on it is that count and what the chat's tally has grown by.

#include "services/chat/Cache.h"
#include "services/chat/MessageJson.h"
#include "storage/Database.h"

#include <array>
#include <limits>
#include <optional>

namespace netbit::services::chat {

class Reads {
public:
    /// [any] From memory; nothing: it must be read first.
    std::optional<OwnView> find(Id userId, ChatEntry& entry);
    /// [worker] Reads and remembers it. Zeros for someone who is no member.
    OwnView read(storage::Connection& connection, Id userId, ChatEntry& entry);
    /// [writer] The user's mark or settings have changed, or he is a member no more.
    void forget(Id userId, Id chatId);

    /// Counted here and now.
    static OwnView count(storage::Connection& connection, Id userId, Id chatId,
                         Id through = std::numeric_limits<Id>::max());

private:
    struct Known {
        OwnView view;
        Tally::Sum base;
    };
    struct Shard {
        std::mutex mutex; // guards both
        std::unordered_map<Id, std::unordered_map<Id, Known>> users; // by chat
        std::uint64_t forgotten = 0; // how often: who read before it may not remember after it
    };
    static constexpr std::size_t shards = 16;
    Shard& shardOf(Id userId) noexcept { return _shards[static_cast<std::size_t>(userId) % shards]; }

    std::array<Shard, shards> _shards;
};

} // namespace netbit::services::chat
