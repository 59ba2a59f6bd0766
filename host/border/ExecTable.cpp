#include "border/Convert.h"
#include "border/Guard.h"
#include "border/Holdings.h"
#include "border/Services.h"
#include "border/Tables.h"
#include "border/Timer.h"
#include "services/exec/Timers.h"
#include "services/exec/WorkerPool.h"

#include <chrono>

using netbit::border::Guard;

void nb_timer::arm(std::optional<Time> first)
{
    const std::lock_guard lock(_mutex);
    if (_handle != 0 || _silent.load())
        return;
    auto& timers = generation->services().timers;
    auto task = [self = shared_from_this()] { self->fire(); };
    if (!periodic)
        _handle = timers.after(delay, std::move(task));
    else
        _handle = first ? timers.every(delay, *first, std::move(task)) : timers.every(delay, std::move(task));
}

std::optional<nb_timer::Time> nb_timer::due()
{
    const std::lock_guard lock(_mutex);
    return _handle != 0 && periodic ? generation->services().timers.due(_handle) : std::nullopt;
}

void nb_timer::fire()
{
    if (_silent.load(std::memory_order_acquire))
        return;
    Guard guard(*generation, "timer");
    if (guard && !_silent.load(std::memory_order_acquire))
        guard.run([this] { _function(_user); });
}

void nb_timer::cancel()
{
    silence();
    std::uint64_t handle = 0;
    {
        const std::lock_guard lock(_mutex);
        handle = _handle;
    }
    if (handle != 0)
        generation->services().timers.cancel(handle);
}

namespace netbit::border {

Beats::Beats(const Timers& before)
{
    for (const auto& timer : before)
        if (const auto due = timer->madeInStart ? timer->due() : std::nullopt)
            _due.emplace(timer->delay, *due); // behind those of the same period
}

std::optional<nb_timer::Time> Beats::of(const nb_timer& timer)
{
    const auto found = timer.periodic ? _due.find(timer.delay) : _due.end();
    if (found == _due.end())
        return std::nullopt;
    const auto due = found->second;
    _due.erase(found);
    return due;
}

namespace {

using base::fault;
using base::Status;

constexpr std::uint64_t longestDelay = 1ull << 31; // ms, as the header says

base::Result<void> post(const nb_host* host, nb_task_fn task, void* user)
{
    auto& generation = generationOf(host);
    if (!task)
        refuseArgument("task", "is null");
    // From here to its end the task counts as under way, so that stop comes after it.
    auto owed = std::make_shared<Owed>(generation);
    if (!*owed)
        return fault(Status::unavailable, "plugin_stopped", "The plugin is being stopped.");
    auto& waiting = generation.ledger().posted;
    waiting.fetch_add(1, std::memory_order_relaxed);
    const bool queued = generation.services().workers.submit([owed, task, user] {
        owed->generation().ledger().posted.fetch_sub(1, std::memory_order_relaxed);
        {
            Guard guard(owed->generation(), "task", Guard::Kind::inside);
            guard.run([&] { task(user); });
        }
        owed->settle();
    });
    if (!queued) {
        waiting.fetch_sub(1, std::memory_order_relaxed);
        return fault(Status::unavailable, "overloaded", "There is too much to do; try again soon.");
    }
    return {};
}

base::Result<void> arm(const nb_host* host, std::uint64_t ms, bool periodic, nb_task_fn task, void* user, nb_timer** out)
{
    auto& generation = generationOf(host);
    if (!task)
        refuseArgument("task", "is null");
    notNull(out, "out");
    if (ms == 0 || ms > longestDelay)
        refuseArgument("ms", "is not 1 to 2^31");
    const auto state = generation.state();
    if (state < Generation::State::starting || state > Generation::State::replaced)
        return fault(Status::unavailable, "plugin_stopped", "Timers are made in start and later, and not while stopping.");
    auto timer = std::make_shared<nb_timer>(generation, std::chrono::milliseconds(ms), periodic, task, user);
    *out = generation.holdings().timers.put(timer);
    // Those made in start are armed when the plugin goes live. Looked at behind the shelf: whoever comes too late for
    // goLive() sees that it is live.
    if (generation.serves())
        timer->arm();
    return {};
}

void cancel(nb_timer* timer)
{
    quietly([&] {
        const auto known = TokenShelf<nb_timer>::find(timer);
        if (const auto handle = known ? known->generation->holdings().timers.take(timer) : nullptr)
            handle->cancel();
        else
            complainOfToken("timer", "cancel");
    });
}

std::int64_t monotonicMs(const nb_host*)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::int64_t nowMs(const nb_host*) { return base::now(); }

} // namespace

const nb_exec_api& execTable() noexcept
{
    static constexpr nb_exec_api table{
        .size = sizeof(nb_exec_api),
        .reserved = 0,
        .post = [](const nb_host* host, nb_task_fn task, void* user,
                   nb_error* error) { return answer(error, [&] { return post(host, task, user); }); },
        .after = [](const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user, nb_timer** out,
                    nb_error* error) { return answer(error, [&] { return arm(host, ms, false, task, user, out); }); },
        .every = [](const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user, nb_timer** out,
                    nb_error* error) { return answer(error, [&] { return arm(host, ms, true, task, user, out); }); },
        .cancel = &cancel,
        .monotonic_ms = &monotonicMs,
        .now_ms = &nowMs,
    };
    return table;
}

} // namespace netbit::border
