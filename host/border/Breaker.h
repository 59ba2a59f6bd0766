#pragma once
// Stops asking a plugin that fails every time, and tries again after a growing pause.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace netbit::border {

struct BreakerOptions {
    unsigned failures = 10; ///< in a row, until it opens
    std::chrono::milliseconds firstPause{1'000};
    std::chrono::milliseconds longestPause{60'000}; ///< the pause doubles up to here
};

/// All [any]. A failure is an exception or NB_INTERNAL out of any call into the plugin.
class Breaker {
public:
    using Clock = std::chrono::steady_clock;

    explicit Breaker(BreakerOptions options) noexcept : _options(options) {}

    enum class Verdict : std::uint8_t { pass, trial, refuse };
    /// Whether a request may reach the plugin now. After a pause one is let through as a trial; whoever has it must tell
    /// how it went, or give it back.
    Verdict admits() noexcept;
    void trialGivenUp() noexcept { _trial.store(false, std::memory_order_release); }

    void succeeded() noexcept;
    /// True: this failure has opened it.
    bool failed() noexcept;

    bool open() const noexcept { return _openUntil.load(std::memory_order_relaxed) != 0; }
    unsigned inARow() const noexcept { return _inARow.load(std::memory_order_relaxed); }
    /// Milliseconds until the next trial; 0 when closed or due.
    std::chrono::milliseconds left() const noexcept;

private:
    const BreakerOptions _options;
    std::atomic<unsigned> _inARow{0};
    std::atomic<std::int64_t> _openUntil{0}; // ns of Clock; 0: closed
    std::atomic<std::int64_t> _pauseMs{0};   // of the pause that runs or ran last
    std::atomic<bool> _trial{false};         // a trial is under way
};

} // namespace netbit::border
