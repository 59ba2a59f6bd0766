#pragma once
// What all connections of a server share, and what those on one reactor share.

#include "base/SharedCell.h"
#include "edge/ReplyHead.h"
#include "edge/Router.h"
#include "edge/Server.h"
#include "net/Reactor.h"
#include "trace/Recorder.h"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace netbit::edge {

class ExchangeImpl;
class HttpConnection;

/// Touched on its reactor's thread only, but for the counts, which others may read.
class EdgeShard {
public:
    EdgeShard(net::Reactor& reactorOfIt, unsigned index, unsigned count);
    ~EdgeShard();

    void add(HttpConnection& connection) noexcept;
    void remove(HttpConnection& connection) noexcept;
    /// For the drain: closes those that wait for a request.
    void closeIdle();

    /// An exchange with an id of its own. Its memory comes back here when its last owner lets go, from whatever thread.
    std::shared_ptr<ExchangeImpl> takeExchange();
    void giveBack(std::unique_ptr<ExchangeImpl> exchange);

    void count(int statusClass) noexcept { bump(byClass[statusClass]); }
    void countRequest() noexcept { bump(requests); }

    net::Reactor& reactor;
    ReplyHead replyHead;
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> byClass[6] = {};

private:
    /// One writer: no locked instruction needed.
    static void bump(std::atomic<std::uint64_t>& counter) noexcept
    {
        counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    HttpConnection* _first = nullptr;
    std::vector<std::unique_ptr<ExchangeImpl>> _spare;
    std::uint64_t _nextId;
    const std::uint64_t _idStep; // so that ids of different reactors differ
};

/// Lives as long as its last connection or exchange.
struct ServerState {
    ServerState(net::ReactorPool& reactors, Router& routerOfIt, Gate& gateOfIt, Offload offloadOfIt, Limits limitsOfIt);

    EdgeShard& shardOf(const net::Reactor& reactor) noexcept;
    void opened() noexcept;
    void closed() noexcept;
    /// Whether none was open before the time was over.
    bool waitForNone(std::chrono::milliseconds patience);

    Router& router;
    Gate& gate;
    const Offload offload;
    Complaint complain;
    SlowRequest slow;
    trace::Recorder* recorder = nullptr;
    base::SharedCell<const Limits> limits;
    std::atomic<bool> draining{false};
    std::vector<std::unique_ptr<EdgeShard>> shards;

private:
    std::mutex _mutex; // guards _open
    std::condition_variable _changed;
    std::int64_t _open = 0;
};

} // namespace netbit::edge
