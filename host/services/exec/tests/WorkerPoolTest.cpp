#include "services/exec/WorkerPool.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace netbit::services::exec {
namespace {

using namespace std::chrono_literals;

TEST(WorkerPool, RefusesWhatDoesNotFitItsQueue)
{
    WorkerPool pool(1, 2);
    std::promise<void> busy;
    std::promise<void> go;
    auto gate = go.get_future().share();
    ASSERT_TRUE(pool.submit([&busy, gate] {
        busy.set_value();
        gate.wait();
    }));
    busy.get_future().wait();
    EXPECT_TRUE(pool.submit([] {}));
    EXPECT_TRUE(pool.submit([] {}));
    EXPECT_EQ(pool.queued(), 2U);
    EXPECT_FALSE(pool.submit([] {})) << "the third does not fit";
    go.set_value();
}

TEST(WorkerPool, RunsWhatIsQueuedBeforeItStopsAndNothingAfter)
{
    std::atomic<int> ran{0};
    WorkerPool pool(2, 1'000);
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(pool.submit([&ran] { ++ran; }));
    pool.stop();
    EXPECT_EQ(ran, 500);
    EXPECT_FALSE(pool.submit([&ran] { ++ran; }));
    pool.stop();
    EXPECT_EQ(ran, 500);
}

TEST(WorkerPool, OutlivesATaskThatThrows)
{
    WorkerPool pool(1, 10);
    testing::internal::CaptureStderr();
    ASSERT_TRUE(pool.submit([] { throw std::runtime_error("no such luck"); }));
    ASSERT_TRUE(pool.submit([] { throw 7; }));
    std::promise<void> after;
    ASSERT_TRUE(pool.submit([&after] { after.set_value(); }));
    EXPECT_EQ(after.get_future().wait_for(30s), std::future_status::ready);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("no such luck"), std::string::npos);
}

TEST(WorkerPool, RunsTasksSideBySide)
{
    WorkerPool pool(2, 10);
    std::promise<void> first;
    std::promise<void> second;
    ASSERT_TRUE(pool.submit([&] {
        first.set_value();
        second.get_future().wait();
    }));
    ASSERT_TRUE(pool.submit([&] {
        first.get_future().wait();
        second.set_value();
    }));
    pool.stop(); // would hang with one thread
}

} // namespace
} // namespace netbit::services::exec
