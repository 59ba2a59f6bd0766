#include "Later.h"
#include "Tables.h"
#include "Timer.h"

#include <algorithm>

using namespace netbit;

void nb_timer::arm()
{
    if (!_cancelled && !_due)
        _due = life.world().now() + period;
}

bool nb_timer::cancel()
{
    silence();
    return !std::exchange(_cancelled, true);
}

void nb_timer::fire(std::int64_t now)
{
    // A late one is not made up for: the next beat is a period from the one that was due.
    _due = periodic ? std::optional(now + period) : std::nullopt;
    life.call(fake::Lane::worker, "A timer", [this] { _task(_user); });
}

namespace netbit::fake {

void fireTimers(Life& life, std::int64_t now)
{
    std::vector<nb_timer*> due;
    for (const auto& timer : life.timers)
        if (timer->due() && *timer->due() <= now)
            due.push_back(timer.get());
    std::stable_sort(due.begin(), due.end(), [](const nb_timer* a, const nb_timer* b) { return *a->due() < *b->due(); });
    for (auto* const timer : due)
        if (timer->due() && *timer->due() <= now) // one before it may have cancelled it
            timer->fire(now);
}

namespace {

using base::fault;
using base::Status;

constexpr std::uint64_t longestDelay = 1ull << 31; // ms, as the header says

base::Result<void> post(Life& life, nb_task_fn task, void* user)
{
    if (!task)
        refuseArgument("task", "is null");
    if (life.state() >= Life::State::stopped)
        return pluginStopped();
    if (auto wanted = life.world().failureOf("exec.post"))
        return *wanted;
    life.world().queue.put([&life, task, user] { life.call(Lane::worker, "A task", [&] { task(user); }); });
    return {};
}

base::Result<void> make(Life& life, std::uint64_t ms, bool periodic, nb_task_fn task, void* user, nb_timer** out)
{
    if (!task)
        refuseArgument("task", "is null");
    notNull(out, "out");
    if (ms == 0 || ms > longestDelay)
        refuseArgument("ms", "is not 1 to 2^31");
    if (life.state() < Life::State::starting || life.ending())
        return fault(Status::unavailable, "plugin_stopped", "Timers are made in start and later, and not while stopping.");
    auto& timer = *life.timers.emplace_back(std::make_unique<nb_timer>(life, ms, periodic, task, user));
    if (life.live())
        timer.arm();
    *out = &timer;
    return {};
}

void cancel(nb_timer* timer)
{
    serve(timer ? &timer->life.world() : nullptr, "exec.cancel", nullptr, [&]() -> base::Result<void> {
        auto& world = notNull(timer, "timer").life.world();
        const std::lock_guard lock(world.mutex);
        if (!timer->cancel())
            world.violation("A timer was cancelled twice.");
        return {};
    });
}

std::int64_t now(const nb_host* host)
{
    std::int64_t ms = 0;
    served(host, "exec.now_ms", nullptr, [&](Life& life) -> base::Result<void> {
        ms = life.world().now();
        return {};
    });
    return ms;
}

} // namespace

const nb_exec_api& execTable() noexcept
{
    static constexpr nb_exec_api table{
        .size = sizeof(nb_exec_api),
        .reserved = 0,
        .post =
            [](const nb_host* host, nb_task_fn task, void* user, nb_error* error) {
                return served(host, "exec.post", error, [&](Life& life) { return post(life, task, user); });
            },
        .after =
            [](const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user, nb_timer** out, nb_error* error) {
                return served(host, "exec.after", error,
                              [&](Life& life) { return make(life, ms, false, task, user, out); });
            },
        .every =
            [](const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user, nb_timer** out, nb_error* error) {
                return served(host, "exec.every", error,
                              [&](Life& life) { return make(life, ms, true, task, user, out); });
            },
        .cancel = &cancel,
        .monotonic_ms = &now,
        .now_ms = &now,
    };
    return table;
}

} // namespace netbit::fake
