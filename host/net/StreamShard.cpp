#include "net/StreamShard.h"

#include "net/StreamConnection.h"

namespace netbit::net {

namespace {

constexpr std::size_t spareOutboxes = 16;

} // namespace

void StreamOutbox::onDeadline() { _connection->onWriteStuck(); }

void StreamShard::add(StreamConnection& connection) noexcept
{
    connection._previous = nullptr;
    connection._next = _first;
    if (_first)
        _first->_previous = &connection;
    _first = &connection;
}

void StreamShard::remove(StreamConnection& connection) noexcept
{
    if (connection._previous)
        connection._previous->_next = connection._next;
    else
        _first = connection._next;
    if (connection._next)
        connection._next->_previous = connection._previous;
    connection._next = connection._previous = nullptr;
}

void StreamShard::shutAll()
{
    while (_first)
        _first->shut();
}

void StreamShard::forEach(const StreamListener::Visit& visit)
{
    std::vector<std::shared_ptr<StreamConnection>> all; // a visit may close any of them
    for (auto* each = _first; each; each = each->_next)
        all.push_back(each->_self);
    for (const auto& each : all)
        if (const auto handler = each->_handler) // none yet, or none any more: its onClose was told
            visit(*each, *handler);
}

std::unique_ptr<StreamOutbox> StreamShard::takeOutbox()
{
    if (_spare.empty())
        return std::make_unique<StreamOutbox>();
    auto outbox = std::move(_spare.back());
    _spare.pop_back();
    return outbox;
}

void StreamShard::giveBack(std::unique_ptr<StreamOutbox> outbox)
{
    outbox->release(reactor);
    if (_spare.size() < spareOutboxes)
        _spare.push_back(std::move(outbox));
}

ListenerState::ListenerState(ReactorPool& pool, const StreamOptions& options)
    : tls(options.tls), maxConnections(options.maxConnections), maxPerAddress(options.maxPerAddress),
      writeTimeoutMs(options.writeTimeout.count()), highMark(options.highMark), hardMark(options.hardMark)
{
    for (unsigned i = 0; i < pool.size(); ++i)
        shards.push_back(std::make_unique<StreamShard>(pool.at(i)));
}

bool ListenerState::admit(const std::string& address, bool loopback)
{
    if (counts.open.load(std::memory_order_relaxed) >= static_cast<std::int64_t>(maxConnections.load()))
        return false;
    if (!loopback) {
        const std::lock_guard lock(_mutex); // _perAddress
        auto& count = _perAddress[address];
        const auto most = maxPerAddress.load();
        if (most != 0 && count >= most)
            return false;
        ++count;
    }
    counts.open.fetch_add(1, std::memory_order_relaxed);
    return true;
}

void ListenerState::leave(const std::string& address, bool loopback) noexcept
{
    if (!loopback) {
        const std::lock_guard lock(_mutex); // _perAddress
        const auto found = _perAddress.find(address);
        if (found != _perAddress.end() && --found->second == 0)
            _perAddress.erase(found);
    }
    counts.open.fetch_sub(1, std::memory_order_relaxed);
}

} // namespace netbit::net
