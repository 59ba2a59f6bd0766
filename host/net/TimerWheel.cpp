#include "net/TimerWheel.h"

#include <algorithm>

namespace netbit::net {

void TimerWheel::link(Deadline& deadline, std::uint32_t slot) noexcept
{
    deadline._slot = slot;
    deadline._previous = nullptr;
    deadline._next = _heads[slot];
    if (deadline._next)
        deadline._next->_previous = &deadline;
    _heads[slot] = &deadline;
}

void TimerWheel::unlink(Deadline& deadline) noexcept
{
    if (deadline._previous)
        deadline._previous->_next = deadline._next;
    else
        _heads[deadline._slot] = deadline._next;
    if (deadline._next)
        deadline._next->_previous = deadline._previous;
    deadline._slot = Deadline::unarmed;
}

void TimerWheel::arm(Deadline& deadline, std::chrono::milliseconds delay, Clock::time_point now) noexcept
{
    if (deadline.armed())
        unlink(deadline);
    else if (_armed++ == 0 && now >= _next)
        _next = now + slotLength; // an empty wheel does not turn; every slot is free, so any may be the next one
    // The first slot that is due not before now + delay. While a late loop has slots to catch up with, `now` may be
    // past _next: the slots in between count as well.
    const auto due = now + std::max(delay, std::chrono::milliseconds(0));
    const auto behind = due <= _next ? Clock::duration::zero() : due - _next;
    const auto ticks = static_cast<std::uint64_t>((behind + slotLength - Clock::duration(1)) / slotLength);
    link(deadline, static_cast<std::uint32_t>((_cursor + ticks) % slots));
    deadline._rounds = static_cast<std::uint32_t>(ticks / slots);
}

void TimerWheel::disarm(Deadline& deadline) noexcept
{
    if (!deadline.armed())
        return;
    unlink(deadline);
    --_armed;
}

int TimerWheel::wait(Clock::time_point now) const noexcept
{
    if (_armed == 0)
        return -1;
    if (now >= _next)
        return 0;
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(_next - now).count());
}

void TimerWheel::expire(Clock::time_point now)
{
    while (_armed != 0 && now >= _next) {
        Deadline* at = _heads[_cursor];
        while (at) {
            Deadline* const following = at->_next;
            if (at->_rounds > 0) {
                --at->_rounds;
            } else {
                unlink(*at);
                link(*at, firing); // so that one deadline's call may disarm another that is due with it
            }
            at = following;
        }
        _cursor = (_cursor + 1) % slots;
        _next += slotLength;
        while (Deadline* due = _heads[firing]) {
            disarm(*due);
            due->onDeadline();
        }
    }
}

} // namespace netbit::net
