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

TEST(WorkerPool, ASpareThreadStandsInForOneThatDoesNotComeBack)
{
    WorkerPool pool(1, 10);
    std::promise<void> busy;
    std::promise<void> go;
    auto gate = go.get_future().share();
    ASSERT_TRUE(pool.submit([&busy, gate] {
        busy.set_value();
        gate.wait();
    }));
    busy.get_future().wait();
    EXPECT_EQ(pool.relieve(0ms), 0U) << "seen for the first time";
    EXPECT_EQ(pool.relieve(1h), 0U) << "not long enough";
    EXPECT_EQ(pool.relieve(0ms), 1U);
    auto served = std::make_shared<std::promise<void>>();
    ASSERT_TRUE(pool.submit([served] { served->set_value(); }));
    EXPECT_EQ(served->get_future().wait_for(10s), std::future_status::ready) << "nobody stands in";
    go.set_value();
}

TEST(WorkerPool, SparesAreBoundedAndGoWhenTheyAreNotNeeded)
{
    WorkerPool pool(1, 100);
    std::promise<void> go;
    auto gate = go.get_future().share();
    std::atomic<std::size_t> inside{0};
    std::atomic<std::size_t> most{0};
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(pool.submit([&, gate] {
            most = std::max(most.load(), ++inside);
            gate.wait();
            --inside;
        }));
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (inside < 1 + pool.mostSpares() && std::chrono::steady_clock::now() < until)
        pool.relieve(0ms);
    for (int i = 0; i < 10; ++i)
        pool.relieve(0ms);
    EXPECT_EQ(inside, 1 + pool.mostSpares());
    go.set_value();
    std::promise<void> last;
    ASSERT_TRUE(pool.submit([&last] { last.set_value(); }));
    last.get_future().wait();
    EXPECT_EQ(pool.relieve(1h), 0U);
    EXPECT_EQ(most, 1 + pool.mostSpares());
    pool.stop();
    EXPECT_EQ(inside, 0U);
}

} // namespace
} // namespace netbit::services::exec
