#pragma once
// A plugin's timer: armed when the plugin is live, silent from its cancel on.

#include "border/Generation.h"
#include <netbit/exec.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

struct nb_timer final : std::enable_shared_from_this<nb_timer> {
    nb_timer(netbit::border::Generation& owner, std::chrono::milliseconds wait, bool again, nb_task_fn function,
             void* argument)
        : generation(owner.shared_from_this()), madeInStart(owner.mayRegister()), delay(wait), periodic(again),
          _function(function), _user(argument)
    {
    }

    using Time = std::chrono::steady_clock::time_point;
    const std::shared_ptr<netbit::border::Generation> generation;
    const bool madeInStart;
    const std::chrono::milliseconds delay; ///< or period
    const bool periodic;

    /// `first`: when a periodic one runs first, if not after a whole period.
    void arm(std::optional<Time> first = std::nullopt);
    std::optional<Time> due(); ///< of a periodic one
    /// No run begins from here on; one may be under way.
    void silence() noexcept { _silent.store(true, std::memory_order_release); }
    /// The same, and waits for a run under way, unless called from it.
    void cancel();

private:
    void fire();

    const nb_task_fn _function;
    void* const _user;
    std::atomic<bool> _silent{false};
    std::mutex _mutex; // guards _handle: the first run may cancel before arm() knows it
    std::uint64_t _handle = 0;
};

namespace netbit::border {

/// When the timers of the generation before are due: those of the next one with the same period go on with their beat.
class Beats {
public:
    /// Both in the order in which the timers were made: the first goes on with the first.
    using Timers = std::vector<std::shared_ptr<nb_timer>>;
    explicit Beats(const Timers& before);
    std::optional<nb_timer::Time> of(const nb_timer& timer); ///< each beat once

private:
    std::multimap<std::chrono::milliseconds, nb_timer::Time> _due; // by period
};

} // namespace netbit::border
