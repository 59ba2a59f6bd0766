#pragma once
// One thread that waits on sockets (epoll), runs what others post to it, and keeps coarse timers.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace netbit::net {

/// What a reactor calls when its descriptor is ready. Called on the reactor's thread only.
class Pollable {
public:
    virtual ~Pollable() = default;
    virtual void onReady(std::uint32_t epollEvents) = 0;
};

/// A deadline that a reactor watches; embedded in what it belongs to. Armed and disarmed on the reactor's thread.
class Deadline;
class TimerWheel;
class InheritedSockets;

class Reactor {
public:
    using Task = std::function<void()>;

    Reactor();
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    void start();
    /// Stops the loop after the tasks already posted have run, and joins the thread.
    void stop();

    /// [any] Runs the task on the reactor's thread, after the tasks posted before it. One wake-up for many posts.
    void post(Task task);
    /// [any] Whether the caller is this reactor's thread.
    bool here() const noexcept;
    /// [control] Runs the task on the reactor's thread and waits for its end; right here when the loop does not run
    /// (then nobody else touches what belongs to it) or when the caller is its thread.
    void call(const Task& task);

    /// [reactor] Watches a descriptor; events as for epoll (EPOLLIN, EPOLLOUT, EPOLLET…). False: the system refused
    /// (ENOMEM, ENOSPC); nothing is watched then.
    bool watch(int descriptor, std::uint32_t epollEvents, Pollable* target);
    void modify(int descriptor, std::uint32_t epollEvents, Pollable* target);
    void forget(int descriptor, Pollable* target);

    /// [reactor] Calls onDeadline once, not before `delay` and at most 100 ms later, unless disarmed. Arming again moves
    /// it.
    void arm(Deadline& deadline, std::chrono::milliseconds delay);
    void disarm(Deadline& deadline) noexcept;

    /// [reactor] A buffer for reads, shared by all connections of this reactor; its content lives for one call.
    struct Scratch { char* data; std::size_t size; };
    Scratch scratch() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

class Deadline {
public:
    bool armed() const noexcept { return _slot != unarmed; } ///< [reactor]
    /// Called on the reactor's thread.
    virtual void onDeadline() = 0;

protected:
    virtual ~Deadline() = default;

private:
    friend class TimerWheel;
    Deadline* _next = nullptr; // the wheel's list; guarded by being touched on the reactor's thread only
    Deadline* _previous = nullptr;
    std::uint32_t _slot = unarmed;
    std::uint32_t _rounds = 0;
    static constexpr std::uint32_t unarmed = ~0u;
};

/// As many reactors as asked for; connections are dealt out in turn.
class ReactorPool {
public:
    explicit ReactorPool(unsigned count, const InheritedSockets* inherited = nullptr);
    ~ReactorPool();
    void start();
    void stop();
    Reactor& next() noexcept; ///< [any]
    Reactor& at(unsigned index) noexcept { return *_reactors[index]; }
    unsigned size() const noexcept { return static_cast<unsigned>(_reactors.size()); }
    /// What is to be listened at without binding it; nullptr: nothing. It outlives the pool.
    const InheritedSockets* inherited() const noexcept { return _inherited; }

private:
    std::vector<std::unique_ptr<Reactor>> _reactors;
    const InheritedSockets* _inherited;
    std::atomic<unsigned> _turn{0};
};

} // namespace netbit::net
