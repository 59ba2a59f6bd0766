#include "services/events/Delivery.h"

#include "services/log/Log.h"
#include "storage/Repositories.h"

#include <pthread.h>

namespace netbit::services::events {

namespace {

constexpr std::size_t batchSize = 256;
constexpr std::size_t smallestChunk = 16;
constexpr std::size_t largestChunk = 500;
constexpr std::chrono::milliseconds catchUpSlice{2}; // then new events have their turn
constexpr std::chrono::milliseconds patience{10};
constexpr std::chrono::seconds databasePause{1};

void logThrown(std::string_view where, std::string_view words)
{
    log::error("events", "a subscriber threw and is cancelled", {{"in", where}, {"what", words}});
}

/// What a subscriber throws ends here. false: it threw.
template <class Call>
bool guarded(std::string_view where, Call call) noexcept
{
    try {
        call();
        return true;
    } catch (const std::exception& error) {
        logThrown(where, error.what());
    } catch (...) {
        logThrown(where, "something that is no exception");
    }
    return false;
}

} // namespace

void Delivery::run()
{
    ::pthread_setname_np(::pthread_self(), "events");
    while (collect()) {
        _now = base::now();
        runCommands(_commands);
        deliverEphemeral();
        deliverBatch();
        catchUp();
        if (_withPrincipal > 0 && Clock::now() >= _nextCheck)
            checkAll();
    }
    runCommands(_commands);
    endAll();
}

bool Delivery::collect()
{
    std::unique_lock lock(_feed.mutex); // the feed
    _commands.clear();
    _batch.clear();
    _ephemeral.clear();
    for (;;) {
        const auto now = Clock::now();
        const bool gathers = _hurried == 0 && now < _gatheredAt;
        _feed.wantsEvents = !_live.empty() && !gathers;
        _feed.coalescer.end(now, [&](const Coalescer::Key& key, std::string_view data) {
            const auto at = base::now();
            _ephemeral.push_back(std::make_shared<const Event>(
                Event{0, key.topic, key.chatId, key.actorId, at,
                      EventLog::envelope(0, key.topic, key.chatId, key.actorId, at, data)}));
        });
        _commands.swap(_feed.commands);
        if (_feed.run == Feed::Run::stopping)
            return false;
        if (_position < _feed.tail.reachesBackTo()) // a reader held this thread up for longer than the tail is
            while (!_live.empty())
                setState(*_live.back(), State::lagging);
        if (_live.empty()) // whoever comes catches up by itself
            _position = _feed.tail.last();
        else if (!gathers)
            _feed.tail.copyAfter(_position, batchSize, _batch);
        _ephemeral.insert(_ephemeral.end(), std::make_move_iterator(_feed.ephemeral.begin()),
                          std::make_move_iterator(_feed.ephemeral.end()));
        _feed.ephemeral.clear();
        const bool turns = !_lagging.empty() && now >= _databaseRetry;
        if (!_commands.empty() || !_batch.empty() || !_ephemeral.empty() || turns || (_withPrincipal > 0 && now >= _nextCheck))
            return true;
        auto until = sleepsUntil();
        if (gathers && (!until || _gatheredAt < *until))
            until = _gatheredAt;
        if (const auto end = _feed.coalescer.nextEnd(); end && (!until || *end < *until))
            until = end;
        _feed.sleeping = true;
        if (until)
            _feed.wake.wait_until(lock, *until);
        else
            _feed.wake.wait(lock);
        _feed.sleeping = false;
    }
}

std::optional<Delivery::Clock::time_point> Delivery::sleepsUntil() const
{
    std::optional<Clock::time_point> until;
    if (_withPrincipal > 0)
        until = _nextCheck;
    if (!_lagging.empty())
        until = until ? std::min(*until, _databaseRetry) : _databaseRetry;
    return until;
}

void Delivery::runCommands(std::vector<Command>& commands)
{
    for (auto& [subscription, what] : commands) {
        if (subscription->state == State::ended)
            continue;
        switch (what) {
        case Command::What::add:
            add(subscription);
            break;
        case Command::What::resume:
            if (subscription->state == State::paused)
                setState(*subscription, subscription->durable ? State::lagging : State::live);
            break;
        case Command::What::cancel:
            end(*subscription);
            break;
        }
    }
    commands.clear();
}

void Delivery::add(const SubscriptionPtr& subscription)
{
    _all.emplace(subscription.get(), subscription);
    _withPrincipal += subscription->principal ? 1 : 0;
    if (!subscription->durable)
        setState(*subscription, State::live);
    else
        setState(*subscription, subscription->cursor == _position ? State::live : State::lagging);
}

/// A reader without durable events is never in _live, whatever its state says: it has no cursor.
void Delivery::setState(Subscription& subscription, State state)
{
    if (subscription.durable && subscription.state == State::live && state != State::live) {
        auto* const last = _live.back();
        _live[subscription.place] = last;
        last->place = subscription.place;
        _live.pop_back();
        _hurried -= subscription.patient ? 0 : 1;
    }
    if (subscription.durable && state == State::live && subscription.state != State::live) {
        subscription.place = _live.size();
        _live.push_back(&subscription);
        _hurried += subscription.patient ? 0 : 1;
    }
    if (state == State::lagging)
        _lagging.push_back(_all.at(&subscription));
    subscription.state = state;
}

void Delivery::deliverBatch()
{
    if (_batch.empty())
        return;
    for (std::size_t i = 0; i < _live.size();) {
        auto& subscription = *_live[i];
        for (const auto& event : _batch) {
            if (event->id <= subscription.cursor)
                continue;
            if (!offer(subscription, event))
                break;
        }
        if (i < _live.size() && _live[i] == &subscription) // else another one has its place now
            ++i;
    }
    _position = _batch.back()->id;
    _gatheredAt = Clock::now() + patience;
}

void Delivery::deliverEphemeral()
{
    if (_ephemeral.empty())
        return;
    std::vector<SubscriptionPtr> readers;
    readers.reserve(_feed.ephemeralReaders.load(std::memory_order_relaxed));
    for (const auto& [key, subscription] : _all)
        if (subscription->ephemeral)
            readers.push_back(subscription);
    for (const auto& subscription : readers)
        for (const auto& event : _ephemeral) {
            if (subscription->state != State::live && subscription->state != State::lagging)
                break;
            if (!offer(*subscription, event))
                break;
        }
}

void Delivery::catchUp()
{
    const auto end = Clock::now() + catchUpSlice;
    while (!_lagging.empty()) {
        const auto now = Clock::now();
        if (now >= end || now < _databaseRetry)
            return;
        const auto subscription = std::move(_lagging.front());
        _lagging.pop_front();
        if (subscription->state == State::lagging)
            oneTurn(*subscription);
    }
}

void Delivery::oneTurn(Subscription& subscription)
{
    Id readTo = 0;
    try {
        readTo = readMissed(subscription);
    } catch (const std::exception& error) {
        log::error("events", "the log cannot be read", {{"what", error.what()}});
        _databaseRetry = Clock::now() + databasePause;
        _missed.clear();
        _lagging.push_back(_all.at(&subscription));
        return;
    }
    if (subscription.state != State::lagging) // onReset had enough
        return;
    for (const auto& event : _missed) {
        if (!offer(subscription, event)) {
            subscription.chunk = std::max(subscription.chunk / 2, smallestChunk);
            _missed.clear();
            return;
        }
    }
    _missed.clear();
    subscription.cursor = readTo;
    subscription.chunk = std::min(subscription.chunk * 2, largestChunk);
    // Behind _position it has to read on; ahead of it, the next batches skip what it has had.
    setState(subscription, subscription.cursor >= _position ? State::live : State::lagging);
}

Id Delivery::readMissed(Subscription& subscription)
{
    _missed.clear();
    bool fromTail = false;
    Id upTo = 0;
    {
        const std::lock_guard lock(_feed.mutex); // tail
        upTo = _feed.tail.last();
        fromTail = subscription.cursor >= _feed.tail.reachesBackTo();
        if (fromTail && subscription.cursor <= upTo)
            _feed.tail.copyAfter(subscription.cursor, subscription.chunk, _missed);
    }
    if (subscription.cursor > upTo) { // of another log: an older copy of the database was put back
        reset(subscription);
        return subscription.cursor;
    }
    if (fromTail)
        return _missed.empty() ? upTo : _missed.back()->id;
    Id readTo = upTo;
    readFromDatabase(subscription, upTo, readTo);
    return readTo;
}

void Delivery::readFromDatabase(Subscription& subscription, Id upTo, Id& readTo)
{
    bool gone = false;
    _database.read([&](storage::Connection& connection) {
        gone = subscription.cursor < storage::EventRepository::lowestId(connection) - 1;
        if (gone)
            return;
        auto records = storage::EventRepository::after(connection, subscription.cursor, subscription.chunk);
        if (records.size() == subscription.chunk)
            readTo = std::min(upTo, records.back().id);
        for (auto& record : records) {
            if (record.id > upTo) // committed, but not for the world's eyes yet
                break;
            if (!subscription.topics.wants(record.topic) || !sees(subscription, record.id, record.chatId, record.projectId, record.actorId))
                continue;
            if (record.data.empty())
                record.data = _hooks.render ? _hooks.render(connection, record) : "{}";
            auto json = EventLog::envelope(record.id, record.topic, record.chatId, record.actorId, record.createdAt,
                                           record.data, record.projectId);
            _missed.push_back(std::make_shared<const Event>(Event{record.id, std::move(record.topic), record.chatId,
                                                                  record.actorId, record.createdAt, std::move(json),
                                                                  record.projectId}));
        }
    });
    if (gone) {
        reset(subscription);
        readTo = subscription.cursor;
    }
}

void Delivery::reset(Subscription& subscription)
{
    {
        const std::lock_guard lock(_feed.mutex); // tail
        subscription.cursor = _feed.tail.last();
    }
    if (subscription.cancelled.load(std::memory_order_acquire) || !checkPrincipal(subscription))
        return;
    if (!guarded("onReset", [&] { subscription.reader->onReset(subscription.cursor + 1); }))
        end(subscription);
}

bool Delivery::offer(Subscription& subscription, const EventPtr& event)
{
    if (subscription.cancelled.load(std::memory_order_acquire)) // its command is on the way
        return false;
    if (event->id != 0)
        subscription.cursor = event->id; // only now: whoever goes on from here has not had it otherwise
    if (!subscription.topics.wants(event->topic))
        return true;
    if (!checkPrincipal(subscription))
        return false;
    if (!sees(subscription, event->id, event->chatId, event->projectId, event->actorId))
        return true;
    auto take = Take::cancel;
    guarded("onEvent", [&] { take = subscription.reader->onEvent(event); });
    switch (take) {
    case Take::next:
        return true;
    case Take::pause:
        setState(subscription, State::paused);
        return false;
    case Take::cancel:
        break;
    }
    end(subscription);
    return false;
}

bool Delivery::sees(const Subscription& subscription, Id eventId, Id chatId, Id projectId, Id actorId) const
{
    const auto* const principal = subscription.principal.get();
    if (!principal || principal->kind() == auth::Principal::Kind::localAdmin)
        return true;
    if (projectId != 0)
        return _hooks.readership && _hooks.readership(principal->userId(), projectId, !subscription.topics.all());
    if (chatId == 0)
        return principal->userId() == actorId ||
               (eventId == 0 && _hooks.acquaintance && _hooks.acquaintance(principal->userId(), actorId));
    return _hooks.membership && _hooks.membership(principal->userId(), chatId);
}

/// false: it is no longer valid, and its reader knows.
bool Delivery::checkPrincipal(Subscription& subscription)
{
    const auto* const principal = subscription.principal.get();
    if (!principal)
        return true;
    if (!principal->revoked() && (principal->expiresAt() == 0 || _now < principal->expiresAt()))
        return true;
    setState(subscription, State::revoked);
    if (!guarded("onRevoked", [&] { subscription.reader->onRevoked(); }))
        end(subscription);
    return false;
}

void Delivery::checkAll()
{
    _nextCheck = Clock::now() + _checkEvery;
    std::vector<SubscriptionPtr> invalid;
    for (const auto& [key, subscription] : _all)
        if (subscription->principal && subscription->state != State::revoked && !subscription->principal->valid())
            invalid.push_back(subscription);
    _now = base::now();
    for (const auto& subscription : invalid)
        if (!subscription->cancelled.load(std::memory_order_acquire) && subscription->state != State::ended)
            checkPrincipal(*subscription);
}

void Delivery::end(Subscription& subscription) noexcept
{
    const auto place = _all.find(&subscription);
    const auto kept = place == _all.end() ? nullptr : std::move(place->second);
    if (place != _all.end()) {
        _withPrincipal -= subscription.principal ? 1 : 0;
        setState(subscription, State::ended);
        _all.erase(place);
    }
    subscription.state = State::ended;
    if (subscription.ephemeral)
        _feed.ephemeralReaders.fetch_sub(1, std::memory_order_relaxed);
    guarded("onEnded", [&] { subscription.reader->onEnded(); });
}

void Delivery::endAll() noexcept
{
    while (!_all.empty())
        end(*_all.begin()->second);
    _lagging.clear();
}

} // namespace netbit::services::events
