#pragma once
// The subscription of one connection.

#include "tcp/src/Context.h"

#include "support/LogPlace.h"

#include <netbit/transport.hpp>

#include <atomic>
#include <mutex>
#include <string_view>

namespace netbit::tcp {

/// Nothing of it leaves before the Ack of the Subscribe packet has, although the log may deliver earlier.
class EventStream final : public EventSink {
public:
    EventStream(std::shared_ptr<Context> context, Conn conn) : _context(std::move(context)), _conn(std::move(conn)) {}

    /// [reactor] Subscribes; nothing leaves yet.
    Result<void> open(const std::shared_ptr<EventStream>& self, const Principal& who, support::LogPlace from);
    /// [any] The Ack has left.
    void begin();
    /// [reactor] There is room again.
    void resume();
    /// [reactor] After it nothing more leaves, but the packet given; the caller holds a share meanwhile.
    void end(std::string_view lastWords = {});

    /// [reactor] Ends, and gives the place from which another stream goes on. Nothing: it had ended before.
    std::optional<support::LogPlace> freeze();

    /// [reactor] Whether anything was delivered since it was last asked.
    bool takeDelivered() noexcept { return _delivered.exchange(false, std::memory_order_relaxed); }

    Take event(const Event& event) override;
    void reset(std::int64_t nextId) override;
    void revoked() override;

private:
    bool put(const Body& packet);
    void cameTo(std::int64_t id) noexcept; // with the lock

    const std::shared_ptr<Context> _context;
    const Conn _conn;
    std::atomic<bool> _delivered{false};
    std::mutex _mutex; // guards what follows, and the order of what is sent
    Subscription _subscription;
    support::LogPlace _place; // up to there everything was sent, or is held
    std::vector<Body> _held; // what came before the Ack had left
    bool _begun = false;
    bool _over = false;
};

} // namespace netbit::tcp
