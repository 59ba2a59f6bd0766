#include "storage/Writer.h"

#include "base/SignalStack.h"

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace netbit::storage
{

namespace
{

using base::Result;
using base::Status;

// What a client may know of an engine's failure; the engine's words go to the log.
base::Error explain(Status status)
{
    switch (status) {
    case Status::conflict:
        return base::fault(status, "conflict", "This clashes with what is stored already.");
    case Status::storageFull:
        return base::fault(status, "storage_full", "The storage is full; nothing was changed.");
    case Status::unavailable:
        return base::fault(status, "storage_unavailable", "The storage cannot be written at the moment.");
    default:
        return base::fault(Status::internal, "internal", "The change could not be stored.");
    }
}

// The disk's or the machine's fault, not the job's.
bool ofTheMachine(Status status) { return status == Status::storageFull || status == Status::unavailable; }

void log(const char* what, const char* words) { std::fprintf(stderr, "writer: %s: %s\n", what, words); }

class FunctionJob final : public Job
{
public:
    FunctionJob(std::function<Result<void>(Connection&)> work, std::function<void()> publish)
        : _work(std::move(work))
        , _publish(std::move(publish))
    {
    }

    Result<void> apply(Connection& connection) override { return _work(connection); }
    void publish() override
    {
        if (_publish)
            _publish();
    }
    void complete(const Result<void>& result) override { _end.set_value(result); }

    std::future<Result<void>> end() { return _end.get_future(); }

private:
    std::function<Result<void>(Connection&)> _work;
    std::function<void()> _publish;
    std::promise<Result<void>> _end;
};

} // namespace

struct Writer::Impl {
    using Jobs = std::vector<std::unique_ptr<Job>>;
    Impl(Database& ofDatabase, Options withOptions)
        : database(ofDatabase)
        , options(withOptions)
    {
        if (options.maxBatch == 0)
            throw std::invalid_argument("Writer: maxBatch must be at least 1");
    }

    // ---- the thread -----------------------------------------------------------------------------------------------

    void loop()
    {
        Jobs batch;
        while (await()) {
            batch.clear();
            fill(batch);
            process(batch);
            worked = true;
        }
    }

    // Until something waits; false: stopping, and nothing waits any more.
    bool await()
    {
        linger();
        std::unique_lock lock(mutex); // waiting, sleeping, stopping
        while (waiting.empty()) {
            if (stopping)
                return false;
            sleeping = true;
            wake.wait(lock);
            sleeping = false;
        }
        return true;
    }

    // Adds what waits, as far as there is room; false: nothing was added.
    bool fill(Jobs& batch)
    {
        std::lock_guard lock(mutex); // waiting
        const auto before = batch.size();
        while (!waiting.empty() && batch.size() < options.maxBatch) {
            batch.push_back(std::move(waiting.front()));
            waiting.pop_front();
        }
        return batch.size() != before;
    }

    void linger() const
    {
        if (queued.load(std::memory_order_relaxed) != 0 || !worked)
            return;
        const auto end = std::chrono::steady_clock::now() + options.linger;
        do
            std::this_thread::yield();
        while (queued.load(std::memory_order_relaxed) == 0 && std::chrono::steady_clock::now() < end);
    }

    void process(Jobs& batch)
    {
        failed.clear();
        transact(batch);

        endSpans(batch);
        for (std::size_t i = 0; i < batch.size(); ++i)
            if (!errorOf(i))
                guarded("publish", [&] { batch[i]->publish(); });

        // Counted before the answers, so that whoever has its answer sees itself counted.
        std::uint64_t failures = 0;
        for (const auto& error : failed)
            failures += error ? 1 : 0;
        counts.jobs.fetch_add(batch.size(), std::memory_order_relaxed);
        counts.failures.fetch_add(failures, std::memory_order_relaxed);
        queued.fetch_sub(batch.size(), std::memory_order_relaxed);

        const Result<void> good;
        for (std::size_t i = 0; i < batch.size(); ++i)
            guarded("complete", [&] { batch[i]->complete(errorOf(i) ? Result<void>(*errorOf(i)) : good); });
    }

    void endSpans(const Jobs& batch) const
    {
        for (std::size_t i = 0; i < batch.size(); ++i)
            if (auto& span = batch[i]->_span) {
                span->set("netbit.batch", static_cast<std::int64_t>(batch.size()));
                if (errorOf(i))
                    span->set("error.type", errorOf(i)->code);
                span->end();
            }
    }

    // ---- one transaction ------------------------------------------------------------------------------------------

    // Afterwards either the jobs without an error are durable, or each has one.
    //
    // Nearly always all succeed, and jobs that are refused are refused before they write: so the first pass has no
    // savepoints, which cost a copy of each page touched. Only when a job fails that has written, or the engine has
    // rolled back by itself (disk full), everything is undone and run once more, now with a savepoint around each job:
    // no job is applied more than twice, however many fail.
    void transact(Jobs& batch)
    {
        try {
            database.begin();
            if (!applyAll(batch)) {
                database.rollback();
                database.begin();
                if (!applyEachAlone(batch))
                    return;
            }
            if (allFailed(batch.size())) {
                database.rollback();
                return;
            }
            const auto begun = std::chrono::steady_clock::now();
            database.commit();
            if (committed)
                committed(std::chrono::steady_clock::now() - begun);
            counts.commits.fetch_add(1, std::memory_order_relaxed);
            setHealthy(true);
        } catch (const DatabaseError& error) {
            database.rollback();
            if (ofTheMachine(error.status()))
                setHealthy(false, error.what());
            else
                log("commit failed", error.what());
            failRest(batch.size(), explain(error.status()));
        }
    }

    // False: some job, marked as failed, has left something behind.
    //
    // Who comes while the others are applied joins them: an fsync costs as much as some twenty jobs.
    bool applyAll(Jobs& batch)
    {
        auto& connection = database.writing();
        for (std::size_t i = 0; i < batch.size() || fill(batch); ++i) {
            const auto before = connection.changes();
            if (apply(batch, i))
                continue;
            if (connection.changes() != before || !database.inTransaction())
                return false;
        }
        return true;
    }

    // False: the engine has lost the transaction a second time; every job has its error.
    bool applyEachAlone(const Jobs& batch)
    {
        auto& connection = database.writing();
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (errorOf(i)) // from the first pass: it would only fail again
                continue;
            connection.prepare("SAVEPOINT job").run();
            const bool good = apply(batch, i);
            if (!database.inTransaction()) {
                failRest(batch.size(), *errorOf(i));
                return false;
            }
            if (!good)
                connection.prepare("ROLLBACK TO job").run();
            connection.prepare("RELEASE job").run();
        }
        return true;
    }

    bool apply(const Jobs& batch, std::size_t i)
    {
        auto& connection = database.writing();
        std::optional<base::Error> error;
        try {
            auto result = batch[i]->apply(connection);
            if (!result)
                error = result.error();
        } catch (const DatabaseError& thrown) {
            if (ofTheMachine(thrown.status()))
                setHealthy(false, thrown.what());
            else if (thrown.status() != Status::conflict)
                log("a job failed", thrown.what());
            error = explain(thrown.status());
        } catch (const std::bad_alloc&) {
            error = explain(Status::unavailable);
        } catch (const std::exception& thrown) {
            log("a job threw", thrown.what());
            error = explain(Status::internal);
        } catch (...) {
            log("a job threw", "something that is no exception");
            error = explain(Status::internal);
        }
        connection.restrictTo({});
        // The engine rolled back and the job did not say so: what follows would be committed one by one.
        if (!error && !database.inTransaction())
            error = explain(Status::unavailable);
        if (!error)
            return true;
        failed.resize(batch.size());
        failed[i] = std::move(error);
        return false;
    }

    const std::optional<base::Error>& errorOf(std::size_t i) const
    {
        static const std::optional<base::Error> none;
        return i < failed.size() ? failed[i] : none;
    }

    bool allFailed(std::size_t size) const
    {
        return failed.size() == size &&
            std::all_of(failed.begin(), failed.end(), [](auto& e) { return e.has_value(); });
    }

    void failRest(std::size_t size, base::Error error)
    {
        failed.resize(size);
        for (auto& one : failed)
            if (!one)
                one = error;
    }

    void setHealthy(bool value, const char* words = "")
    {
        if (healthy.exchange(value, std::memory_order_relaxed) != value)
            log("the storage", value ? "can be written again" : words);
    }

    template <class Call> void guarded(const char* where, Call call)
    {
        try {
            call();
        } catch (const std::exception& error) {
            counts.bugs.fetch_add(1, std::memory_order_relaxed);
            log(where, error.what());
        } catch (...) {
            counts.bugs.fetch_add(1, std::memory_order_relaxed);
            log(where, "something that is no exception");
        }
    }

    Database& database;
    const Options options;

    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::unique_ptr<Job>> waiting; // guarded by mutex
    bool sleeping = false; // guarded by mutex: the thread waits to be woken, and nobody has done so yet
    bool started = false; // guarded by mutex
    bool stopping = false; // guarded by mutex

    std::atomic<std::size_t> queued{0};
    std::atomic<bool> healthy{true};
    WriterCounts counts;
    std::function<void(std::chrono::nanoseconds)> committed;

    bool worked = false; // a batch was done just now
    std::vector<std::optional<base::Error>> failed; // of the batch in work, by place; beyond its end all is well
    std::thread thread;
};

