#pragma once
// Coarse timers: a wheel of 100 ms slots with intrusive lists. Arming and disarming cost a few stores.

#include "net/Reactor.h"

#include <array>
#include <chrono>
#include <cstdint>

namespace netbit::net {

/// Belongs to one thread. Time is given in, so that tests need no clock.
class TimerWheel {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds slotLength{100};
    static constexpr std::uint32_t slots = 512; // 51.2 s a turn: most time-outs need no second round

    explicit TimerWheel(Clock::time_point start) noexcept : _next(start + slotLength) {}

    void arm(Deadline& deadline, std::chrono::milliseconds delay, Clock::time_point now) noexcept;
    void disarm(Deadline& deadline) noexcept;
    bool empty() const noexcept { return _armed == 0; }

    /// Milliseconds until expire() may have something to do; -1 while nothing is armed.
    int wait(Clock::time_point now) const noexcept;

    /// Calls every deadline that is due. They may arm and disarm any deadline meanwhile.
    void expire(Clock::time_point now);

private:
    static constexpr std::uint32_t firing = slots; // the list of those being called

    void link(Deadline& deadline, std::uint32_t slot) noexcept;
    void unlink(Deadline& deadline) noexcept;

    std::array<Deadline*, slots + 1> _heads{};
    Clock::time_point _next; // when slot _cursor is due
    std::uint32_t _cursor = 0;
    std::size_t _armed = 0;
};

} // namespace netbit::net
