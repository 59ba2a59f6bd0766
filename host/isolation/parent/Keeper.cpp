#include "isolation/parent/Keeper.h"

#include "isolation/parent/Session.h"
#include "services/log/Log.h"

#include <algorithm>
#include <csignal>
#include <sys/eventfd.h>
#include <unistd.h>

namespace netbit::isolation::parent {

namespace {

using base::fault;
using base::Status;
using std::chrono::milliseconds;
namespace log = services::log;

constexpr auto remembered = std::chrono::minutes(1); // for how long a crash counts

std::string sentence(const std::string& how) { return "Its process " + how + '.'; }

} // namespace

Keeper::Keeper(Subject subject, Options options)
    : _subject(std::move(subject)), _options(std::move(options)), _proxy(_subject, _options),
      _wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
}

Keeper::~Keeper() { stop(); }

base::Result<void> Keeper::begin()
{
    _thread = std::thread([this] { run(); });
    std::unique_lock lock(_mutex);
    _changed.wait(lock, [this] { return _begun.has_value(); });
    return *_begun;
}

void Keeper::stop()
{
    _stopping.store(true, std::memory_order_release);
    constexpr std::uint64_t one = 1;
    [[maybe_unused]] const auto done = ::write(_wake.get(), &one, sizeof one);
    {
        const std::lock_guard lock(_mutex);
        _changed.notify_all();
    }
    if (_thread.joinable())
        _thread.join();
}

// The thread.

void Keeper::run()
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr); // the host's signals are its main thread's
    for (bool firstOne = true;; firstOne = false) {
        auto launched = launch();
        std::string how;
        if (launched) {
            const auto session = *launched;
            bool well = firstOne || bringUp(*session);
            if (firstOne) {
                const std::lock_guard lock(_mutex);
                _begun.emplace();
                _changed.notify_all();
            }
            while (well && !stopping() && session->serve(milliseconds(500)))
                ;
            _proxy.serveWith(nullptr);
            how = session->end();
            const std::lock_guard lock(_mutex);
            _session.reset();
            _facts.pid = 0;
        } else {
            if (firstOne) {
                const std::lock_guard lock(_mutex);
                _begun.emplace(launched.error());
                _changed.notify_all();
                return;
            }
            how = "could not be started again: " + launched.error().detail;
        }
        const auto pause = stopping() ? std::nullopt : crashed(how);
        std::unique_lock lock(_mutex);
        if (!pause || _changed.wait_for(lock, *pause, [this] { return stopping(); })) {
            if (stopping())
                _facts.state = ChildState::ended;
            return;
        }
        ++_facts.restarts;
    }
}

base::Result<std::shared_ptr<Session>> Keeper::launch()
{
    auto process = Process::start(_options.program, _subject.id);
    if (!process)
        return process.error();
    auto memory = wire::SharedMemory::map(process->memory.get());
    if (!memory)
        return fault(Status::unavailable, "no_process", "Its shared memory cannot be mapped.");
    const auto session =
        std::make_shared<Session>(_proxy, ++_sessions, std::move(*process), std::move(*memory), _wake.get());
    // A restart loads the bytes that were loaded before, whatever lies in the plugin's folder by now.
    auto copy = _subject.copy;
    if (_sessions > 1)
        copy.replace_extension("again.so");
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);
    if (auto loaded = session->load(_sessions > 1 ? _subject.copy : _subject.library, copy); !loaded) {
        session->end();
        return loaded.error();
    }
    if (_sessions == 1) {
        sdk = session->sdk();
        toolchain = session->toolchain();
    }
    const std::lock_guard lock(_mutex);
    _session = session;
    _facts.pid = session->pid();
    return session;
}

