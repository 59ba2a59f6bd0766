#include "border/CallWatch.h"
#include "border/Ledger.h"
#include "border/UnderWay.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <time.h>

namespace netbit::border {
namespace {

using namespace std::chrono_literals;

void burn(std::chrono::nanoseconds cpu)
{
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    };
    for (const auto until = now() + cpu; now() < until;)
        ;
}

TEST(Ledger, CountsEveryCallOfEveryThread)
{
    Ledger ledger;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&ledger] {
            for (int call = 0; call < 1000; ++call) {
                const Ledger::Call outer(ledger, "handler", true);
                const Ledger::Call inner(ledger, "stream ended", false);
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(ledger.sums().calls, 8000U);
    EXPECT_GE(ledger.latency().samples, 4 * 1000 / Ledger::clockEvery);
}

TEST(Ledger, TimesWhatItSamplesAndCountsItForTheRest)
{
    Ledger ledger;
    constexpr int calls = 640;
    for (int i = 0; i < calls; ++i) {
        const Ledger::Call call(ledger, "handler", true);
        burn(50us);
    }
    const auto cpu = std::chrono::duration<double, std::micro>(ledger.sums().cpu).count();
    EXPECT_GT(cpu, 0.7 * calls * 50) << "the calls that were not timed are left out";
    EXPECT_LT(cpu, 3.0 * calls * 50);
    EXPECT_GE(ledger.latency().p50, 45us);
    EXPECT_GE(ledger.latency().p99, ledger.latency().p50);
}

TEST(Ledger, APercentileIsRightToAnEighth)
{
    Ledger ledger;
    for (int i = 0; i < 50; ++i) {
        const Ledger::Call call(ledger, "handler", true);
        if (i == 49)
            std::this_thread::sleep_for(80ms);
    }
    EXPECT_LT(ledger.latency().p50, 5ms);
    EXPECT_GE(ledger.latency().p99, 70ms);
    EXPECT_LT(ledger.latency().p99, 500ms);
}

TEST(Ledger, OnlyHandlersAreWaitedFor)
{
    Ledger ledger;
    {
        const Ledger::Call call(ledger, "timer", true);
    }
    EXPECT_EQ(ledger.latency().samples, 0U);
    EXPECT_EQ(ledger.latency().p99, 0ns);
    EXPECT_EQ(ledger.sums().calls, 1U);
}

TEST(CallWatch, ACallSeenTwiceHasLastedAtLeastTheTimeBetween)
{
    CallWatch watch;
    std::promise<void> inside;
    std::promise<void> go;
    std::thread thread([&] {
        callSlot().begin();
        callSlot().set({interned("slow"), "handler", nullptr});
        inside.set_value();
        go.get_future().wait();
        callSlot().set({});
    });
    inside.get_future().wait();
    const auto start = CallWatch::Clock::now();
    watch.look(start);
    EXPECT_TRUE(watch.longerThan(1ms).empty());
    watch.look(start + 3s);
    const auto found = watch.longerThan(2s);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].plugin, "slow");
    EXPECT_EQ(found[0].call, "handler");
    EXPECT_EQ(found[0].atLeast, 3s);
    watch.look(start + 9s);
    EXPECT_EQ(watch.longerThan(2s).at(0).number, found[0].number);
    go.set_value();
    thread.join();
    watch.look(start + 10s);
    EXPECT_TRUE(watch.longerThan(0ms).empty()) << "its thread has ended";
}

TEST(CallWatch, AnotherCallOfTheSameThreadBeginsAnew)
{
    CallWatch watch;
    const auto start = CallWatch::Clock::now();
    const auto enter = [] {
        callSlot().begin();
        callSlot().set({interned("quick"), "data", nullptr});
    };
    enter();
    watch.look(start);
    callSlot().set({});
    enter();
    watch.look(start + 5s);
    EXPECT_TRUE(watch.longerThan(1s).empty());
    callSlot().set({});
}

} // namespace
} // namespace netbit::border
