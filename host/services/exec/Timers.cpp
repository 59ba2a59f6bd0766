#include "services/exec/Timers.h"

#include "services/exec/WorkerPool.h"
#include "services/log/Log.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

namespace netbit::services::exec {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long a one-shot waits before it knocks at a full worker pool again.
constexpr milliseconds knockAgain{20};
/// A delay beyond it is as good as never, and cannot overflow the clock.
constexpr milliseconds longest{std::chrono::hours(24 * 365 * 10)};

struct Timer {
    std::function<void()> task;
    milliseconds period{0}; ///< 0: once
    Clock::time_point due;
    bool cancelled = false;
    bool running = false;
    std::thread::id runner;
};

/// Shared with the tasks in the pool's queue, which may outlive the Timers.
struct State : std::enable_shared_from_this<State> {
    using Due = std::pair<Clock::time_point, Timers::Handle>;

    explicit State(WorkerPool& pool) : workers(pool) {}

    Timers::Handle add(Clock::time_point due, milliseconds period, std::function<void()> task)
    {
        const std::lock_guard lock(mutex); // all of it
        const auto handle = ++lastHandle;
        if (stopping)
            return handle; // of nothing
        auto timer = std::make_shared<Timer>();
        timer->task = std::move(task);
        timer->period = period;
        timer->due = due;
        arm(handle, *timer);
        timers.emplace(handle, std::move(timer));
        return handle;
    }

    void loop()
    {
        std::unique_lock lock(mutex); // all of it
        while (!stopping) {
            if (queue.empty()) {
                changed.wait(lock);
                continue;
            }
            const auto [due, handle] = *queue.begin();
            if (Clock::now() < due) {
                changed.wait_until(lock, due);
                continue;
            }
            queue.erase(queue.begin());
            const auto timer = timers.at(handle);
            lock.unlock();
            const bool taken =
                workers.submit([state = shared_from_this(), handle = handle, timer] { state->run(handle, timer); });
            lock.lock();
            if (!taken && !timer->cancelled)
                postpone(handle, *timer);
        }
    }

    void run(Timers::Handle handle, const std::shared_ptr<Timer>& timer)
    {
        {
            const std::lock_guard lock(mutex); // timer
            if (timer->cancelled)
                return;
            timer->running = true;
            timer->runner = std::this_thread::get_id();
        }
        try {
            timer->task();
        } catch (const std::exception& error) {
            log::error("exec", "A timer's task threw", {{"error", error.what()}});
        } catch (...) {
            log::error("exec", "A timer's task threw something that is no exception");
        }
        std::function<void()> finished; // destroyed without the lock, but before cancel() stops waiting
        {
            const std::lock_guard lock(mutex); // timer
            if (timer->cancelled || timer->period.count() == 0)
                finished = std::move(timer->task);
        }
        finished = nullptr;
        {
            const std::lock_guard lock(mutex); // all of it
            timer->running = false;
            if (!timer->cancelled && timer->period.count() > 0) {
                timer->due = next(*timer, Clock::now());
                arm(handle, *timer);
            } else {
                timers.erase(handle);
            }
        }
        ended.notify_all();
    }

    std::optional<Clock::time_point> due(Timers::Handle handle)
    {
        const std::lock_guard lock(mutex); // all of it
        const auto found = timers.find(handle);
        if (found == timers.end() || found->second->cancelled)
            return std::nullopt;
        const auto& timer = *found->second;
        const auto now = Clock::now();
        if (timer.due > now || !timer.running)
            return timer.due;
        return timer.period.count() > 0 ? std::make_optional(next(timer, now)) : std::nullopt;
    }

    void cancel(Timers::Handle handle)
    {
        std::function<void()> dropped; // its captures may call us when they go: destroyed after the lock
        std::unique_lock lock(mutex); // all of it
        const auto found = timers.find(handle);
        if (found == timers.end())
            return;
        const auto timer = found->second;
        cancelLocked(handle, *timer, dropped);
        if (!timer->running)
            timers.erase(found);
        else if (timer->runner != std::this_thread::get_id())
            ended.wait(lock, [&timer] { return !timer->running; });
        lock.unlock();
    }

    void stop()
    {
        std::vector<std::function<void()>> dropped;
        std::unique_lock lock(mutex); // all of it
        stopping = true;
        changed.notify_all();
        std::vector<std::shared_ptr<Timer>> running;
        for (auto& [handle, timer] : timers) {
            cancelLocked(handle, *timer, dropped.emplace_back());
            if (timer->running && timer->runner != std::this_thread::get_id())
                running.push_back(timer);
        }
        std::erase_if(timers, [](const auto& entry) { return !entry.second->running; });
        for (const auto& timer : running)
            ended.wait(lock, [&timer] { return !timer->running; });
        lock.unlock();
    }

private:
    /// On the grid of the first due time: what was missed is not made up for.
    static Clock::time_point next(const Timer& timer, Clock::time_point now)
    {
        return timer.due + timer.period * ((now - timer.due) / timer.period + 1);
    }

    void cancelLocked(Timers::Handle handle, Timer& timer, std::function<void()>& dropped)
    {
        timer.cancelled = true;
        queue.erase({timer.due, handle});
        if (!timer.running)
            dropped = std::move(timer.task);
    }

    void arm(Timers::Handle handle, const Timer& timer)
    {
        const bool first = queue.empty() || timer.due < queue.begin()->first;
        queue.insert({timer.due, handle});
        if (first)
            changed.notify_all();
    }

    // The pool is full: a periodic run is left out, a single one is tried again.
    void postpone(Timers::Handle handle, Timer& timer)
    {
        const auto now = Clock::now();
        if (timer.period.count() > 0)
            timer.due = next(timer, now);
        else
            timer.due = now + knockAgain;
        arm(handle, timer);
    }

    WorkerPool& workers;
    std::mutex mutex; // guards all that follows, and every Timer but the call of its task
    std::condition_variable changed;
    std::condition_variable ended;
    std::set<Due> queue;
    std::unordered_map<Timers::Handle, std::shared_ptr<Timer>> timers;
    Timers::Handle lastHandle = 0;
    bool stopping = false;
};

} // namespace

struct Timers::Impl {
    std::shared_ptr<State> state;
    std::mutex joining; // guards thread
    std::thread thread;
};

Timers::Timers(WorkerPool& workers) : _impl(std::make_unique<Impl>())
{
    _impl->state = std::make_shared<State>(workers);
    _impl->thread = std::thread([state = _impl->state] { state->loop(); });
}

Timers::~Timers() { stop(); }

Timers::Handle Timers::after(milliseconds delay, std::function<void()> task)
{
    return _impl->state->add(Clock::now() + std::clamp(delay, milliseconds(0), longest), milliseconds(0), std::move(task));
}

Timers::Handle Timers::every(milliseconds period, std::function<void()> task)
{
    const auto positive = std::clamp(period, milliseconds(1), longest);
    return _impl->state->add(Clock::now() + positive, positive, std::move(task));
}

Timers::Handle Timers::every(milliseconds period, Time first, std::function<void()> task)
{
    return _impl->state->add(first, std::clamp(period, milliseconds(1), longest), std::move(task));
}

std::optional<Timers::Time> Timers::due(Handle handle) const { return _impl->state->due(handle); }

void Timers::cancel(Handle handle) { _impl->state->cancel(handle); }

void Timers::stop()
{
    _impl->state->stop();
    const std::lock_guard lock(_impl->joining); // thread
    if (_impl->thread.joinable())
        _impl->thread.join();
}

} // namespace netbit::services::exec
