#pragma once
// A fixed number of threads and a bounded queue.

#include <cstddef>
#include <functional>
#include <memory>

namespace netbit::services::exec {

class WorkerPool {
public:
    WorkerPool(unsigned threads, std::size_t maxQueued);
    ~WorkerPool();
    /// [any] false: the queue is full or the pool is stopping. An exception of the task is logged and goes no further.
    bool submit(std::function<void()> task);
    void stop(); ///< runs what is queued, then joins
    std::size_t queued() const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::exec
