#include "net/Reactor.h"

#include "base/SignalStack.h"
#include "net/TimerWheel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace netbit::net {

namespace {

thread_local const Reactor* currentReactor = nullptr;

constexpr std::size_t scratchBytes = 64 * 1024;
constexpr std::size_t eventsPerWait = 256;
constexpr std::chrono::microseconds commitTime{500}; // longer than most disks need
constexpr std::chrono::microseconds turnTime{100};   // from an answer to the next request of a client on this machine

class Descriptor {
public:
    explicit Descriptor(int value) : _value(value)
    {
        if (value < 0)
            throw std::system_error(errno, std::generic_category(), "a reactor could not be made");
    }
    ~Descriptor() { ::close(_value); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const noexcept { return _value; }

private:
    int _value;
};

/// An exception that reaches the loop is a bug of whoever was called; the loop serves others, so it says so and lives.
template <class F>
void guarded(F&& call) noexcept
{
    try {
        call();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "netbit: an exception reached a reactor: %s\n", error.what());
    } catch (...) {
        std::fputs("netbit: an unknown exception reached a reactor\n", stderr);
    }
}

} // namespace

struct Reactor::Impl {
    Descriptor epoll{::epoll_create1(EPOLL_CLOEXEC)};
    Descriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::thread thread;
    std::atomic<bool> running{false};
    bool stopping = false; // reactor's thread

    std::mutex mutex;        // guards posted, woken and looking
    std::vector<Task> posted;
    bool woken = false;      // a wake-up is on its way: no need for another
    bool looking = false;    // the loop looks at anyPosted all the time: no need for one either
    std::atomic<bool> anyPosted{false}; // written with the mutex held

    std::vector<Task> batch; // reactor's thread; swapped with posted, so that both keep their capacity
    TimerWheel wheel{TimerWheel::Clock::now()};
    std::array<epoll_event, eventsPerWait> events;
    int ready = 0; // how many of events are valid
    int at = 0;    // the one being handled
    bool endedByPost = false;     // the last wait
    std::array<bool, 2> endsSoon{}; // what the last wait promises the next: of those behind a socket, of those behind a post
    std::unique_ptr<char[]> scratch = std::make_unique_for_overwrite<char[]>(scratchBytes);

    Impl()
    {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = nullptr;
        if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0)
            throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }

    void loop();
    int poll(int timeout);
    int look(std::chrono::steady_clock::time_point until);
    int await(int timeout);
    bool runPosted();
    void handleEvents();
};

/// Whether there was anything to run.
bool Reactor::Impl::runPosted()
{
    {
        const std::lock_guard lock(mutex); // posted, woken
        if (posted.empty())
            return false;
        batch.swap(posted);
        anyPosted.store(false, std::memory_order_relaxed);
    }
    for (auto& task : batch) {
        guarded(task);
        task = nullptr; // what it holds goes now, not when the whole batch has run
    }
    batch.clear();
    return true;
}

void Reactor::Impl::handleEvents()
{
    for (at = 0; at < ready; ++at) {
        const auto event = events[static_cast<std::size_t>(at)];
        auto* const target = static_cast<Pollable*>(event.data.ptr);
        if (target) {
            guarded([&] { target->onReady(event.events); });
            continue;
        }
        if (event.events == 0)
            continue; // forgotten while this batch was handled
        std::uint64_t count = 0;
        while (::read(wake.get(), &count, sizeof count) < 0 && errno == EINTR) { }
        const std::lock_guard lock(mutex); // woken
        woken = false;
    }
    ready = 0;
}

int Reactor::Impl::poll(int timeout)
{
    return ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), timeout);
}

/// Awake, but yielding, until something happens or time is up; whoever posts meanwhile need not wake anybody.
int Reactor::Impl::look(std::chrono::steady_clock::time_point until)
{
    {
        const std::lock_guard lock(mutex); // looking
        looking = true;
    }
    int got = 0;
    while (!anyPosted.load(std::memory_order_relaxed) && (got = poll(0)) == 0 && TimerWheel::Clock::now() < until)
        std::this_thread::yield();
    const std::lock_guard lock(mutex); // looking
    looking = false;
    return got;
}

/// Sleeps until something happens. Being woken by another thread costs a fifth of a durable write, so a wait that is likely to be
/// short is spent awake. A lone client's request (a socket) is followed by its commit (a post), and that by its next request: so
/// behind a socket a post is looked for where the last such wait was ended by one soon, behind a post anything. One guess that fails
/// ends it, so neither an idle reactor nor one that only reads ever spins.
int Reactor::Impl::await(int timeout)
{
    const bool behindPost = endedByPost;
    auto& guess = endsSoon[behindPost ? 1 : 0];
    const auto end = TimerWheel::Clock::now() + (behindPost ? turnTime : commitTime);
    const int got = guess ? look(end) : 0;
    endedByPost = got == 0 && anyPosted.load(std::memory_order_relaxed);
    if (got != 0 || endedByPost) {
        guess = behindPost || endedByPost;
        return got;
    }
    const int woke = poll(timeout);
    endedByPost = woke == 1 && events[0].data.ptr == nullptr;
    guess = (behindPost || endedByPost) && TimerWheel::Clock::now() < end;
    return woke;
}

