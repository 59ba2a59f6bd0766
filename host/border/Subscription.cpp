#include "border/Subscription.h"

#include "border/Convert.h"
#include "border/Services.h"

using netbit::border::Guard;
namespace events = netbit::services::events;
namespace storage = netbit::storage;

void nb_subscription::arm()
{
    const std::lock_guard lock(_mutex); // the first event may cancel before subscribe() has returned the handle
    if (_handle || _cancelled || _logTold)
        return;
    _owed.emplace(*generation);
    if (!*_owed) {
        _owed.reset();
        return;
    }
    _handle = generation->services().events.subscribe(std::move(_options), shared_from_this());
}

void nb_subscription::handTo(std::shared_ptr<nb_subscription> next)
{
    {
        const std::lock_guard lock(next->_mutex);
        next->_awaits = true;
    }
    std::shared_ptr<events::Subscription> handle;
    storage::Id stoppedAt = -1;
    {
        const std::lock_guard lock(_mutex);
        if (_handle || _awaits) { // whoever ends it, or was to begin it, passes on
            _next = std::move(next);
            if (_handle && !std::exchange(_logTold, true))
                handle = _handle;
        } else {
            stoppedAt = _stoppedAt;
        }
    }
    if (next)
        next->goOnFrom(stoppedAt);
    else if (handle)
        generation->services().events.cancel(handle);
}

/// < 0: the one before never began.
void nb_subscription::goOnFrom(storage::Id position)
{
    std::shared_ptr<nb_subscription> next;
    {
        const std::lock_guard lock(_mutex);
        _awaits = false;
        if (position >= 0)
            _options.after = position;
        _stoppedAt = _options.after;
        next.swap(_next);
    }
    if (next)
        next->goOnFrom(position);
    else
        arm();
}

void nb_subscription::resume()
{
    std::shared_ptr<events::Subscription> handle;
    {
        const std::lock_guard lock(_mutex);
        if (_over || _cancelled)
            return;
        handle = _handle;
    }
    if (handle)
        generation->services().events.resume(handle);
}

void nb_subscription::cancelByPlugin()
{
    std::shared_ptr<events::Subscription> handle;
    bool here = false;
    {
        const std::lock_guard lock(_mutex);
        _cancelled = true;
        here = !_handle || _over;
        if (!here && !std::exchange(_logTold, true))
            handle = _handle;
    }
    if (here)
        tellEnded();
    else if (handle)
        generation->services().events.cancel(handle);
}

void nb_subscription::cancelByHost()
{
    std::shared_ptr<events::Subscription> handle;
    {
        const std::lock_guard lock(_mutex);
        if (!std::exchange(_logTold, true) && !_over)
            handle = _handle;
    }
    if (handle)
        generation->services().events.cancel(handle);
}

events::Take nb_subscription::onEvent(const events::EventPtr& event)
{
    nb_event out{};
    out.size = sizeof out;
    out.id = event->id;
    out.topic = netbit::border::str(event->topic);
    out.chat_id = event->chatId;
    out.actor_id = event->actorId;
    out.json = netbit::border::str(event->json);
    std::int32_t status = NB_OK; // an exception counts as an event that was taken
    Guard guard(*generation, "event");
    if (!guard)
        return events::Take::pause;
    guard.run([&] { status = _calls.event(_user, &out); });
    if (status == NB_WOULD_BLOCK)
        return events::Take::pause;
    if (status != NB_CLOSED)
        return events::Take::next;
    const std::lock_guard lock(_mutex);
    _cancelled = true;
    _logTold = true;
    return events::Take::cancel;
}

void nb_subscription::onReset(netbit::storage::Id nextId)
{
    if (!_calls.reset)
        return;
    if (Guard guard(*generation, "event reset"); guard)
        guard.run([&] { _calls.reset(_user, nextId); });
}

void nb_subscription::onRevoked()
{
    if (!_calls.revoked)
        return;
    if (Guard guard(*generation, "event revoked"); guard)
        guard.run([&] { _calls.revoked(_user); });
}

void nb_subscription::onEnded()
{
    bool tell = false;
    std::optional<netbit::border::Owed> owed;
    std::shared_ptr<events::Subscription> handle; // it holds us, and we it
    std::shared_ptr<nb_subscription> next;
    storage::Id stoppedAt = -1;
    {
        const std::lock_guard lock(_mutex);
        _over = true;
        handle.swap(_handle);
        if (handle)
            _stoppedAt = generation->services().events.position(handle);
        stoppedAt = _stoppedAt;
        next.swap(_next);
        tell = _cancelled;
        owed.swap(_owed);
    }
    if (next)
        next->goOnFrom(stoppedAt);
    if (tell)
        tellEnded();
    owed.reset(); // behind the call: only now may the library go
}

void nb_subscription::tellEnded() noexcept
{
    {
        const std::lock_guard lock(_mutex);
        if (std::exchange(_told, true))
            return;
    }
    Guard guard(*generation, "subscription ended", Guard::Kind::inside);
    guard.run([this] { _calls.ended(_user); });
}
