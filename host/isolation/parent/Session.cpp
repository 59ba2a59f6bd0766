#include "isolation/parent/Session.h"

#include "isolation/wire/Build.h"
#include "services/log/Log.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace netbit::isolation::parent {

namespace {

using base::fault;
using base::Status;
using std::chrono::milliseconds;
namespace log = services::log;

constexpr std::size_t longestLine = 2000;          // of its output
constexpr std::size_t mostQueued = std::size_t{512} << 20; // to a child that reads nothing, before it is given up
constexpr milliseconds lastWords{2000};            // between the end of the conversation and that of the process

std::uint32_t logLevel() noexcept
{
    for (const auto level : {log::Level::debug, log::Level::info, log::Level::warn})
        if (log::enabled(level))
            return static_cast<std::uint32_t>(level);
    return static_cast<std::uint32_t>(log::Level::error);
}

void drainWake(int descriptor) noexcept
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto done = ::read(descriptor, &count, sizeof count);
}

} // namespace

Session::Session(Proxy& proxy, std::uint64_t number, Process process, wire::SharedMemory memory, int wake)
    : _proxy(proxy), _number(number), _process(std::move(process)), _pid(_process.pid()), _wake(wake),
      _channel(_process.socket.release(), std::move(memory), wire::Side::parent, [wake] {
          constexpr std::uint64_t one = 1;
          [[maybe_unused]] const auto done = ::write(wake, &one, sizeof one);
      })
{
}

Session::~Session() = default;

void Session::open(const Tables& tables)
{
    _principals.open(tables.auth);
    _bodies.open(tables.body);
}

// Its life.

base::Result<void> Session::load(const std::filesystem::path& library, const std::filesystem::path& copy)
{
    const auto& subject = _proxy.subject;
    const std::string from = library.string();
    const std::string to = copy.string();
    wire::Hello hello;
    hello.build = wire::str(wire::build);
    hello.hostVersion = wire::str(subject.hostVersion);
    hello.pluginId = wire::str(subject.id);
    hello.pluginVersion = wire::str(subject.version);
    hello.sha256 = wire::str(subject.sha256);
    hello.library = wire::str(from);
    hello.copy = wire::str(to);
    hello.workers = _proxy.options.workers;
    hello.logLevel = logLevel();
    for (const auto& service : subject.services)
        hello.services.push_back(wire::str(service));
    _channel.send(wire::Kind::hello, hello);
    const auto until = Clock::now() + _proxy.options.patience;
    while (!_loaded && Clock::now() < until)
        if (!serve(milliseconds(100)))
            break;
    if (!_loaded)
        giveUp("did not load the library in time");
    return _loaded ? *_loaded : fault(Status::invalid, "bad_library", "Its process " + end() + " while it loaded the library.");
}

std::int32_t Session::control(wire::Call call, nb_error& error)
{
    std::unique_lock lock(_mutex);
    if (_dead)
        return refuse(error, NB_UNAVAILABLE, "plugin_unavailable", "Its process has ended.");
    _inCall = true;
    _result.reset();
    const auto number = ++_call;
    lock.unlock();
    _channel.send(wire::Kind::control, wire::Control{static_cast<std::uint8_t>(call), logLevel()}, number);
    lock.lock();
    auto until = Clock::now() + _proxy.options.patience;
    while (!_result && !_dead) {
        if (!_controlCalls.empty()) {
            auto frame = std::move(_controlCalls.front());
            _controlCalls.pop_front();
            lock.unlock();
            runControlCall(frame);
            lock.lock();
            until = Clock::now() + _proxy.options.patience;
            continue;
        }
        if (_changed.wait_until(lock, until) == std::cv_status::timeout && !_result && _controlCalls.empty()) {
            if (_working > 0) { // it waits for us, not we for it
                until = Clock::now() + _proxy.options.patience;
                continue;
            }
            lock.unlock();
            giveUp("hung in a call of its life"); // and then it is dead
            lock.lock();
            until = Clock::time_point::max();
        }
    }
    _inCall = false;
    _controlCalls.clear();
    if (!_result)
        return refuse(error, NB_UNAVAILABLE, "plugin_unavailable", "Its process " + _why + '.');
    error = _result->second;
    return _result->first;
}

std::optional<std::int32_t> Session::controlHere(wire::Call call, nb_error& error)
{
    {
        const std::lock_guard lock(_mutex);
        _inCall = _onKeeper = true;
        _result.reset();
        ++_call;
    }
    _channel.send(wire::Kind::control, wire::Control{static_cast<std::uint8_t>(call), logLevel()}, _call);
    const auto until = Clock::now() + _proxy.options.patience;
    bool alive = true;
    while (!_result && alive) {
        alive = serve(milliseconds(100));
        if (Clock::now() > until && _working == 0)
            giveUp("hung in a call of its life");
    }
    const std::lock_guard lock(_mutex);
    _inCall = _onKeeper = false;
    if (!_result)
        return std::nullopt;
    error = _result->second;
    return _result->first;
}

void Session::giveUp(std::string_view why)
{
    {
        const std::lock_guard lock(_mutex);
        if (_why.empty())
            _why = why;
    }
    _channel.shut(); // which the keeper's thread sees
}

bool Session::broken(std::string_view what)
{
    giveUp("broke the protocol: it sent " + std::string(what));
    return false;
}

