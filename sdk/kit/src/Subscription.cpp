#include "Subscription.h"

#include "Life.h"
#include "World.h"
#include "border/Convert.h"

#include <utility>

using namespace netbit;
using fake::Lane;

nb_subscription::nb_subscription(fake::Life& itsLife, Options itsOptions, const nb_event_calls& calls, void* user)
    : life(itsLife), options(std::move(itsOptions)), _calls(calls), _user(user), _filter(options.topics)
{
    const auto& log = life.world().events;
    place(options.after < 0 ? log.lastId() : options.after);
    if (options.after < 0)
        _next = log.all().size();
}

void nb_subscription::place(std::int64_t after)
{
    const auto& all = life.world().events.all();
    _cursor = after;
    for (_next = 0; _next < all.size() && all[_next].id <= after; ++_next) { } // an ephemeral event has the id 0
}

void nb_subscription::follow(const nb_subscription& before)
{
    _cursor = before._cursor;
    _next = before._next;
}

void nb_subscription::arm()
{
    _armed = true;
    wake();
}

void nb_subscription::wake()
{
    if (!_armed || life.world().replay || _held || _over || _cancelled || std::exchange(_queued, true))
        return;
    life.world().queue.put([this] { deliver(); });
}

void nb_subscription::resume()
{
    if (_delivering)
        _resumed = true;
    _held = false;
    wake();
}

bool nb_subscription::sees(const fake::StoredEvent& event) const
{
    if (!(event.id == 0 ? options.ephemeral : options.durable) || !_filter.wants(event.topic))
        return false;
    const auto* const principal = options.principal.get();
    if (!principal)
        return true;
    return event.chatId != 0 ? life.world().chats.isMember(principal->userId(), event.chatId)
                             : event.actorId == principal->userId();
}

void nb_subscription::deliver()
{
    _queued = false;
    auto& log = life.world().events;
    const auto stopped = [this] { return _held || _over || _cancelled; };
    if (stopped())
        return;
    if (options.principal && !options.principal->valid()) {
        _over = true;
        if (_calls.revoked)
            life.call(Lane::event, "revoked of a subscription", [this] { _calls.revoked(_user); });
        return;
    }
    if (options.durable && (_cursor < log.forgotten() || _cursor > log.lastId())) {
        _cursor = log.lastId();
        _next = log.all().size();
        if (_calls.reset)
            life.call(Lane::event, "reset of a subscription", [this] { _calls.reset(_user, _cursor + 1); });
    }
    while (!stopped() && _next < log.all().size()) {
        const auto& event = log.all()[_next++];
        if (event.id != 0)
            _cursor = event.id;
        if (!sees(event))
            continue;
        nb_event out{};
        out.size = sizeof out;
        out.id = event.id;
        out.topic = border::str(event.topic);
        out.chat_id = event.chatId;
        out.actor_id = event.actorId;
        out.json = border::str(event.json);
        std::int32_t status = NB_OK; // an exception counts as an event that was taken
        _delivering = true;
        _resumed = false;
        life.call(Lane::event, "event of a subscription", [&] { status = _calls.event(_user, &out); });
        _delivering = false;
        if (status == NB_WOULD_BLOCK && !_resumed)
            _held = true;
        else if (status == NB_CLOSED)
            cancel();
        if (options.principal && !options.principal->valid()) {
            wake();
            return;
        }
    }
}

void nb_subscription::tellEvent(const nb_event& event)
{
    std::int32_t status = NB_OK;
    life.call(Lane::event, "event of a subscription", [&] { status = _calls.event(_user, &event); });
    if (status == NB_CLOSED)
        cancel();
}

void nb_subscription::tellReset(std::int64_t nextId)
{
    if (_calls.reset)
        life.call(Lane::event, "reset of a subscription", [&] { _calls.reset(_user, nextId); });
}

void nb_subscription::tellRevoked()
{
    _over = true;
    if (_calls.revoked)
        life.call(Lane::event, "revoked of a subscription", [this] { _calls.revoked(_user); });
}

void nb_subscription::cancel()
{
    if (std::exchange(_cancelled, true))
        return;
    // Its end follows on the event thread; where the plugin is at its end, at once: nothing will run any more.
    if (life.state() >= fake::Life::State::stopped)
        tellEnded();
    else
        life.world().queue.put([this] { tellEnded(); });
}

void nb_subscription::endByHost() { _over = true; }

void nb_subscription::tellEnded()
{
    if (!std::exchange(_endedTold, true))
        life.call(Lane::event, "ended of a subscription", [this] { _calls.ended(_user); });
}

namespace netbit::fake {

void wakeSubscriptions(World& world)
{
    if (auto* const life = world.life())
        for (const auto& subscription : life->subscriptions)
            subscription->wake();
}

} // namespace netbit::fake
