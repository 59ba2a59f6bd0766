#pragma once
// Which of a real host's threads the test's one thread plays at the moment.

#include <cstdint>
#include <utility>

namespace netbit::fake {

enum class Lane : std::uint8_t { foreign, control, reactor, worker, writer, event };

constexpr const char* nameOf(Lane lane) noexcept
{
    switch (lane) {
    case Lane::control: return "the control thread";
    case Lane::reactor: return "a reactor";
    case Lane::worker: return "a worker";
    case Lane::writer: return "the writer's thread";
    case Lane::event: return "the event thread";
    case Lane::foreign: break;
    }
    return "a thread of its own";
}

/// Foreign unless a call into the plugin is under way: then it is a thread that the plugin, or a library of it, started.
inline Lane& here() noexcept
{
    static thread_local Lane lane = Lane::foreign;
    return lane;
}

class LaneScope {
public:
    explicit LaneScope(Lane lane) noexcept : _before(std::exchange(here(), lane)) {}
    ~LaneScope() { here() = _before; }
    LaneScope(const LaneScope&) = delete;
    LaneScope& operator=(const LaneScope&) = delete;

private:
    Lane _before;
};

} // namespace netbit::fake
