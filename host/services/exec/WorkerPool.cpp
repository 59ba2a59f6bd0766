#include "services/exec/WorkerPool.h"

#include "base/SignalStack.h"
#include "services/log/Log.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace netbit::services::exec {

namespace {

void runGuarded(const std::function<void()>& task)
{
    try {
        task();
    } catch (const std::exception& error) {
        log::error("exec", "A task threw", {{"error", error.what()}});
    } catch (...) {
        log::error("exec", "A task threw something that is no exception");
    }
}

} // namespace

namespace {

using Clock = std::chrono::steady_clock;

struct Worker {
    std::thread thread;
    std::atomic<std::uint64_t> turn{0}; // odd: in a task. Two looks that see one odd number have seen one task
    std::uint64_t seen = 0;             // of relieve()
    Clock::time_point since;            // of relieve(): since when `seen` is what it is
    bool over = false;                  // guarded by the pool's mutex
};

} // namespace

struct WorkerPool::Impl {
    void loop(Worker& self)
    {
        const base::SignalStack room;
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex); // waiting, stopping, running, stuck
                wake.wait(lock, [this] { return !waiting.empty() || stopping || surplus(); });
                if (waiting.empty() || surplus()) {
                    self.over = true;
                    --running;
                    if (!waiting.empty())
                        wake.notify_one(); // the notice was for this one
                    return;
                }
                task = std::move(waiting.front());
                waiting.pop_front();
            }
            self.turn.fetch_add(1, std::memory_order_relaxed);
            runGuarded(task);
            task = nullptr;
            self.turn.fetch_add(1, std::memory_order_relaxed);
        }
    }

    // With the mutex held.
    bool surplus() const noexcept { return !stopping && running > wanted + std::min(stuck, wanted * sparesEach); }

    // With the mutex held.
    void add()
    {
        auto& worker = *workers.emplace_back(std::make_unique<Worker>());
        worker.thread = std::thread([this, &worker] { loop(worker); });
        ++running;
    }

    static constexpr std::size_t sparesEach = 2;

    std::size_t maxQueued = 0;
    std::size_t wanted = 0;
    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> waiting; // guarded by mutex
    bool stopping = false;                     // guarded by mutex
    std::size_t running = 0;                   // guarded by mutex: threads that have not ended
    std::size_t stuck = 0;                     // guarded by mutex: of these, at the last look
    std::mutex joining;                        // guards workers once the pool runs: two may call stop()
    std::vector<std::unique_ptr<Worker>> workers;
};

WorkerPool::WorkerPool(unsigned threads, std::size_t maxQueued) : _impl(std::make_unique<Impl>())
{
    _impl->maxQueued = maxQueued;
    _impl->wanted = std::max(threads, 1U);
    const std::lock_guard lock(_impl->mutex); // running
    for (std::size_t i = 0; i < _impl->wanted; ++i)
        _impl->add();
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::submit(std::function<void()> task)
{
    {
        const std::lock_guard lock(_impl->mutex); // waiting, stopping
        if (_impl->stopping || _impl->waiting.size() >= _impl->maxQueued)
            return false;
        _impl->waiting.push_back(std::move(task));
    }
    _impl->wake.notify_one();
    return true;
}

void WorkerPool::stop()
{
    {
        const std::lock_guard lock(_impl->mutex); // stopping
        _impl->stopping = true;
    }
    _impl->wake.notify_all();
    const std::lock_guard lock(_impl->joining); // workers
    for (auto& worker : _impl->workers)
        worker->thread.join();
    _impl->workers.clear();
}

std::size_t WorkerPool::relieve(std::chrono::milliseconds limit)
{
    const auto now = Clock::now();
    const std::lock_guard joining(_impl->joining); // workers
    const std::lock_guard lock(_impl->mutex);      // running, stuck, stopping, over
    std::erase_if(_impl->workers, [](const auto& worker) {
        if (!worker->over)
            return false;
        worker->thread.join(); // it has nothing left to do
        return true;
    });
    std::size_t stuck = 0;
    for (const auto& worker : _impl->workers) {
        const auto turn = worker->turn.load(std::memory_order_relaxed);
        if (turn != worker->seen) {
            worker->seen = turn;
            worker->since = now;
        } else if (turn % 2 == 1 && now - worker->since >= limit) {
            ++stuck;
        }
    }
    _impl->stuck = stuck;
    if (!_impl->stopping)
        while (_impl->running < _impl->wanted + std::min(stuck, mostSpares()))
            _impl->add();
    if (_impl->surplus())
        _impl->wake.notify_all();
    return stuck;
}

std::size_t WorkerPool::mostSpares() const noexcept { return _impl->wanted * Impl::sparesEach; }

std::size_t WorkerPool::queued() const
{
    const std::lock_guard lock(_impl->mutex); // waiting
    return _impl->waiting.size();
}

} // namespace netbit::services::exec
