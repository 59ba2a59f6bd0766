#include "tcp/src/EventStream.h"

#include "support/JsonText.h"

namespace netbit::tcp {

Result<void> EventStream::open(const std::shared_ptr<EventStream>& self, const Principal& who, support::LogPlace from)
{
    SubscribeOptions options;
    options.principal = who;
    options.after = from.after;
    options.topics = from.topicViews();
    options.ephemeral = true;
    {
        const std::lock_guard lock(_mutex);
        _place = from;
    }
    auto subscription = _context->events.subscribe(options, self);
    if (!subscription)
        return subscription.error();
    const std::lock_guard lock(_mutex);
    _subscription = std::move(*subscription);
    return {};
}

void EventStream::begin()
{
    const std::lock_guard lock(_mutex);
    _begun = true;
    if (_over)
        return;
    bool room = true;
    for (const auto& packet : _held)
        room = put(packet) && room;
    _held = {};
    if (room)
        _subscription.resume();
}

void EventStream::resume()
{
    const std::lock_guard lock(_mutex);
    if (_begun && !_over)
        _subscription.resume();
}

void EventStream::end(std::string_view lastWords)
{
    const std::lock_guard lock(_mutex);
    if (!lastWords.empty() && !_over)
        _conn.send(lastWords);
    _over = true;
    _held = {};
    _subscription.cancel();
}

std::optional<support::LogPlace> EventStream::freeze()
{
    const std::lock_guard lock(_mutex);
    if (_over)
        return std::nullopt;
    _over = true; // from here on nothing is sent, so nothing comes twice
    _subscription.cancel();
    return _place;
}

void EventStream::cameTo(std::int64_t id) noexcept
{
    if (id != 0)
        _place.after = id;
}

/// True: there is room for more. A peer that is gone gets no more either; closed() ends the stream then.
bool EventStream::put(const Body& packet)
{
    _delivered.store(true, std::memory_order_relaxed);
    return packet && _conn.send(packet) == netbit::Status::ok;
}

Take EventStream::event(const Event& event)
{
    auto packet = _context->eventPackets.packetOf(event);
    const std::lock_guard lock(_mutex);
    if (_over)
        return Take::hold; // cancel() is on its way
    if (!packet) {
        // No event may be left out silently: a client that sees the connection close resumes from what it confirmed.
        _conn.closeNow();
        return Take::hold;
    }
    cameTo(event.id);
    if (_begun)
        return put(packet) ? Take::next : Take::hold;
    _held.push_back(std::move(packet));
    return Take::hold;
}

void EventStream::reset(std::int64_t nextId)
{
    std::string text = R"({"packet_type":"Reset","next_id":)";
    support::appendInt(text, nextId);
    text += "}\n";
    const auto packet = Body::make(_context->host, text);
    const std::lock_guard lock(_mutex);
    if (_over)
        return;
    cameTo(nextId - 1);
    if (!packet)
        _conn.closeNow();
    else if (_begun)
        put(*packet);
    else
        _held.push_back(*packet);
}

void EventStream::revoked()
{
    const std::lock_guard lock(_mutex);
    if (_over)
        return;
    _over = true;
    _held = {};
    _conn.send("{\"packet_type\":\"Unsubscribed\",\"code\":\"unauthenticated\"}\n");
}

} // namespace netbit::tcp