Writer::Writer(Database& database, Options options)
    : _impl(std::make_unique<Impl>(database, options))
{
}

Writer::~Writer() { stop(); }

void Writer::onCommit(std::function<void(std::chrono::nanoseconds)> told) { _impl->committed = std::move(told); }

void Writer::start()
{
    std::lock_guard lock(_impl->mutex); // started, stopping
    if (_impl->started || _impl->stopping)
        throw std::logic_error("Writer::start: started already");
    _impl->started = true;
    _impl->thread = std::thread([this] {
        const base::SignalStack room;
        _impl->loop();
    });
}

bool Writer::submit(std::unique_ptr<Job>& job)
{
    bool wake = false;
    {
        std::lock_guard lock(_impl->mutex); // waiting, sleeping, stopping
        if (_impl->stopping || _impl->queued.load(std::memory_order_relaxed) >= _impl->options.maxQueued)
            return false;
        job->_span = trace::childOfCurrent("write");
        _impl->waiting.push_back(std::move(job));
        _impl->queued.fetch_add(1, std::memory_order_relaxed);
        wake = std::exchange(_impl->sleeping, false);
    }
    if (wake)
        _impl->wake.notify_one();
    return true;
}

void Writer::stop()
{
    bool started = false;
    {
        std::lock_guard lock(_impl->mutex); // started, stopping
        _impl->stopping = true;
        started = _impl->started;
    }
    _impl->wake.notify_one();
    if (!started)
        _impl->loop(); // what was taken is finished, here if there is no thread
    else if (_impl->thread.joinable())
        _impl->thread.join();
}

Result<void> Writer::run(std::function<Result<void>(Connection&)> work, std::function<void()> publish)
{
    if (std::this_thread::get_id() == _impl->thread.get_id())
        throw std::logic_error("Writer::run: called on the writer's thread, which would wait for itself");

    auto function = std::make_unique<FunctionJob>(std::move(work), std::move(publish));
    auto end = function->end();
    std::unique_ptr<Job> job = std::move(function);

    bool started = false;
    {
        std::lock_guard lock(_impl->mutex); // started
        started = _impl->started;
    }
    if (started) {
        if (!submit(job))
            return base::fault(Status::unavailable, "writer_busy", "The writer takes no more work at the moment.");
    } else {
        _impl->queued.fetch_add(1, std::memory_order_relaxed);
        Impl::Jobs batch;
        batch.push_back(std::move(job));
        _impl->process(batch);
    }
    return end.get();
}

bool Writer::healthy() const noexcept { return _impl->healthy.load(std::memory_order_relaxed); }

std::size_t Writer::queued() const noexcept { return _impl->queued.load(std::memory_order_relaxed); }

const WriterCounts& Writer::counts() const noexcept { return _impl->counts; }

} // namespace netbit::storage
