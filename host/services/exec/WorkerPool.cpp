#include "services/exec/WorkerPool.h"

#include "services/log/Log.h"

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

struct WorkerPool::Impl {
    void loop()
    {
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex); // waiting, stopping
                wake.wait(lock, [this] { return !waiting.empty() || stopping; });
                if (waiting.empty())
                    return;
                task = std::move(waiting.front());
                waiting.pop_front();
            }
            runGuarded(task);
        }
    }

    std::size_t maxQueued = 0;
    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> waiting; // guarded by mutex
    bool stopping = false;                     // guarded by mutex
    std::mutex joining;                        // guards threads once the pool runs: two may call stop()
    std::vector<std::thread> threads;
};

WorkerPool::WorkerPool(unsigned threads, std::size_t maxQueued) : _impl(std::make_unique<Impl>())
{
    _impl->maxQueued = maxQueued;
    for (unsigned i = 0; i < std::max(threads, 1U); ++i)
        _impl->threads.emplace_back([impl = _impl.get()] { impl->loop(); });
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
    const std::lock_guard lock(_impl->joining); // threads
    for (auto& thread : _impl->threads)
        thread.join();
    _impl->threads.clear();
}

std::size_t WorkerPool::queued() const
{
    const std::lock_guard lock(_impl->mutex); // waiting
    return _impl->waiting.size();
}

} // namespace netbit::services::exec