void Reactor::Impl::loop()
{
    bool more = false;
    while (!stopping || more) {
        int timeout = 0;
        if (!more && !stopping)
            timeout = wheel.empty() ? -1 : wheel.wait(TimerWheel::Clock::now());
        ready = std::max(timeout == 0 ? poll(0) : await(timeout), 0);
        handleEvents();
        if (!wheel.empty())
            guarded([&] { wheel.expire(TimerWheel::Clock::now()); });
        more = runPosted();
    }
}

Reactor::Reactor() : _impl(std::make_unique<Impl>()) {}

Reactor::~Reactor() { stop(); }

void Reactor::start()
{
    if (_impl->running.exchange(true))
        return;
    _impl->stopping = false;
    _impl->thread = std::thread([this] {
        const base::SignalStack room;
        currentReactor = this;
        _impl->loop();
    });
}

void Reactor::stop()
{
    if (!_impl->running)
        return;
    post([this] { _impl->stopping = true; });
    _impl->thread.join();
    _impl->running = false;
    for (;;) { // what came too late is dropped here, where its destructors may still post
        std::vector<Task> late;
        {
            const std::lock_guard lock(_impl->mutex); // posted
            late.swap(_impl->posted);
        }
        if (late.empty())
            break;
    }
}

void Reactor::post(Task task)
{
    bool wake = false;
    {
        const std::lock_guard lock(_impl->mutex); // posted, woken, looking
        _impl->posted.push_back(std::move(task));
        _impl->anyPosted.store(true, std::memory_order_relaxed);
        // The loop looks at the queue before it waits, so its own thread needs no wake-up.
        if (!_impl->woken && !_impl->looking && !here())
            wake = _impl->woken = true;
    }
    if (wake) {
        const std::uint64_t one = 1;
        while (::write(_impl->wake.get(), &one, sizeof one) < 0 && errno == EINTR) { }
    }
}

bool Reactor::here() const noexcept { return currentReactor == this; }

void Reactor::call(const Task& task)
{
    if (here() || !_impl->running) {
        task();
        return;
    }
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false; // guarded by mutex
    post([&] {
        guarded(task);
        const std::lock_guard lock(mutex); // done; notified under it, since the waiter's stack holds all three
        done = true;
        changed.notify_one();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
}

bool Reactor::watch(int descriptor, std::uint32_t epollEvents, Pollable* target)
{
    epoll_event event{};
    event.events = epollEvents;
    event.data.ptr = target;
    return ::epoll_ctl(_impl->epoll.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Reactor::modify(int descriptor, std::uint32_t epollEvents, Pollable* target)
{
    epoll_event event{};
    event.events = epollEvents;
    event.data.ptr = target;
    ::epoll_ctl(_impl->epoll.get(), EPOLL_CTL_MOD, descriptor, &event); // cannot fail for what watch() took
}

void Reactor::forget(int descriptor, Pollable* target)
{
    ::epoll_ctl(_impl->epoll.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    // The batch at hand may still name it, and it may be gone by then.
    for (int i = _impl->at + 1; i < _impl->ready; ++i) {
        auto& event = _impl->events[static_cast<std::size_t>(i)];
        if (event.data.ptr == target) {
            event.data.ptr = nullptr;
            event.events = 0;
        }
    }
}

void Reactor::arm(Deadline& deadline, std::chrono::milliseconds delay)
{
    _impl->wheel.arm(deadline, delay, TimerWheel::Clock::now());
}

void Reactor::disarm(Deadline& deadline) noexcept { _impl->wheel.disarm(deadline); }

Reactor::Scratch Reactor::scratch() noexcept { return {_impl->scratch.get(), scratchBytes}; }

ReactorPool::ReactorPool(unsigned count, const InheritedSockets* inherited) : _inherited(inherited)
{
    for (unsigned i = 0; i < std::max(count, 1u); ++i)
        _reactors.push_back(std::make_unique<Reactor>());
}

ReactorPool::~ReactorPool() { stop(); }

void ReactorPool::start()
{
    for (auto& reactor : _reactors)
        reactor->start();
}

void ReactorPool::stop()
{
    for (auto& reactor : _reactors)
        reactor->stop();
}

Reactor& ReactorPool::next() noexcept
{
    return *_reactors[_turn.fetch_add(1, std::memory_order_relaxed) % _reactors.size()];
}

} // namespace netbit::net
