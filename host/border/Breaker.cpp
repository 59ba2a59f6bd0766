#include "border/Breaker.h"

#include <algorithm>

namespace netbit::border {

namespace {

std::int64_t nowNs() noexcept { return Breaker::Clock::now().time_since_epoch().count(); }

} // namespace

Breaker::Verdict Breaker::admits() noexcept
{
    const auto until = _openUntil.load(std::memory_order_acquire);
    if (until == 0)
        return Verdict::pass;
    if (nowNs() < until || _trial.exchange(true, std::memory_order_acq_rel))
        return Verdict::refuse;
    return Verdict::trial;
}

void Breaker::succeeded() noexcept
{
    // Nearly always there is nothing to forget, and then nothing is written: this line is shared by all threads.
    if (_inARow.load(std::memory_order_relaxed) == 0 && !open())
        return;
    _inARow.store(0, std::memory_order_relaxed);
    _pauseMs.store(0, std::memory_order_relaxed);
    _openUntil.store(0, std::memory_order_release);
    trialGivenUp();
}

bool Breaker::failed() noexcept
{
    const auto inARow = _inARow.fetch_add(1, std::memory_order_relaxed) + 1;
    const bool wasOpen = open();
    if (inARow < _options.failures && !wasOpen)
        return false;
    // Those that were under way when it opened fail too; only a trial that fails makes the pause longer.
    if (wasOpen && !_trial.load(std::memory_order_acquire))
        return false;
    const auto last = _pauseMs.load(std::memory_order_relaxed);
    const auto next = last == 0 ? _options.firstPause.count()
                                : std::min<std::int64_t>(last * 2, _options.longestPause.count());
    _pauseMs.store(next, std::memory_order_relaxed);
    _openUntil.store(nowNs() + next * 1'000'000, std::memory_order_release);
    trialGivenUp();
    return !wasOpen;
}

std::chrono::milliseconds Breaker::left() const noexcept
{
    const auto until = _openUntil.load(std::memory_order_relaxed);
    const auto now = nowNs();
    return std::chrono::milliseconds(until <= now ? 0 : (until - now) / 1'000'000 + 1);
}

} // namespace netbit::border
