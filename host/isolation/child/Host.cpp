#include "isolation/child/Host.h"

#include "isolation/child/Tables.h"
#include "isolation/wire/Build.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace netbit::isolation::child {

namespace {

constexpr std::size_t noLimit = std::size_t(-1); // for what the parent paces
constexpr std::size_t releasesTogether = 128;
constexpr auto deadlineStep = std::chrono::milliseconds(100);

Host* theHost = nullptr;
thread_local bool isReactor = false;
thread_local bool isControl = false;

} // namespace

void leave() noexcept { ::_exit(0); }

std::int32_t refuse(nb_error* out, std::int32_t status, std::string_view code, std::string_view detail) noexcept
{
    nb_error error{};
    error.size = sizeof error;
    error.status = status;
    std::copy_n(code.data(), std::min(code.size(), sizeof error.code - 1), error.code);
    std::copy_n(detail.data(), std::min(detail.size(), sizeof error.detail - 1), error.detail);
    Host::tell(out, error);
    return status;
}

void Host::tell(nb_error* out, const nb_error& error) noexcept
{
    if (!out || out->size < sizeof out->size)
        return;
    const auto size = out->size;
    std::memcpy(out, &error, std::min<std::size_t>(size, sizeof error));
    out->size = size;
}

Host::Host(int socket, wire::SharedMemory memory)
    : _wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      _channel(socket, std::move(memory), wire::Side::child, [this] { wake(); }), _events(_channel, 1, noLimit, 16),
      _writer(_channel, 1, noLimit, 16)
{
    theHost = this;
    isControl = true;
}

Host& Host::the() noexcept { return *theHost; }

bool Host::onReactor() const noexcept { return isReactor; }
bool Host::onControl() const noexcept { return isControl; }

void Host::complain(std::string_view line) noexcept
{
    wire::Log message;
    message.level = NB_LOG_ERROR;
    message.message = wire::str(line);
    _channel.send(Kind::log, message);
}

void Host::failed(const char* call, std::string_view what) noexcept
{
    std::string line(call);
    line += " failed: ";
    line += what;
    complain(line);
}

// Waiting for the parent.

bool Host::exchange(const std::function<bool(std::uint64_t)>& send, Frame& frame)
{
    Waiter waiter;
    const auto number = _calls.fetch_add(1, std::memory_order_relaxed);
    {
        const std::lock_guard lock(_mutex);
        _waiters.emplace(number, &waiter);
    }
    if (!send(number)) {
        const std::lock_guard lock(_mutex);
        _waiters.erase(number);
        return false;
    }
    _channel.flush(); // this thread may be gathering
    if (isReactor) {
        readOn(waiter.done);
    } else {
        std::unique_lock lock(waiter.mutex);
        waiter.ready.wait(lock, [&] { return waiter.done.load(); });
    }
    frame = std::move(waiter.frame);
    return true;
}

Id Host::promise(nb_done_fn done, void* user)
{
    const auto token = nextId();
    const std::lock_guard lock(_mutex);
    _promises.emplace(token, Promise{done, user});
    return token;
}

void Host::breakPromise(Id token)
{
    const std::lock_guard lock(_mutex);
    _promises.erase(token);
}

void Host::release(Id id, std::vector<Id> wire::Release::*which)
{
    wire::Release full;
    {
        const std::lock_guard lock(_mutex);
        (_releases.*which).push_back(id);
        if ((_releases.*which).size() < releasesTogether)
            return;
        std::swap(full, _releases);
    }
    _channel.sendLater(Kind::release, full);
}

void Host::sendReleases()
{
    wire::Release all;
    {
        const std::lock_guard lock(_mutex);
        if (_releases.bodies.empty() && _releases.principals.empty())
            return;
        std::swap(all, _releases);
    }
    _channel.sendLater(Kind::release, all);
}

// The reactor: the one thread that reads.

void Host::wake() noexcept
{
    if (_awake.exchange(true))
        return;
    constexpr std::uint64_t one = 1;
    [[maybe_unused]] const auto done = ::write(_wake, &one, sizeof one);
}

void Host::onReactorLater(std::function<void()> task)
{
    {
        const std::lock_guard lock(_mutex);
        _tasks.push_back(std::move(task));
    }
    if (!isReactor)
        wake();
}

void Host::react()
{
    isReactor = true;
    for (Frame frame;;) {
        {
            const wire::Channel::Gathering gathering(_channel);
            for (;;) {
                const auto got = _channel.next(frame);
                if (got == wire::Channel::Got::broken)
                    leave();
                if (got == wire::Channel::Got::nothing)
                    break;
                if (!routeElsewhere(frame))
                    here(std::move(frame));
                runDeferred();
            }
            runDeferred();
            runDeadlines();
            sendReleases();
        }
        bool tasks = false;
        {
            const std::lock_guard lock(_mutex);
            tasks = !_tasks.empty();
        }
        listen(tasks ? 0 : untilNextDeadline());
    }
}

