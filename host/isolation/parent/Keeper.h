#pragma once
// Looks after the children of one plugin: starts one, serves it, ends what it leaves, starts the next.

#include "isolation/parent/Isolated.h"
#include "isolation/parent/Process.h"
#include "isolation/parent/Proxy.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace netbit::isolation::parent {

/// Has one thread, which is the children's only reader: a child dies with the thread that started it.
class Keeper {
public:
    Keeper(Subject subject, Options options);
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    /// Starts the thread and waits until the first child has loaded the library.
    base::Result<void> begin();
    /// Ends the child and the thread. No restart comes after it.
    void stop();

    // The plugin's calls. [control]
    std::int32_t create(const nb_host* host, nb_error* error);
    std::int32_t call(wire::Call call, nb_error* error);

    ChildFacts facts() const; ///< [any]
    const Subject& subject() const noexcept { return _subject; }
    std::string sdk;       ///< of the library, from begin() on
    std::string toolchain;

private:
    using Clock = std::chrono::steady_clock;

    void run();
    base::Result<std::shared_ptr<Session>> launch();
    bool bringUp(Session& session);
    void setState(ChildState state);
    /// Notes how a child ended. How long to wait before the next one; nothing: it stays down.
    std::optional<std::chrono::milliseconds> crashed(const std::string& how);
    bool stopping() const noexcept { return _stopping.load(std::memory_order_acquire); }

    const Subject _subject;
    const Options _options;
    Proxy _proxy;
    Descriptor _wake; // an eventfd
    std::atomic<bool> _stopping{false};
    std::uint64_t _sessions = 0;         // the thread's
    std::deque<Clock::time_point> _ends; // of the last minute; the thread's

    std::mutex _calls; // held over one call of the plugin's life, and while a new child goes through its own

    mutable std::mutex _mutex; // guards what follows
    std::condition_variable _changed;
    std::shared_ptr<Session> _session; // the child there is, from its load on
    std::optional<base::Result<void>> _begun;
    bool _started = false; // the plugin's start has succeeded once
    ChildFacts _facts;

    std::thread _thread;
};

} // namespace netbit::isolation::parent
