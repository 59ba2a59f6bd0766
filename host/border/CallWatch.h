#pragma once
// Finds the calls into plugins that do not come back, without a clock read in any call: who is in the same call at two
// looks has been in it for at least the time between them.

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace netbit::border {

class CallSlot;
class Generation;

struct LongCall {
    std::string plugin;
    std::string call; ///< "handler"
    const Generation* generation = nullptr; ///< to compare, not to use
    std::chrono::milliseconds atLeast{0};
    std::uint64_t number = 0; ///< the same at each look, another for each call
};

class CallWatch {
public:
    using Clock = std::chrono::steady_clock;
    /// [control] Looks at all threads. Calls seen for the first time have lasted 0 ms.
    void look(Clock::time_point now = Clock::now());
    /// [any] What the last look found to be at least that old, the oldest first.
    std::vector<LongCall> longerThan(std::chrono::milliseconds limit) const;

private:
    struct Seen {
        std::uint64_t turn = 0;
        std::uint64_t number = 0;
        Clock::time_point since;
        LongCall call;
    };
    mutable std::mutex _mutex; // guards what follows
    std::map<const CallSlot*, Seen> _seen;
    std::uint64_t _numbers = 0;
    Clock::time_point _looked;
};

} // namespace netbit::border
