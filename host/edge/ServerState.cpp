#include "edge/ServerState.h"

#include "edge/ExchangeImpl.h"
#include "edge/HttpConnection.h"

#include <cstdio>

namespace netbit::edge {

namespace {

constexpr std::size_t spareExchanges = 64;

} // namespace

EdgeShard::EdgeShard(net::Reactor& reactorOfIt, unsigned index, unsigned count)
    : reactor(reactorOfIt), _nextId(index + 1), _idStep(count)
{
}

EdgeShard::~EdgeShard() = default;

void EdgeShard::add(HttpConnection& connection) noexcept
{
    connection._previous = nullptr;
    connection._next = _first;
    if (_first)
        _first->_previous = &connection;
    _first = &connection;
}

void EdgeShard::remove(HttpConnection& connection) noexcept
{
    if (connection._previous)
        connection._previous->_next = connection._next;
    else
        _first = connection._next;
    if (connection._next)
        connection._next->_previous = connection._previous;
    connection._next = connection._previous = nullptr;
}

void EdgeShard::closeIdle()
{
    for (auto* at = _first; at;) {
        auto* const following = at->_next; // closing takes `at` off the list
        at->closeIfIdle();
        at = following;
    }
}

std::shared_ptr<ExchangeImpl> EdgeShard::takeExchange()
{
    std::unique_ptr<ExchangeImpl> exchange;
    if (_spare.empty()) {
        exchange = std::make_unique<ExchangeImpl>();
    } else {
        exchange = std::move(_spare.back());
        _spare.pop_back();
    }
    exchange->_id = _nextId;
    _nextId += _idStep;
    return std::shared_ptr<ExchangeImpl>(exchange.release(), [](ExchangeImpl* last) { ExchangeImpl::retire(last); });
}

void EdgeShard::giveBack(std::unique_ptr<ExchangeImpl> exchange)
{
    if (_spare.size() < spareExchanges)
        _spare.push_back(std::move(exchange));
}

ServerState::ServerState(net::ReactorPool& reactors, Router& routerOfIt, Gate& gateOfIt, Offload offloadOfIt,
                         Limits limitsOfIt)
    : router(routerOfIt), gate(gateOfIt), offload(std::move(offloadOfIt)),
      complain([](std::string_view line) {
          std::fprintf(stderr, "netbit: %.*s\n", static_cast<int>(line.size()), line.data());
      }),
      limits(std::make_shared<const Limits>(limitsOfIt))
{
    for (unsigned i = 0; i < reactors.size(); ++i)
        shards.push_back(std::make_unique<EdgeShard>(reactors.at(i), i, reactors.size()));
}

EdgeShard& ServerState::shardOf(const net::Reactor& reactor) noexcept
{
    for (auto& shard : shards)
        if (&shard->reactor == &reactor)
            return *shard;
    return *shards.front();
}

void ServerState::opened() noexcept
{
    const std::lock_guard lock(_mutex); // _open
    ++_open;
}

void ServerState::closed() noexcept
{
    const std::lock_guard lock(_mutex); // _open
    if (--_open == 0)
        _changed.notify_all();
}

bool ServerState::waitForNone(std::chrono::milliseconds patience)
{
    std::unique_lock lock(_mutex);
    return _changed.wait_for(lock, patience, [&] { return _open == 0; });
}

} // namespace netbit::edge