std::string Session::end()
{
    _channel.shut();
    // First the clients that wait.
    const bool opened = _proxy.tables() != nullptr;
    for (auto* const request : _requests.close())
        _proxy.unavailable(request);
    for (const auto& stream : _streams.close())
        tables().http->stream_end(stream->handle);
    for (const auto& conn : _conns.close()) {
        tables().transport->close(conn->conn, 1);
        tables().transport->conn_release(conn->conn);
    }
    for (const auto& subscription : _subscriptions.close())
        tables().events->cancel(subscription->handle);
    for (const auto& timer : _timers.close())
        tables().exec->cancel(timer->handle);
    if (opened) {
        _principals.close();
        _bodies.close();
    }
    _proxy.breaker.trialGivenUp();

    // One that we gave up is not waited for; another one is at its end already, or does its last work.
    std::unique_lock lock(_mutex);
    const bool given = !_why.empty();
    lock.unlock();
    const auto ended = _process.reap(given ? milliseconds(0) : lastWords);
    readOutput(true);
    lock.lock();
    if (_why.empty())
        _why = ended;
    _dead = true;
    _changed.notify_all();
    return _why;
}

// Conversation.

bool Session::serve(milliseconds most)
{
    pollfd wanted[3] = {
        {_channel.socket(), static_cast<short>(POLLIN | (_channel.wantsToWrite() ? POLLOUT : 0)), 0},
        {_wake, POLLIN, 0},
        {_process.output.get(), POLLIN, 0},
    };
    if (::poll(wanted, 3, static_cast<int>(most.count())) < 0 && errno != EINTR)
        return false;
    if (wanted[1].revents != 0)
        drainWake(_wake);
    if (wanted[2].revents != 0)
        readOutput(false);
    if ((wanted[0].revents & POLLOUT) != 0)
        _channel.flush();
    if ((wanted[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        const wire::Channel::Gathering gathering(_channel);
        if (!_channel.receive())
            return false;
        for (wire::Frame frame;;) {
            const auto got = _channel.next(frame);
            if (got == wire::Channel::Got::nothing)
                break;
            if (got == wire::Channel::Got::broken)
                return broken("what is no message");
            if (!take(frame))
                return false;
        }
    }
    if (_channel.queuedBytes() > mostQueued)
        giveUp("reads nothing of what is sent to it");
    heartbeat();
    const std::lock_guard lock(_mutex);
    return _why.empty();
}

void Session::heartbeat()
{
    const auto now = Clock::now();
    if (_pinged && now - *_pinged > _proxy.options.patience) {
        giveUp("did not answer a heartbeat");
    } else if (!_pinged && now >= _nextPing && _loaded) {
        _pinged = now;
        _nextPing = now + _proxy.options.patience / 8;
        _channel.send(wire::Kind::ping, wire::Ping{logLevel()});
    }
}

/// A line of the log for each of its output; a bit at a time, so that a flood of words keeps nobody waiting.
void Session::readOutput(bool last)
{
    char buffer[4096];
    const auto tell = [this] {
        if (!_line.empty())
            log::warn(_proxy.subject.id, _line, {{"from", "its output"}});
        _line.clear();
    };
    ssize_t got = 0;
    do {
        got = ::read(_process.output.get(), buffer, sizeof buffer);
        for (ssize_t i = 0; i < got; ++i) {
            if (buffer[i] != '\n')
                _line += buffer[i];
            if (buffer[i] == '\n' || _line.size() >= longestLine)
                tell();
        }
    } while (last && got > 0);
    if (got == 0)
        _process.output.reset(); // poll() leaves out a negative one
    if (last)
        tell();
}

// Calls that are for [control].

void Session::controlCall(wire::Frame frame)
{
    const auto call = frame.head.call;
    {
        const std::unique_lock lock(_mutex);
        if (_inCall && !_onKeeper) {
            _controlCalls.push_back(std::move(frame));
            _changed.notify_all();
            return;
        }
        if (!_inCall) {
            nb_error error{};
            refuse(error, NB_INVALID, "not_in_start", "This is for start alone, and settings for calls of its life.");
            _channel.sendRefusal(call, error.status, error);
            return;
        }
    }
    runControlCall(frame);
}

void Session::runControlCall(wire::Frame& frame)
{
    using wire::Kind;
    switch (frame.head.kind) {
    case Kind::addRoute:
        answering<wire::AddRoute, wire::RouteIndex>(
            frame, [this](const wire::AddRoute& wanted, wire::RouteIndex& out, nb_error& error) {
                return _proxy.addRoute(*this, wanted, out.route, error);
            });
        break;
    case Kind::listen:
        answering<wire::Listen, wire::Listening>(
            frame, [this](const wire::Listen& wanted, wire::Listening& out, nb_error& error) {
                return _proxy.listen(*this, wanted, out, error);
            });
        break;
    case Kind::migrate:
        answering<wire::Migrate, wire::Nothing>(frame, [this](const wire::Migrate& wanted, wire::Nothing&, nb_error& error) {
            return _proxy.migrate(wanted, error);
        });
        break;
    default:
        answering<wire::Config, wire::Setting>(frame, [this](const wire::Config& wanted, wire::Setting& out, nb_error&) {
            return setting(wanted, out);
        });
        break;
    }
}

bool Session::controlResult(wire::Frame& frame)
{
    struct Ended {
        std::int32_t status = 0;
        nb_error error{};
        static void code(wire::Reader& c, Ended& m) { c(m.status, m.error); }
    };
    return with<Ended>(frame, [&](const Ended& ended) {
        const std::lock_guard lock(_mutex);
        if (!_inCall || frame.head.call != _call)
            return; // too late: nobody waits any more
        _result.emplace(ended.status, ended.error);
        _changed.notify_all();
    });
}

} // namespace netbit::isolation::parent