/// Waits for the socket, or for a task.
void Host::listen(int timeoutMs)
{
    pollfd wanted[2] = {
        {_channel.socket(), static_cast<short>(POLLIN | (_channel.wantsToWrite() ? POLLOUT : 0)), 0},
        {_wake, POLLIN, 0},
    };
    if (::poll(wanted, 2, timeoutMs) < 0)
        return;
    if (wanted[1].revents != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto done = ::read(_wake, &count, sizeof count);
        _awake = false;
    }
    if ((wanted[0].revents & POLLOUT) != 0)
        _channel.flush();
    if ((wanted[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !_channel.receive())
        leave(); // the parent is gone, or done with us
}

/// A call waits on the reactor: others get what is theirs, and what is the reactor's waits, since calls never nest.
void Host::readOn(const std::atomic<bool>& until)
{
    for (Frame frame; !until;) {
        switch (_channel.next(frame)) {
        case wire::Channel::Got::broken: leave();
        case wire::Channel::Got::frame:
            if (!routeElsewhere(frame))
                _deferred.push_back(std::move(frame));
            break;
        case wire::Channel::Got::nothing:
            // Tasks wait in any case: but for room in the socket there is nothing to poll for.
            if (_channel.wantsToWrite())
                listen(-1);
            else if (!_channel.receive(true))
                leave();
            break;
        }
    }
}

void Host::runDeferred()
{
    while (!_deferred.empty()) {
        auto frame = std::move(_deferred.front());
        _deferred.pop_front();
        here(std::move(frame));
    }
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard lock(_mutex);
        tasks.swap(_tasks);
    }
    for (const auto& task : tasks)
        task();
}

/// True: it is for another thread, which has it now.
bool Host::routeElsewhere(Frame& frame)
{
    switch (frame.head.kind) {
    case Kind::result: {
        const std::lock_guard lock(_mutex);
        const auto found = _waiters.find(frame.head.call);
        if (found == _waiters.end())
            return true;
        auto& waiter = *found->second;
        _waiters.erase(found);
        waiter.frame = std::move(frame);
        const std::lock_guard told(waiter.mutex); // once it is let go of, the waiter may be gone
        waiter.done = true;
        waiter.ready.notify_one();
        return true;
    }
    case Kind::ping: {
        wire::Ping ping;
        if (wire::read(frame, ping, _channel.trust()))
            _logLevel = ping.logLevel;
        _channel.send(Kind::pong, wire::Nothing{});
        _channel.flush();
        return true;
    }
    case Kind::hello:
    case Kind::control: {
        const std::lock_guard lock(_mutex);
        _controlFrames.push_back(std::move(frame));
        _forControl.notify_one();
        return true;
    }
    case Kind::done: {
        auto owned = std::make_shared<Frame>(std::move(frame));
        _writer.post([this, owned] {
            wire::Done done;
            if (!wire::read(*owned, done, _channel.trust()))
                leave();
            Promise promise{};
            {
                const std::lock_guard lock(_mutex);
                const auto found = _promises.find(done.token);
                if (found == _promises.end())
                    return;
                promise = found->second;
                _promises.erase(found);
            }
            guarded("done", [&] {
                promise.done(promise.user, done.status, done.status == NB_OK ? nullptr : &done.error, done.id,
                             done.json.bytes, done.flags);
            });
        });
        return true;
    }
    case Kind::event:
    case Kind::eventReset:
    case Kind::eventRevoked:
    case Kind::eventEnded: {
        auto owned = std::make_shared<Frame>(std::move(frame));
        _events.post([this, owned] {
            wire::SubscriptionId which; // the first field of each of them
            wire::Reader reader({owned->bytes.data(), owned->bytes.size()}, nullptr, _channel.trust());
            reader(which);
            if (const auto found = subscriptions.find(which.subscription))
                found->take(std::move(*owned));
        });
        return true;
    }
    case Kind::timerFired: {
        wire::TimerId which;
        if (!wire::read(frame, which, _channel.trust()))
            leave();
        const auto timer = timers.find(which.timer);
        if (timer && !_workers->post([timer] { timer->run(); }))
            _channel.send(Kind::timerDone, which); // too late, and not made up for
        return true;
    }
    default: return false;
    }
}

/// What the reactor does itself.
void Host::here(Frame frame)
{
    const auto as = [&](auto message) {
        if (!wire::read(frame, message, _channel.trust()))
            leave(); // the parent is of another build, or out of its mind
        return message;
    };
    switch (frame.head.kind) {
    case Kind::request: request(std::move(frame)); return;
    case Kind::accepted: {
        const auto message = as(wire::Accepted());
        std::shared_ptr<nb_listener> listener;
        {
            const std::lock_guard lock(_mutex);
            if (message.listener < _listeners.size())
                listener = _listeners[message.listener];
        }
        if (!listener)
            leave();
        const std::shared_ptr<nb_conn> conn(std::make_unique<nb_conn>(listener, message).release(),
                                            [](nb_conn* handle) { handle->release(); });
        conns.put(conn->id, conn);
        std::int32_t status = NB_INTERNAL;
        guarded("accepted", [&] { status = listener->tcp.accepted(listener->user, conn.get(), &conn->session); });
        conn->open = status == NB_OK;
        if (!conn->open)
            conn->close(true);
        return;
    }
    case Kind::data: {
        const auto message = as(wire::Data());
        if (const auto conn = conns.find(message.conn))
            conn->data(message.bytes.bytes);
        return;
    }
    case Kind::connEnded: {
        if (const auto conn = conns.find(as(wire::ConnId()).conn))
            conn->end();
        return;
    }
    case Kind::connClosed: {
        const auto message = as(wire::ConnClosed());
        const auto conn = conns.take(message.conn);
        if (!conn)
            return;
        conn->gone = true;
        deadline(*conn, 0);
        if (conn->open)
            guarded("closed", [&] { conn->listener->tcp.closed(conn->session, conn.get(), message.reason); });
        return;
    }
    case Kind::credit: {
        const auto message = as(wire::Credit());
        if (message.ofStream) {
            if (const auto stream = streams.find(message.id); stream && stream->room.given(message.bytes))
                stream->tell(stream->calls.drained, "stream drained");
        } else if (const auto conn = conns.find(message.id); conn && conn->room.given(message.bytes)) {
            if (conn->listener->tcp.drained && conn->open && !conn->closing)
                guarded("drained", [&] { conn->listener->tcp.drained(conn->session, conn.get()); });
        }
        return;
    }
    case Kind::streamClosed: {
        if (const auto stream = streams.find(as(wire::StreamId()).stream); stream && !stream->gone.exchange(true))
            stream->tell(stream->calls.closed, "stream closed");
        return;
    }
    case Kind::datagram: {
        const auto message = as(wire::Datagram());
        std::shared_ptr<nb_listener> listener;
        {
            const std::lock_guard lock(_mutex);
            if (message.listener < _listeners.size())
                listener = _listeners[message.listener];
        }
        if (!listener || !listener->udp.datagram)
            leave();
        nb_address from{};
        from.length = message.addressLength;
        std::copy(message.address.begin(), message.address.end(), std::begin(from.bytes));
        guarded("datagram", [&] { listener->udp.datagram(listener->user, listener.get(), &from, message.bytes.bytes); });
        return;
    }
    default: leave();
    }
}

// Deadlines.

void Host::deadline(nb_conn& conn, std::uint32_t ms)
{
    if (ms == 0) {
        if (conn.deadline)
            _deadlines.erase({*conn.deadline, conn.id});
        conn.deadline.reset();
        return;
    }
    // On whole steps: one that moves with each packet then mostly stays where it is.
    const auto step = std::chrono::duration_cast<Clock::duration>(deadlineStep);
    const auto wanted = Clock::now() + std::chrono::milliseconds(ms) + step;
    const Clock::time_point at(wanted.time_since_epoch() / step * step);
    if (conn.deadline == at)
        return;
    if (conn.deadline)
        _deadlines.erase({*conn.deadline, conn.id});
    conn.deadline = at;
    _deadlines.emplace(at, conn.id);
}

int Host::untilNextDeadline() const
{
    if (_deadlines.empty())
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(_deadlines.begin()->first - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void Host::runDeadlines()
{
    if (_deadlines.empty())
        return;
    const auto now = Clock::now();
    while (!_deadlines.empty() && _deadlines.begin()->first <= now) {
        const auto id = _deadlines.begin()->second;
        _deadlines.erase(_deadlines.begin());
        const auto conn = conns.find(id);
        if (!conn)
            continue;
        conn->deadline.reset();
        const auto told = conn->listener->tcp.timed_out;
        if (conn->closing || !conn->open)
            continue;
        if (!told || !guarded("timed_out", [&] { told(conn->session, conn.get()); }))
            conn->close(true);
    }
}

} // namespace netbit::isolation::child
