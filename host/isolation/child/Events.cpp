// Subscriptions, publishing, work and time.

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"

#include <chrono>

namespace netbit::isolation::child {

namespace {

constexpr std::uint32_t thanksTogether = 8; // events; well below what the parent lets be under way

std::int32_t badArgument(nb_error* error)
{
    return refuse(error, NB_INVALID, "bad_argument", "An argument is null, or its size is too small.");
}

std::int32_t subscribe(const nb_host* host, const nb_subscribe_options* wanted, const nb_event_calls* given, void* user,
                       nb_subscription** out, nb_error* error)
{
    auto& self = Host::of(host);
    const auto options = knownPart(wanted);
    const auto calls = knownPart(given);
    if (!options || !calls || !calls->event || !calls->ended || !out || (options->topic_count > 0 && !options->topics))
        return badArgument(error);
    wire::Subscribe message;
    message.subscription = self.nextId();
    message.principal = options->principal ? options->principal->id : 0;
    message.flags = options->flags;
    message.after = options->after;
    if (options->topic_count > 0)
        message.topics.assign(options->topics, options->topics + options->topic_count);
    message.name = options->name;
    const auto handle = std::make_shared<nb_subscription>(message.subscription, *calls, user, options->name.len > 0);
    self.subscriptions.put(handle->id, handle); // the first event can come before the result
    *out = handle.get();
    wire::Nothing nothing;
    const auto status = self.call(Kind::subscribe, message, nothing, error);
    if (status != NB_OK)
        self.subscriptions.take(handle->id);
    return status;
}

std::int32_t publish(const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chatId, nb_str data,
                     nb_error* error)
{
    if (!principal)
        return badArgument(error);
    wire::Publish message;
    message.principal = principal->id;
    message.topic = topic;
    message.chatId = chatId;
    message.data.bytes = data;
    wire::Nothing nothing;
    return Host::of(host).call(Kind::publish, message, nothing, error);
}

std::int32_t publishDurable(const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chatId,
                            nb_str data, nb_done_fn done, void* user, nb_error* error)
{
    auto& self = Host::of(host);
    if (!principal || !done)
        return badArgument(error);
    wire::Publish message;
    message.principal = principal->id;
    message.topic = topic;
    message.chatId = chatId;
    message.data.bytes = data;
    message.token = self.promise(done, user);
    if (self.channel().send(Kind::publishDurable, message))
        return NB_OK;
    self.breakPromise(message.token);
    return refuse(error, NB_TOO_LARGE, "too_large", "This is too much for an isolated plugin.");
}

// Work and time.

std::int32_t post(const nb_host* host, nb_task_fn task, void* user, nb_error* error)
{
    auto& self = Host::of(host);
    if (!task)
        return badArgument(error);
    if (self.workers().post([&self, task, user] { self.guarded("task", [&] { task(user); }); }))
        return NB_OK;
    return refuse(error, NB_UNAVAILABLE, "overloaded", "There is too much to do, or the plugin is being stopped.");
}

std::int32_t arm(const nb_host* host, std::uint64_t ms, bool periodic, nb_task_fn task, void* user, nb_timer** out,
                 nb_error* error)
{
    auto& self = Host::of(host);
    if (!task || !out)
        return badArgument(error);
    const auto handle = std::make_shared<nb_timer>(self.nextId(), task, user);
    self.timers.put(handle->id, handle);
    *out = handle.get();
    wire::Nothing nothing;
    const auto status = self.call(Kind::timer, wire::Timer{handle->id, ms, static_cast<std::uint8_t>(periodic ? 1 : 0)}, nothing, error);
    if (status != NB_OK)
        self.timers.take(handle->id);
    return status;
}

template <class Clock>
std::int64_t milliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
}

} // namespace

const nb_events_api& eventsTable() noexcept
{
    static constexpr nb_events_api table{
        .size = sizeof(nb_events_api),
        .reserved = 0,
        .subscribe = &subscribe,
        .resume =
            [](nb_subscription* subscription) {
                if (subscription)
                    subscription->resume();
            },
        .cancel =
            [](nb_subscription* subscription) {
                if (subscription)
                    subscription->cancel(true);
            },
        .publish = &publish,
        .publish_durable = &publishDurable,
        .last_id = [](const nb_host* host) -> std::int64_t {
            wire::Number number;
            static_cast<void>(Host::of(host).call(Kind::lastId, wire::Nothing{}, number, nullptr));
            return number.value;
        },
    };
    return table;
}

const nb_exec_api& execTable() noexcept
{
    static constexpr nb_exec_api table{
        .size = sizeof(nb_exec_api),
        .reserved = 0,
        .post = &post,
        .after = [](const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user, nb_timer** out,
                    nb_error* error) { return arm(host, ms, false, task, user, out, error); },
        .every = [](const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user, nb_timer** out,
                    nb_error* error) { return arm(host, ms, true, task, user, out, error); },
        .cancel =
            [](nb_timer* timer) {
                if (timer)
                    timer->cancel();
            },
        .monotonic_ms = [](const nb_host*) { return milliseconds<std::chrono::steady_clock>(); },
        .now_ms = [](const nb_host*) { return milliseconds<std::chrono::system_clock>(); },
    };
    return table;
}

} // namespace netbit::isolation::child

