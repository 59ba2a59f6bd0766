#pragma once
// One client of GET /api/events: a subscription on one side, a stream of server-sent events on the other.

#include "support/LogPlace.h"

#include <netbit/events.hpp>
#include <netbit/http.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::chat {

/// ?after= or, before it, Last-Event-ID; -1: from now on.
Result<std::int64_t> readAfter(std::optional<std::string_view> lastEventId, std::optional<std::string_view> after);
/// ?topics=a,b.*: at most 32; the views point into the text.
Result<std::vector<std::string_view>> readTopics(std::optional<std::string_view> topics);

/// Appends one event as text/event-stream has it (WHATWG HTML, section 9.2.5).
void appendEvent(std::string& out, const Event& event);
void appendReset(std::string& out, std::int64_t nextId);

/// Events come on the event thread, drained and closed on a reactor, heartbeats on a worker; whoever comes first ends it.
class EventStream final : public EventSink,
                          public StreamListener,
                          public std::enable_shared_from_this<EventStream> {
public:
    /// The subscription comes before the stream, since only it can be refused; what it brings meanwhile is kept.
    Result<void> subscribe(const Events& events, const Principal& principal, support::LogPlace from);
    void attach(Stream stream);

    void heartbeat();
    void end();
    bool isOver() const noexcept { return _over; }

    Take event(const Event& event) override;
    void reset(std::int64_t nextId) override;
    void revoked() override;
    void drained() override;
    void closed() override;
    /// The next generation goes on behind the last event that was written.
    Result<Frozen> freeze() override;
    static std::optional<support::LogPlace> thaw(const Frozen& piece);

private:
    bool send(std::string_view bytes); // with the lock: true: more is welcome

    // Guards all below. Recursive, since a write can find room at once and tell drained() from within.
    std::recursive_mutex _mutex;
    Subscription _subscription;
    Stream _stream;
    Principal _principal;
    support::LogPlace _place; // where it is
    std::string _kept;   // events before there was a stream
    std::string _text;   // the event that is being written; its room is used again
    bool _full = false;  // the client reads too slowly: wait for drained()
    std::atomic<bool> _over{false}; // written with the lock
};

} // namespace netbit::chat
