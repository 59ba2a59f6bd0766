#pragma once
// One connection of a plugin's TCP listener, as any thread may use it.

#include "base/Body.h"
#include "border/Generation.h"
#include "border/Guard.h"
#include "border/Handles.h"
#include "net/Connection.h"
#include <netbit/transport.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Counted: the reactor's side holds one reference until `closed` was told, the plugin holds what it retains.
/// What other threads ask for is put in a list, and the reactor is woken once for the whole list: many answers to one
/// client then leave in one write.
/// When the connection moves to another generation, that one gets an nb_conn of its own, and this one is gone.
struct nb_conn final : netbit::border::Counted<nb_conn> {
    using Count = std::shared_ptr<std::atomic<std::int64_t>>;
    /// `open` counts those of one listener that are not gone.
    nb_conn(std::shared_ptr<netbit::border::Generation> owner, netbit::net::Connection& accepted,
            const nb_tcp_calls& wanted, std::size_t highMarkBytes, std::size_t hardMarkBytes, Count open);
    ~nb_conn();

    const std::shared_ptr<netbit::border::Generation> generation;
    const std::shared_ptr<netbit::net::Connection> connection;
    const nb_tcp_calls calls;
    void* session = nullptr; // [reactor]

    // [any]
    std::int32_t send(netbit::base::Body body);
    /// Never at once, also on the reactor: `closed` must not come while another call of the plugin is under way.
    void close(bool now);
    void run(void (*function)(void*, nb_conn*), void* user);
    bool gone() const noexcept { return _gone.load(std::memory_order_acquire); }
    /// The plugin has closed it.
    bool closing() const noexcept { return _closing.load(std::memory_order_relaxed); }

    // [reactor]
    void setGone() noexcept;
    /// Nothing is offered to data() while it is held; what came meanwhile is offered behind it.
    void hold(bool held);
    bool paused() const noexcept { return _paused; }
    /// Does what other threads have asked for up to now.
    void settle() { fulfil(); }
    /// It is another's from here on: what was sent before is still written, and everything else comes too late.
    void moveAway();
    void drained();
    std::size_t data(std::string_view bytes);
    void pause();
    void resume();

private:
    struct Close {
        netbit::net::CloseReason reason;
        bool now;
    };
    struct Run {
        void (*function)(void*, nb_conn*);
        void* user;
        netbit::border::Owed owed;
    };
    struct Resume { };
    using Wish = std::variant<netbit::base::Body, Close, Run, Resume>;

    bool here() const noexcept;
    void post(Wish wish, std::size_t bytes);
    void fulfil();
    std::int32_t sendHere(netbit::base::Body body);
    void closeHere(netbit::net::CloseReason reason, bool now);
    void tellIfRoom();

    const std::size_t _highMark;
    const std::size_t _hardMark;
    std::mutex _mutex; // guards the two below
    std::vector<Wish> _wishes;
    bool _woken = false;
    std::atomic<std::size_t> _wishedBytes{0};
    std::atomic<bool> _toldFull{false}; // the plugin waits for drained
    std::atomic<bool> _gone{false};
    std::atomic<bool> _closing{false}; // the plugin has closed it: nothing is sent or told any more but `closed`
    bool _netFull = false; // [reactor] net will tell when it has drained
    bool _inData = false;  // [reactor] inside data()
    bool _resume = false;  // [reactor] resume() was called, and pause() not since
    bool _paused = false;  // [reactor] by the plugin
    bool _held = false;    // [reactor] by hold()
    bool _moved = false;   // [reactor]
    const Count _open;
};
