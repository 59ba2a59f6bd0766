#pragma once
// What happened, in order, as a test can read it and as subscriptions follow it.

#include "services/events/Coalescer.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::fake {

struct StoredEvent {
    std::int64_t id = 0; ///< 0: ephemeral
    std::string topic;
    std::int64_t chatId = 0;
    std::int64_t actorId = 0;
    std::string json;
};

class EventLog {
public:
    EventLog();
    const std::deque<StoredEvent>& all() const noexcept { return _all; }
    std::int64_t lastId() const noexcept { return _lastId; }
    std::int64_t forgotten() const noexcept { return _forgotten; }
    void forget(std::int64_t through);

    const StoredEvent& append(std::string_view topic, std::int64_t chatId, std::int64_t actorId, std::string_view data,
                              bool ephemeral, std::int64_t now);
    /// An ephemeral event of a plugin: at most one a second for the same actor, topic and chat. True: it went out now.
    bool offer(std::string_view topic, std::int64_t chatId, std::int64_t actorId, std::string_view data, std::int64_t now);
    std::optional<std::int64_t> nextEnd() const; ///< when something held may go out
    bool release(std::int64_t now);              ///< true: something went out

private:
    std::deque<StoredEvent> _all;
    std::int64_t _lastId = 0;
    std::int64_t _forgotten = 0;
    services::events::Coalescer _coalescer;
};

} // namespace netbit::fake
