#pragma once
// What the connections of one listener share, and what those of them that live on one reactor share.

#include "net/Listener.h"
#include "net/Outbox.h"
#include "net/Reactor.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace netbit::net {

class StreamConnection;

/// An outbox with the time-out for a peer that does not read.
class StreamOutbox final : public Outbox, private Deadline {
public:
    void stuckAfter(Reactor& reactor, std::chrono::milliseconds timeout, StreamConnection& connection)
    {
        _connection = &connection;
        reactor.arm(*this, timeout);
    }
    void release(Reactor& reactor) noexcept
    {
        reactor.disarm(*this);
        clear();
    }

private:
    void onDeadline() override;
    StreamConnection* _connection = nullptr;
};

/// Touched on its reactor's thread only.
class StreamShard {
public:
    explicit StreamShard(Reactor& reactorOfIt) : reactor(reactorOfIt) {}

    void add(StreamConnection& connection) noexcept;
    void remove(StreamConnection& connection) noexcept;
    void shutAll();
    void forEach(const StreamListener::Visit& visit);

    std::unique_ptr<StreamOutbox> takeOutbox();
    void giveBack(std::unique_ptr<StreamOutbox> outbox);

    Reactor& reactor;

private:
    StreamConnection* _first = nullptr;
    std::vector<std::unique_ptr<StreamOutbox>> _spare;
};

struct ListenerState {
    ListenerState(ReactorPool& pool, const StreamOptions& options);

    /// Whether one more connection of this address fits; if so, it is counted.
    bool admit(const std::string& address, bool loopback);
    void leave(const std::string& address, bool loopback) noexcept;

    std::vector<std::unique_ptr<StreamShard>> shards;
    StreamListener::Factory factory; // set before the first accept
    const TlsDoor tls;
    ListenerCounts counts;
    std::atomic<std::size_t> maxConnections;
    std::atomic<std::size_t> maxPerAddress;
    std::atomic<std::int64_t> writeTimeoutMs;
    std::atomic<std::size_t> highMark;
    std::atomic<std::size_t> hardMark;

private:
    std::mutex _mutex; // guards _perAddress
    std::unordered_map<std::string, std::size_t> _perAddress;
};

} // namespace netbit::net
