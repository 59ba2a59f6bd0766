#pragma once
// One thread that waits for the next due time and hands the task to the worker pool.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace netbit::services::exec {

class WorkerPool;

class Timers {
public:
    explicit Timers(WorkerPool& workers);
    ~Timers();
    using Handle = std::uint64_t;
    /// [any] Runs of one timer never overlap; a late run is not made up for.
    Handle after(std::chrono::milliseconds delay, std::function<void()> task);
    Handle every(std::chrono::milliseconds period, std::function<void()> task);
    /// The same with a first run at this time, and the next ones whole periods later.
    using Time = std::chrono::steady_clock::time_point;
    Handle every(std::chrono::milliseconds period, Time first, std::function<void()> task);
    /// [any] When the next run is due. Nothing: unknown, or it has no next run.
    std::optional<Time> due(Handle handle) const;
    /// [any] No run starts after it returned; waits for one under way unless called from that run. Unknown: nothing.
    void cancel(Handle handle);
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::exec
