#include "services/exec/Timers.h"
#include "services/exec/WorkerPool.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

namespace netbit::services::exec {
namespace {

using namespace std::chrono_literals;

/// Counts, and lets a test wait for a number.
class Counter {
public:
    void add()
    {
        const std::lock_guard lock(_mutex); // _count, and _changed: who waits may destroy both as soon as it is free
        ++_count;
        _changed.notify_all();
    }
    bool reaches(int wanted)
    {
        std::unique_lock lock(_mutex); // _count
        return _changed.wait_for(lock, 30s, [&] { return _count >= wanted; });
    }
    int count()
    {
        const std::lock_guard lock(_mutex); // _count
        return _count;
    }

private:
    std::mutex _mutex;
    std::condition_variable _changed;
    int _count = 0;
};

TEST(Timers, ABeatCanBeTakenOver)
{
    WorkerPool pool(1, 10);
    Timers timers(pool);
    Counter first;
    Counter second;
    const auto begun = std::chrono::steady_clock::now();
    const auto one = timers.every(200ms, [&] { first.add(); });
    ASSERT_TRUE(first.reaches(1));
    const auto due = timers.due(one);
    ASSERT_TRUE(due);
    EXPECT_GE(*due, begun + 400ms);
    timers.cancel(one);
    EXPECT_FALSE(timers.due(one));
    const auto two = timers.every(200ms, *due, [&] { second.add(); });
    EXPECT_EQ(due, timers.due(two));
    ASSERT_TRUE(second.reaches(1));
    EXPECT_GE(std::chrono::steady_clock::now(), *due);
    EXPECT_EQ(1, first.count());
}

TEST(Timers, OneShotsRunOnceInOrderOfTheirTime)
{
    WorkerPool pool(1, 10);
    Timers timers(pool);
    std::mutex mutex; // guards order
    std::vector<int> order;
    Counter done;
    const auto note = [&](int which) {
        return [&, which] {
            {
                const std::lock_guard lock(mutex);
                order.push_back(which);
            }
            done.add();
        };
    };
    timers.after(60ms, note(3));
    timers.after(30ms, note(2));
    timers.after(1ms, note(1));
    ASSERT_TRUE(done.reaches(3));
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Timers, RunsOfOneTimerNeverOverlap)
{
    WorkerPool pool(4, 100);
    Timers timers(pool);
    std::atomic<int> inside{0};
    std::atomic<bool> overlapped{false};
    Counter runs;
    timers.every(1ms, [&] {
        if (++inside > 1)
            overlapped = true;
        const auto until = std::chrono::steady_clock::now() + 3ms; // longer than the period
        while (std::chrono::steady_clock::now() < until)
            std::this_thread::yield();
        --inside;
        runs.add();
    });
    ASSERT_TRUE(runs.reaches(10));
    timers.stop();
    EXPECT_FALSE(overlapped);
}

TEST(Timers, CancelWaitsForTheRunUnderWay)
{
    WorkerPool pool(2, 10);
    Timers timers(pool);
    std::promise<void> started;
    std::promise<void> go;
    std::atomic<bool> ended{false};
    const auto handle = timers.after(0ms, [&] {
        started.set_value();
        go.get_future().wait();
        ended = true;
    });
    started.get_future().wait();
    auto cancelled = std::async(std::launch::async, [&] {
        timers.cancel(handle);
        return ended.load();
    });
    EXPECT_EQ(cancelled.wait_for(20ms), std::future_status::timeout) << "cancel did not wait";
    go.set_value();
    EXPECT_TRUE(cancelled.get()) << "cancel returned before the run had ended";
}

TEST(Timers, NoRunStartsAfterCancel)
{
    WorkerPool pool(2, 100);
    Timers timers(pool);
    for (int round = 0; round < 50; ++round) {
        Counter runs;
        const auto handle = timers.every(1ms, [&runs] { runs.add(); });
        ASSERT_TRUE(runs.reaches(1));
        timers.cancel(handle); // runs is gone after this round: a late run would be a use after free
    }
}

TEST(Timers, ARunMayCancelItself)
{
    WorkerPool pool(1, 10);
    Timers timers(pool);
    Counter runs;
    std::promise<Timers::Handle> own;
    auto handle = own.get_future().share();
    own.set_value(timers.every(1ms, [&, handle] {
        timers.cancel(handle.get());
        runs.add();
    }));
    ASSERT_TRUE(runs.reaches(1));
    Counter later;
    timers.after(10ms, [&later] { later.add(); });
    ASSERT_TRUE(later.reaches(1));
    EXPECT_EQ(runs.count(), 1);
    timers.cancel(handle.get());
    timers.cancel(123'456); // unknown
}

TEST(Timers, CancelFreesWhatTheTaskHolds)
{
    WorkerPool pool(1, 10);
    Timers timers(pool);
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = held;
    const auto handle = timers.after(1h, [held = std::move(held)] { (void)held; });
    EXPECT_FALSE(watch.expired());
    timers.cancel(handle);
    EXPECT_TRUE(watch.expired());
}

TEST(Timers, AFullPoolDelaysAOneShotButDoesNotLoseIt)
{
    WorkerPool pool(1, 1);
    Timers timers(pool);
    std::promise<void> busy;
    std::promise<void> go;
    ASSERT_TRUE(pool.submit([&] {
        busy.set_value();
        go.get_future().wait();
    }));
    busy.get_future().wait();
    ASSERT_TRUE(pool.submit([] {})); // the queue is full now
    Counter runs;
    timers.after(0ms, [&runs] { runs.add(); });
    std::promise<void> passed;
    EXPECT_EQ(passed.get_future().wait_for(5ms), std::future_status::timeout);
    go.set_value();
    EXPECT_TRUE(runs.reaches(1));
}

TEST(Timers, StopEndsAllAndTakesNoMore)
{
    WorkerPool pool(2, 10);
    auto runs = std::make_unique<Counter>();
    Timers timers(pool);
    timers.every(1ms, [&runs] { runs->add(); });
    ASSERT_TRUE(runs->reaches(2));
    timers.stop();
    runs.reset();
    timers.after(0ms, [] { ADD_FAILURE() << "ran after stop"; });
    pool.stop();
}

} // namespace
} // namespace netbit::services::exec
