#pragma once
// The one thread that writes. It takes all jobs that wait, runs them as one transaction, commits (fsync), and only then
// tells the world: group commit.

#include "base/Result.h"
#include "storage/Database.h"
#include "trace/Span.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace netbit::storage
{

/// One write. All calls come on the writer's thread, in this order; jobs of a batch keep the order of submission in
/// each phase. apply() may be called once more on a clean state after a rollback (when another job of the batch
/// failed), so it keeps its results in itself and changes nothing else; what others can see changes in publish(). It
/// begins and ends no transaction. publish() and complete() must not throw: what they throw is logged, counted and goes
/// no further.
class Job
{
public:
    virtual ~Job() = default;
    /// Inside the transaction. A returned error (or an exception) fails this job alone and undoes what it wrote. An
    /// error returned before anything was written costs nothing; after, the batch is rolled back and run once more.
    virtual base::Result<void> apply(Connection& connection) = 0;
    /// After the commit, in commit order: update caches, append to the event log's tail.
    virtual void publish() { }
    /// Last: answer the caller. Not called before every job of the batch has published.
    virtual void complete(const base::Result<void>& result) = 0;

private:
    friend class Writer;
    trace::SpanPtr _span; ///< from submit() to the commit; null where nobody records it
};

struct WriterCounts {
    std::atomic<std::uint64_t> jobs{0};
    std::atomic<std::uint64_t> commits{0};
    std::atomic<std::uint64_t> failures{0}; ///< jobs that ended with an error
    std::atomic<std::uint64_t> bugs{0}; ///< exceptions out of publish() or complete()
};

class Writer
{
public:
    struct Options {
        std::size_t maxBatch = 512; ///< jobs in one transaction
        std::size_t maxQueued = 100'000; ///< over it submit() refuses
        /// After a batch the thread looks for the next job this long before it sleeps, because being woken costs as
        /// much (a lone client's next write finds it awake). It yields meanwhile, and an idle writer does not spin.
        std::chrono::microseconds linger{200};
    };

    Writer(Database& database, Options options);
    ~Writer(); ///< drains, then joins

    /// Before start(): told on the writer's thread how long each commit took. Must not throw.
    void onCommit(std::function<void(std::chrono::nanoseconds)> told);
    void start();
    /// [any] Takes the job. false: queue full or stopping; the job is untouched and its complete() will not be called.
    bool submit(std::unique_ptr<Job>& job);
    /// Finishes what is queued, then stops the thread; for good. Nothing acknowledged is lost.
    void stop();

    /// [any but the writer's thread] Runs a function as a job of its own and waits for its end; for start-up, admin and
    /// tests, never on a reactor. Before start() it runs in the caller's thread. Error besides those of the work:
    /// unavailable / writer_busy when the queue is full or the writer has stopped.
    base::Result<void> run(std::function<base::Result<void>(Connection&)> work, std::function<void()> publish = {});

    /// [any] False after a commit (or a write before it) failed for want of disk or by an I/O error, true again after a
    /// commit succeeded: so jobs must go on being submitted, or nobody finds out that the disk has room again.
    bool healthy() const noexcept;
    std::size_t queued() const noexcept; ///< jobs taken and not yet completed
    const WriterCounts& counts() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::storage