using netbit::isolation::child::Host;
using netbit::isolation::wire::Frame;
using netbit::isolation::wire::Kind;
namespace wire = netbit::isolation::wire;

// Subscriptions.

void nb_subscription::take(Frame frame)
{
    if (frame.head.kind == Kind::eventEnded) {
        _queue.clear();
        Host::the().guarded("subscription ended", [this] { calls.ended(user); });
        bool forgotten = false;
        {
            const std::lock_guard lock(_mutex);
            _over = true;
            forgotten = _byPlugin;
        }
        if (forgotten)
            Host::the().subscriptions.take(id);
        return;
    }
    bool behind = !_queue.empty();
    {
        const std::lock_guard lock(_mutex);
        behind = behind || _held;
    }
    if (behind)
        _queue.push_back(std::move(frame));
    else
        deliver(frame);
}

void nb_subscription::drain()
{
    for (;;) {
        {
            const std::lock_guard lock(_mutex);
            if (_held)
                return;
        }
        if (_queue.empty())
            return;
        auto frame = std::move(_queue.front());
        _queue.pop_front();
        if (!deliver(frame))
            return;
    }
}

/// False: no more now.
bool nb_subscription::deliver(Frame& frame)
{
    auto& host = Host::the();
    {
        const std::lock_guard lock(_mutex);
        if (_cancelled)
            return false;
        _inCall = true;
        _resumed = false;
    }
    std::int32_t status = NB_OK;
    if (frame.head.kind == Kind::eventReset) {
        wire::EventReset reset;
        if (wire::read(frame, reset, wire::Reader::Trust::inPlace) && calls.reset)
            host.guarded("event reset", [&] { calls.reset(user, reset.nextId); });
    } else if (frame.head.kind == Kind::eventRevoked) {
        if (calls.revoked)
            host.guarded("event revoked", [&] { calls.revoked(user); });
    } else {
        wire::Event message;
        if (!wire::read(frame, message, wire::Reader::Trust::inPlace))
            return false;
        nb_event event{};
        event.size = sizeof event;
        event.id = message.id;
        event.topic = message.topic;
        event.chat_id = message.chatId;
        event.actor_id = message.actorId;
        event.json = message.json.bytes;
        host.guarded("event", [&] { status = calls.event(user, &event); }); // a throw: taken
        ++_taken;
        if (message.id > 0)
            _lastId = message.id;
        if (named || _taken >= netbit::isolation::child::thanksTogether)
            host.channel().send(Kind::eventTaken, wire::EventTaken{id, std::exchange(_taken, 0), _lastId});
    }
    {
        const std::lock_guard lock(_mutex);
        _inCall = false;
        if (status == NB_WOULD_BLOCK && !_resumed)
            _held = true;
    }
    if (status == NB_CLOSED)
        cancel(false);
    return status == NB_OK || status == NB_WOULD_BLOCK;
}

void nb_subscription::resume()
{
    {
        const std::lock_guard lock(_mutex);
        if (_inCall) {
            _resumed = true;
            return;
        }
        if (!std::exchange(_held, false))
            return;
    }
    Host::the().events().post([self = shared_from_this()] { self->drain(); });
}

/// One that has cancelled itself (NB_CLOSED) is still the plugin's to cancel: its handle stays until then.
void nb_subscription::cancel(bool byPlugin)
{
    const auto self = shared_from_this();
    bool tell = false;
    bool over = false;
    {
        const std::lock_guard lock(_mutex);
        tell = !std::exchange(_cancelled, true);
        _byPlugin = _byPlugin || byPlugin;
        over = _over;
    }
    if (tell)
        Host::the().channel().send(Kind::unsubscribe, wire::SubscriptionId{id}); // `ended` is the answer
    if (over)
        Host::the().subscriptions.take(id);
}

// Timers.

void nb_timer::run()
{
    {
        const std::lock_guard lock(_mutex);
        if (_cancelled)
            return;
        _running = std::this_thread::get_id();
    }
    Host::the().guarded("timer", [this] { function(user); });
    {
        const std::lock_guard lock(_mutex);
        _running.reset();
        _over.notify_all();
        if (_cancelled)
            return;
    }
    Host::the().channel().send(Kind::timerDone, wire::TimerId{id});
}

void nb_timer::cancel()
{
    auto& host = Host::the();
    const auto self = host.timers.take(id);
    if (!self)
        return;
    host.channel().send(Kind::timerCancel, wire::TimerId{id});
    std::unique_lock lock(_mutex);
    _cancelled = true;
    _over.wait(lock, [this] { return !_running || *_running == std::this_thread::get_id(); });
}
