#pragma once
// A plugin's timer: armed when the plugin is live, silent from its cancel on.

#include "border/Generation.h"
#include <netbit/exec.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

struct nb_timer final : std::enable_shared_from_this<nb_timer> {
    nb_timer(netbit::border::Generation& owner, std::chrono::milliseconds delay, bool again, nb_task_fn function,
             void* argument)
        : generation(owner.shared_from_this()), _delay(delay), _periodic(again), _function(function), _user(argument)
    {
    }

    const std::shared_ptr<netbit::border::Generation> generation;

    void arm();
    /// No run begins from here on; one may be under way.
    void silence() noexcept { _silent.store(true, std::memory_order_release); }
    /// The same, and waits for a run under way, unless called from it.
    void cancel();

private:
    void fire();

    const std::chrono::milliseconds _delay;
    const bool _periodic;
    const nb_task_fn _function;
    void* const _user;
    std::atomic<bool> _silent{false};
    std::mutex _mutex; // guards _handle: the first run may cancel before arm() knows it
    std::uint64_t _handle = 0;
};
