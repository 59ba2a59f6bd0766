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
    static_cast<void>(::read(descriptor, &count, sizeof count));
}

} // namespace

Session::Session(Proxy& proxy, std::uint64_t number, Process process, wire::SharedMemory memory, int wake)
    : _proxy(proxy), _number(number), _process(std::move(process)), _pid(_process.pid()), _wake(wake),
      _channel(_process.socket.release(), std::move(memory), wire::Side::parent, [wake] {
          constexpr std::uint64_t one = 1;
          static_cast<void>(::write(wake, &one, sizeof one));
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

bool Session::allowed(wire::Kind kind) const
{
    using wire::Kind;
    const auto wants = [this](std::string_view service) { return _proxy.subject.services.contains(service); };
    switch (kind) {
    case Kind::reply:
    case Kind::problem:
    case Kind::unanswered:
    case Kind::stream:
    case Kind::streamWrite:
    case Kind::streamEnd:
    case Kind::addRoute: return wants(NB_HTTP_SERVICE);
    case Kind::connSend:
    case Kind::connClose:
    case Kind::connGone:
    case Kind::connTook:
    case Kind::sendTo:
    case Kind::listen: return wants(NB_TRANSPORT_SERVICE);
    case Kind::account:
    case Kind::verify:
    case Kind::impersonate:
    case Kind::isValid:
    case Kind::signingKey:
    case Kind::verifyMac:
    case Kind::profile: return wants(NB_AUTH_SERVICE);
    case Kind::chatCreate:
    case Kind::chatSend:
    case Kind::chatList:
    case Kind::chatGet:
    case Kind::chatPage:
    case Kind::mayRead: return wants(NB_CHAT_SERVICE);
    case Kind::operate: return wants(NB_OPERATIONS_SERVICE);
    case Kind::publish:
    case Kind::publishDurable:
    case Kind::lastId:
    case Kind::subscribe:
    case Kind::unsubscribe:
    case Kind::eventTaken: return wants(NB_EVENTS_SERVICE);
    case Kind::execute:
    case Kind::migrate:
    case Kind::query: return wants(NB_SQL_SERVICE);
    case Kind::timer:
    case Kind::timerDone:
    case Kind::timerCancel: return wants(NB_EXEC_SERVICE);
    case Kind::metric:
    case Kind::metricChange: return wants(NB_METRICS_SERVICE);
    case Kind::health: return wants(NB_HEALTH_SERVICE);
    case Kind::cacheGet:
    case Kind::cacheSet:
    case Kind::cacheIncr:
    case Kind::cacheRemove: return wants(NB_CACHE_SERVICE);
    default: return true;
    }
}

bool Session::take(wire::Frame& frame)
{
    using wire::Kind;
    if (!_loaded) {
        if (frame.head.kind != Kind::loaded)
            return broken("something before it had loaded the library");
        return with<wire::Loaded>(frame, [this](const wire::Loaded& loaded) {
            _sdk = wire::view(loaded.sdk);
            _toolchain = wire::view(loaded.toolchain);
            _loaded = loaded.status == NB_OK
                          ? base::Result<void>()
                          : fault(Status::invalid, loaded.error.code[0] != '\0' ? loaded.error.code : "bad_library",
                                  loaded.error.detail);
        });
    }
    if (frame.head.kind == Kind::pong) {
        _pinged.reset();
        return true;
    }
    if (!_proxy.tables())
        return broken("a call before it was created");
    if (!allowed(frame.head.kind))
        return broken("a call of a service that its manifest does not name");
    return takeOrder(frame);
}

bool Session::takeOrder(wire::Frame& frame)
{
    using wire::Kind;
    switch (frame.head.kind) {
    case Kind::result: return controlResult(frame);
    case Kind::reply: return takeReply(frame);
    case Kind::problem: return takeProblem(frame);
    case Kind::unanswered: return takeUnanswered(frame);
    case Kind::stream: return takeStream(frame);
    case Kind::streamWrite: return takeStreamWrite(frame);
    case Kind::streamEnd: return takeStreamEnd(frame);
    case Kind::connSend: return takeConnSend(frame);
    case Kind::connClose: return takeConnClose(frame);
    case Kind::connGone: return takeConnGone(frame);
    case Kind::connTook: return takeConnTook(frame);
    case Kind::sendTo: return takeSendTo(frame);
    case Kind::bodyPut:
        return with<wire::BodyPut>(frame, [this](const wire::BodyPut& put) {
            auto* const body = tables().body->make(tables().host, put.bytes.bytes);
            if (!body || !_bodies.putAs(put.body, body))
                broken("a body under a number that is taken, or none");
        });
    case Kind::release:
        return with<wire::Release>(frame, [this](const wire::Release& gone) {
            for (const auto id : gone.principals)
                _principals.release(id);
            for (const auto id : gone.bodies)
                _bodies.release(id);
        });
    case Kind::chatCreate: return takeChatCreate(frame);
    case Kind::chatSend: return takeChatSend(frame);
    case Kind::publishDurable: return takePublishDurable(frame);
    case Kind::execute: return takeExecute(frame);
    case Kind::eventTaken: return takeEventTaken(frame);
    case Kind::unsubscribe: return takeUnsubscribe(frame);
    case Kind::timerDone: return takeTimerDone(frame);
    case Kind::timerCancel: return takeTimerCancel(frame);
    case Kind::log:
        return with<wire::Log>(frame, [this](const wire::Log& line) {
            std::vector<nb_log_field> fields;
            for (const auto& field : line.fields)
                fields.push_back({field.name, field.value});
            tables().log->write(tables().host, line.level, line.message, fields.data(), fields.size());
        });
    case Kind::metricChange: return takeMetricChange(frame);
    case Kind::health:
        return with<wire::Health>(frame, [this](const wire::Health& health) {
            if (tables().health)
                tables().health->set(tables().host, health.state, health.why);
        });
    default: return takeCall(frame);
    }
}

bool Session::takeCall(wire::Frame& frame)
{
    using wire::Kind;
    const auto* const host = tables().host;
    switch (frame.head.kind) {
    case Kind::addRoute:
    case Kind::listen:
    case Kind::migrate:
    case Kind::config: controlCall(std::move(frame)); return true;

    case Kind::account: return later(frame, [](Session& self, wire::Frame& call) { self.account(call); });
    case Kind::operate: return later(frame, [](Session& self, wire::Frame& call) { self.operate(call); });
    case Kind::query: return later(frame, [](Session& self, wire::Frame& call) { self.query(call); });
    // Where the child may wait, the answer may have to be read from the disk.
    case Kind::chatList: {
        wire::ChatList wanted;
        if (wire::read(frame, wanted, _channel.trust()) && wanted.mayBlock)
            return later(frame, [](Session& self, wire::Frame& call) { self.list(call); });
        list(frame);
        return true;
    }
    case Kind::chatGet: {
        wire::ChatGet wanted;
        if (wire::read(frame, wanted, _channel.trust()) && wanted.mayBlock)
            return later(frame, [](Session& self, wire::Frame& call) { self.get(call); });
        get(frame);
        return true;
    }
    case Kind::chatPage: {
        wire::ChatPage wanted;
        if (wire::read(frame, wanted, _channel.trust()) && wanted.mayBlock)
            return later(frame, [](Session& self, wire::Frame& call) { self.page(call); });
        page(frame);
        return true;
    }
    case Kind::bodyFetch: return takeBodyFetch(frame);
    case Kind::verify:
        return answering<wire::Verify, wire::Who>(frame, [&](const wire::Verify& wanted, wire::Who& who, nb_error& error) {
            nb_principal* proven = nullptr;
            const auto status = tables().auth->verify(host, wanted.token, &proven, &error);
            return handPrincipal(status, proven, who);
        });
    case Kind::impersonate:
        return answering<wire::Impersonate, wire::Who>(
            frame, [&](const wire::Impersonate& wanted, wire::Who& who, nb_error& error) {
                nb_principal* proven = nullptr;
                const auto status = tables().auth->impersonate(host, wanted.userId, &proven, &error);
                return handPrincipal(status, proven, who);
            });
    case Kind::verifyMac:
        return answering<wire::VerifyMac, wire::Who>(
            frame, [&](const wire::VerifyMac& wanted, wire::Who& who, nb_error& error) {
                nb_principal* proven = nullptr;
                const auto status = tables().auth->verify_mac(host, wanted.session, wanted.bytes, wanted.mac,
                                                              wanted.sequence, &proven, &error);
                return handPrincipal(status, proven, who);
            });
    case Kind::isValid:
        return answering<wire::PrincipalId, wire::Flag>(
            frame, [&](const wire::PrincipalId& wanted, wire::Flag& flag, nb_error&) {
                const auto who = _principals.borrow(wanted.principal);
                flag.value = who ? tables().auth->is_valid(who.get()) : 0;
                return NB_OK;
            });
    case Kind::signingKey:
        return answering<wire::PrincipalId, wire::SigningKey>(
            frame, [&](const wire::PrincipalId& wanted, wire::SigningKey& out, nb_error& error) {
                const auto who = _principals.borrow(wanted.principal);
                nb_signing_key key{};
                key.size = sizeof key;
                const auto status = tables().auth->signing_key(host, who.get(), &key, &error);
                std::copy(std::begin(key.session), std::end(key.session), out.session.begin());
                std::copy(std::begin(key.key), std::end(key.key), out.key.begin());
                out.expiresIn = key.expires_in;
                return status;
            });
    case Kind::profile:
        return answering<wire::Profile, wire::Body>(
            frame, [&](const wire::Profile& wanted, wire::Body& out, nb_error& error) {
                const auto who = _principals.borrow(wanted.principal);
                nb_body* body = nullptr;
                const auto status = tables().auth->profile(host, who.get(), wanted.userId, &body, &error);
                return handBody(status, body, out);
            });
    case Kind::mayRead:
        return answering<wire::MayRead, wire::Nothing>(
            frame, [&](const wire::MayRead& wanted, wire::Nothing&, nb_error& error) {
                const auto who = _principals.borrow(wanted.principal);
                return tables().chat->may_read(host, who.get(), wanted.chatId, &error);
            });
    case Kind::subscribe: return takeSubscribe(frame);
    case Kind::publish: return takePublish(frame);
    case Kind::lastId:
        return answering<wire::Nothing, wire::Number>(frame, [&](const wire::Nothing&, wire::Number& out, nb_error&) {
            out.value = tables().events->last_id(host);
            return NB_OK;
        });
    case Kind::timer: return takeTimer(frame);
    case Kind::metric: return takeMetric(frame);
    case Kind::cacheGet:
        return with<wire::CacheKey>(frame, [&](const wire::CacheKey& wanted) {
            nb_error error{};
            error.size = sizeof error;
            nb_body* body = nullptr;
            const auto status = tables().cache->get(host, wanted.key, &body, &error);
            if (status != NB_OK) {
                _channel.sendRefusal(frame.head.call, status, error);
                return;
            }
            std::vector<nb_str> pieces(tables().body->pieces(body, nullptr, 0));
            tables().body->pieces(body, pieces.data(), pieces.size());
            wire::Bytes bytes;
            bytes.bytes.bytes = {"", 0};
            bytes.bytes.pieces = pieces;
            _channel.sendResult(frame.head.call, bytes);
            tables().body->release(body);
        });
    case Kind::cacheSet:
        return answering<wire::CacheSet, wire::Nothing>(
            frame, [&](const wire::CacheSet& wanted, wire::Nothing&, nb_error& error) {
                const auto call = wanted.onlyAdd ? tables().cache->add : tables().cache->set;
                return call(host, wanted.key, wanted.value.bytes, wanted.ttlMs, &error);
            });
    case Kind::cacheIncr:
        return answering<wire::CacheIncr, wire::Number>(
            frame, [&](const wire::CacheIncr& wanted, wire::Number& out, nb_error& error) {
                return tables().cache->incr(host, wanted.key, wanted.by, wanted.ttlMs, &out.value, &error);
            });
    case Kind::cacheRemove:
        return answering<wire::CacheKey, wire::Nothing>(
            frame, [&](const wire::CacheKey& wanted, wire::Nothing&, nb_error& error) {
                return tables().cache->remove(host, wanted.key, &error);
            });
    default: return broken("a message that is not for its host");
    }
}

bool Session::later(wire::Frame& frame, void (*work)(Session&, wire::Frame&))
{
    struct Job {
        std::shared_ptr<Session> session;
        wire::Frame frame;
        void (*work)(Session&, wire::Frame&);
    };
    constexpr unsigned mostAtOnce = 256; // far more than a sane child has threads and accounts to open
    if (_working.fetch_add(1) >= mostAtOnce) {
        _working.fetch_sub(1);
        return broken("too many calls at once");
    }
    const auto call = frame.head.call;
    auto job = std::make_unique<Job>(Job{shared_from_this(), std::move(frame), work});
    nb_error error{};
    error.size = sizeof error;
    const auto status = tables().exec->post(
        tables().host,
        [](void* user) {
            const std::unique_ptr<Job> mine(static_cast<Job*>(user));
            mine->work(*mine->session, mine->frame);
            mine->session->_working.fetch_sub(1);
        },
        job.get(), &error);
    if (status == NB_OK) {
        static_cast<void>(job.release()); // the task's now
        return true;
    }
    _working.fetch_sub(1);
    if (call != 0) {
        _channel.sendRefusal(call, status, error);
        return true;
    }
    const auto refuse = [&](auto order) {
        if (!wire::read(job->frame, order, _channel.trust()))
            return broken("a message that cannot be read");
        starting(order.token, [&](nb_error& told, void*) {
            told = error;
            return status;
        });
        return true;
    };
    return job->frame.head.kind == wire::Kind::operate ? refuse(wire::Operate()) : refuse(wire::Account());
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