/// A new child in a generation that lives: it goes through the calls of its life here.
bool Keeper::bringUp(Session& session)
{
    // Whoever holds it may wait for us to end.
    std::unique_lock calls(_calls, std::defer_lock);
    while (!calls.try_lock()) {
        if (stopping() || !session.serve(milliseconds(10)))
            return false;
    }
    session.open(*_proxy.tables());
    for (const auto call : {wire::Call::create, wire::Call::configure, wire::Call::start}) {
        nb_error error{};
        if (stopping())
            return false;
        const auto status = session.controlHere(call, error);
        if (status && *status != NB_OK)
            session.giveUp(std::string("refused to start again: ") + error.detail);
        if (status != NB_OK)
            return false;
    }
    _proxy.serveWith(session.shared_from_this());
    setState(ChildState::live);
    log::info("isolation", "A plugin's process is up again.",
              {{"plugin", _subject.id}, {"pid", std::to_string(session.pid())}});
    return true;
}

void Keeper::setState(ChildState state)
{
    const std::lock_guard lock(_mutex);
    _facts.state = state;
}

std::optional<milliseconds> Keeper::crashed(const std::string& how)
{
    const auto now = Clock::now();
    while (!_ends.empty() && now - _ends.front() > remembered)
        _ends.pop_front();
    _ends.push_back(now);
    const bool given = _ends.size() > _options.mostCrashes;
    log::error("isolation", given ? "A plugin's process has ended too often and stays down." : "A plugin's process has ended.",
               {{"plugin", _subject.id}, {"how", how}, {"in_a_minute", std::to_string(_ends.size())}});
    const std::lock_guard lock(_mutex);
    _facts.trouble = sentence(how);
    // What fails before it has started once is told by the call that failed, and not tried again.
    if (!_started || given) {
        _facts.state = ChildState::failed;
        if (given)
            _facts.trouble += " That was the " + std::to_string(_ends.size()) +
                              "th time within a minute: it stays down until the plugin is loaded again.";
        return std::nullopt;
    }
    _facts.state = ChildState::restarting;
    auto pause = _options.firstPause;
    for (std::size_t i = 1; i < _ends.size() && pause < _options.longestPause; ++i)
        pause *= 2;
    return std::min(pause, _options.longestPause);
}

// The plugin's calls.

std::int32_t Keeper::create(const nb_host* host, nb_error* error)
{
    auto tables = std::make_unique<const Tables>(*host);
    std::shared_ptr<Session> session;
    {
        const std::lock_guard lock(_mutex);
        session = _session;
    }
    if (session)
        session->open(*tables);
    _proxy.setTables(std::move(tables));
    const auto status = call(wire::Call::create, error);
    if (status != NB_OK)
        stop(); // destroy will not come
    return status;
}

std::int32_t Keeper::call(wire::Call call, nb_error* error)
{
    const std::lock_guard calls(_calls);
    std::shared_ptr<Session> session;
    bool started = false;
    {
        const std::lock_guard lock(_mutex);
        session = _session;
        started = _started;
    }
    nb_error told{};
    told.size = sizeof told;
    std::int32_t status = NB_OK;
    if (session)
        status = session->control(call, told);
    else if (!started)
        status = refuse(told, NB_UNAVAILABLE, "plugin_unavailable",
                        facts().trouble.empty() ? "Its process has ended." : facts().trouble);
    // Without a child: the next one reads the new settings when it comes, and has nothing to quiesce or stop.

    if (call == wire::Call::start && status == NB_OK && session) {
        _proxy.first = false;
        _proxy.serveWith(session);
        const std::lock_guard lock(_mutex);
        _started = true;
        if (_session == session)
            _facts.state = ChildState::live;
    }
    if (error && status != NB_OK) {
        const auto size = std::min<std::size_t>(error->size, sizeof told);
        told.size = error->size;
        std::copy_n(reinterpret_cast<const char*>(&told), size, reinterpret_cast<char*>(error));
    }
    return status;
}

ChildFacts Keeper::facts() const
{
    ChildFacts out;
    {
        const std::lock_guard lock(_mutex);
        out = _facts;
    }
    if (const auto& breaker = _proxy.breaker; breaker.open())
        out.refusing = "It failed " + std::to_string(breaker.inARow()) + " times in a row; the next try is in " +
                       std::to_string(breaker.left().count()) + " ms.";
    return out;
}

} // namespace netbit::isolation::parent
