#pragma once
// Many subscribers on one thread, over SSE and TCP, that are cut off and come back where they were.

#include "support/People.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <atomic>

namespace netbit::test {

class Crowd {
public:
    struct Heard {
        std::int64_t event = 0;
        std::int64_t chat = 0;
        std::int64_t message = 0;
        bool operator==(const Heard&) const = default;
    };

    /// `sse` subscribers over HTTP and `tcp` over TCP, to the new messages of these users, dealt out in turn. One of them is
    /// cut off about each `eventsPerCut` events that all of them together hear (0: never).
    Crowd(const Daemon& daemon, const std::vector<User>& users, int sse, int tcp, int eventsPerCut);
    ~Crowd();

    /// Until each has heard so many messages; false: not in time, or something was wrong: see complaint().
    bool waitForAll(std::size_t messages, std::chrono::milliseconds most);
    /// Then, once: all that each has heard, in its order.
    std::vector<std::vector<Heard>> leave();

    std::string complaint() const { return _complaint; } ///< after waitForAll
    std::uint64_t cuts() const noexcept { return _cuts; }
    std::uint64_t losses() const noexcept { return _losses; } ///< connections that the server's end has ended

private:
    class Listener;
    void loop();
    void begin(Listener& listener);
    void read(Listener& listener);

    const Daemon& _daemon;
    const int _eventsPerCut;
    std::vector<std::unique_ptr<Listener>> _listeners;
    std::vector<Listener*> _waiting; // to be begun again
    std::mt19937 _random{20'261};
    int _epoll;
    int _untilCut;
    std::uint64_t _cuts = 0;
    std::uint64_t _losses = 0;
    std::atomic<std::size_t> _least{0}; // that each has heard
    std::atomic<bool> _over{false};
    std::atomic<bool> _failed{false};
    std::string _complaint; // written before _failed
    std::thread _thread;
};

} // namespace netbit::test
