#pragma once
// A fixed number of threads and a bounded queue; spare threads stand in for those that do not come back.

#include <chrono>
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

    /// [control] To be called now and then. A thread that is in one task since a call at least `limit` ago is stuck: a spare
    /// one takes its place until it comes back. There are at most mostSpares() of them. Gives how many are stuck.
    std::size_t relieve(std::chrono::milliseconds limit);
    std::size_t mostSpares() const noexcept; ///< twice the threads

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::exec
