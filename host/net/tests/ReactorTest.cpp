#include "net/Reactor.h"
#include "net/TimerWheel.h"
#include "net/tests/Client.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <ctime>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netbit::net {
namespace {

using tests::eventually;
using tests::patience;
using namespace std::chrono_literals;

struct Alarm final : Deadline {
    std::function<void()> call;
    int calls = 0;
    void onDeadline() override
    {
        ++calls;
        if (call)
            call();
    }
};

TEST(Reactor, TasksOfOnePosterRunInTheOrderPosted)
{
    Reactor reactor;
    reactor.start();
    constexpr int posters = 4;
    constexpr int each = 5'000;
    std::vector<std::vector<int>> seen(posters);
    std::vector<std::thread> threads;
    for (int p = 0; p < posters; ++p)
        threads.emplace_back([&, p] {
            for (int i = 0; i < each; ++i)
                reactor.post([&, p, i] { seen[static_cast<std::size_t>(p)].push_back(i); });
        });
    for (auto& thread : threads)
        thread.join();
    reactor.stop();

    for (const auto& order : seen) {
        ASSERT_EQ(order.size(), static_cast<std::size_t>(each)) << "stop() must run what was posted before";
        EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    }
}

TEST(Reactor, HearsOfEveryPostWhetherItLooksForOneOrSleeps)
{
    Reactor reactor;
    reactor.start();
    std::atomic<int> ran{0};
    for (int i = 1; i <= 2'000; ++i) {
        reactor.post([&] { ran.fetch_add(1); });
        while (ran.load() != i) // the next comes when this one has run: nothing else wakes the reactor for it
            std::this_thread::yield();
        std::this_thread::sleep_for(std::array{0us, 60us, 100us, 500us}[static_cast<std::size_t>(i % 4)]); // about as long as it looks
    }
    reactor.stop();
    EXPECT_EQ(ran.load(), 2'000);
}

TEST(Reactor, SleepsWhenPostsThatCameFastEnd)
{
    Reactor reactor;
    reactor.start();
    for (int i = 0; i < 200; ++i) // each soon after the one before: worth looking for the next
        reactor.call([] {});

    const auto before = std::clock();
    std::this_thread::sleep_for(300ms);
    const auto used = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    reactor.stop();

    EXPECT_LT(used, 0.1) << "seconds of processor time of this process while nothing happened for 0.3 s";
}

TEST(Reactor, KnowsItsOwnThread)
{
    Reactor reactor;
    reactor.start();
    std::promise<bool> inside;
    reactor.post([&] { inside.set_value(reactor.here()); });
    EXPECT_TRUE(inside.get_future().get());
    EXPECT_FALSE(reactor.here());
}

TEST(Reactor, RunsATaskPostedFromATaskWithoutWaiting)
{
    Reactor reactor;
    reactor.start();
    std::promise<void> done;
    reactor.post([&] { reactor.post([&] { reactor.post([&] { done.set_value(); }); }); });
    EXPECT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
}

TEST(Reactor, RunsWhatWasPostedBeforeItsStart)
{
    Reactor reactor;
    std::promise<void> done;
    reactor.post([&] { done.set_value(); });
    reactor.start();
    EXPECT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
}

TEST(Reactor, LivesOnAfterATaskThatThrows)
{
    Reactor reactor;
    reactor.start();
    reactor.post([] { throw std::runtime_error("on purpose"); });
    bool ran = false;
    reactor.call([&] { ran = true; });
    EXPECT_TRUE(ran);
}

TEST(Reactor, CallRunsRightHereWhileTheLoopDoesNotRun)
{
    Reactor reactor;
    std::thread::id where;
    reactor.call([&] { where = std::this_thread::get_id(); });
    EXPECT_EQ(where, std::this_thread::get_id());
}

TEST(Reactor, DeadlineComesNotBeforeItsDelay)
{
    Reactor reactor;
    reactor.start();
    Alarm alarm;
    std::promise<std::chrono::steady_clock::time_point> fired;
    alarm.call = [&] { fired.set_value(std::chrono::steady_clock::now()); };
    const auto start = std::chrono::steady_clock::now();
    reactor.call([&] { reactor.arm(alarm, 30ms); });
    auto future = fired.get_future();
    ASSERT_EQ(future.wait_for(patience), std::future_status::ready);
    EXPECT_GE(future.get() - start, 30ms);
}

TEST(Reactor, DisarmedDeadlineDoesNotCome)
{
    Reactor reactor;
    reactor.start();
    Alarm early;
    Alarm late;
    std::promise<void> fired;
    late.call = [&] { fired.set_value(); };
    reactor.call([&] {
        reactor.arm(early, 10ms);
        reactor.arm(late, 20ms);
        reactor.disarm(early);
    });
    ASSERT_EQ(fired.get_future().wait_for(patience), std::future_status::ready);
    reactor.stop();
    EXPECT_EQ(early.calls, 0);
    EXPECT_FALSE(late.armed());
}

struct Pipe final : Pollable {
    std::array<int, 2> ends{};
    std::function<void(std::uint32_t)> call;
    Pipe() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
    ~Pipe() override
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    void onReady(std::uint32_t events) override { call(events); }
};

TEST(Reactor, TellsThatAWatchedDescriptorIsReady)
{
    Reactor reactor;
    reactor.start();
    Pipe pipe;
    std::promise<char> got;
    pipe.call = [&](std::uint32_t events) {
        char c = 0;
        EXPECT_NE(events & EPOLLIN, 0u);
        EXPECT_EQ(::read(pipe.ends[0], &c, 1), 1);
        reactor.forget(pipe.ends[0], &pipe);
        got.set_value(c);
    };
    reactor.call([&] { EXPECT_TRUE(reactor.watch(pipe.ends[0], EPOLLIN, &pipe)); });
    ASSERT_EQ(::write(pipe.ends[1], "x", 1), 1);
    EXPECT_EQ(got.get_future().get(), 'x');
    reactor.stop();
}

TEST(Reactor, ForgottenTargetIsNotCalledEvenInTheSameBatch)
{
    Reactor reactor;
    Pipe first;
    Pipe second;
    std::atomic<int> calls{0};
    const auto forgetBoth = [&](std::uint32_t) {
        ++calls;
        reactor.forget(first.ends[0], &first);
        reactor.forget(second.ends[0], &second);
    };
    first.call = second.call = forgetBoth;
    ASSERT_TRUE(reactor.watch(first.ends[0], EPOLLIN, &first));
    ASSERT_TRUE(reactor.watch(second.ends[0], EPOLLIN, &second));
    ASSERT_EQ(::write(first.ends[1], "x", 1), 1);
    ASSERT_EQ(::write(second.ends[1], "x", 1), 1);
    reactor.start(); // both are ready at once
    ASSERT_TRUE(eventually([&] { return calls > 0; }));
    reactor.stop();
    EXPECT_EQ(calls, 1);
}

TEST(ReactorPool, DealsItsReactorsInTurn)
{
    ReactorPool pool(3);
    auto& a = pool.next();
    auto& b = pool.next();
    auto& c = pool.next();
    EXPECT_NE(&a, &b);
    EXPECT_NE(&b, &c);
    EXPECT_EQ(&pool.next(), &a);
}

class Wheel : public testing::Test {
protected:
    TimerWheel::Clock::time_point start{};
    TimerWheel wheel{start};
    auto at(std::chrono::milliseconds time) const { return start + time; }
};

TEST_F(Wheel, AsksForNoWakeUpWhileNothingIsArmed)
{
    EXPECT_EQ(wheel.wait(at(0ms)), -1);
    Alarm alarm;
    wheel.arm(alarm, 50ms, at(0ms));
    EXPECT_GE(wheel.wait(at(0ms)), 50);
    wheel.disarm(alarm);
    EXPECT_EQ(wheel.wait(at(0ms)), -1);
}

TEST_F(Wheel, EveryDelayExpiresInItsHundredMilliseconds)
{
    for (const auto armedAt : {0ms, 37ms, 99ms, 100ms, 51'150ms})
        for (const auto delay : {0ms, 1ms, 99ms, 100ms, 101ms, 10'000ms, 51'199ms, 51'200ms, 51'300ms, 200'000ms}) {
            TimerWheel fresh(start);
            Alarm other; // keeps the wheel turning
            fresh.arm(other, 1'000'000ms, start);
            fresh.expire(at(armedAt));
            Alarm alarm;
            fresh.arm(alarm, delay, at(armedAt));
            auto now = armedAt;
            for (; alarm.calls == 0 && now < armedAt + delay + 1s; now += 1ms)
                fresh.expire(at(now));
            now -= 1ms;
            EXPECT_GE(now, armedAt + delay) << delay.count() << " armed at " << armedAt.count();
            EXPECT_LE(now, armedAt + delay + 100ms) << delay.count() << " armed at " << armedAt.count();
        }
}

TEST_F(Wheel, IsOnTimeAfterALongTimeWithNothingArmed)
{
    Alarm alarm;
    wheel.arm(alarm, 250ms, at(3'600'000ms));
    wheel.expire(at(3'600'249ms));
    EXPECT_EQ(alarm.calls, 0);
    wheel.expire(at(3'600'350ms));
    EXPECT_EQ(alarm.calls, 1);
}

TEST_F(Wheel, ADeadlineMayDisarmAnotherThatIsDueWithIt)
{
    Alarm one;
    Alarm other;
    one.call = [&] { wheel.disarm(other); };
    other.call = [&] { wheel.disarm(one); };
    wheel.arm(one, 10ms, at(0ms));
    wheel.arm(other, 10ms, at(0ms));
    wheel.expire(at(200ms));
    EXPECT_EQ(one.calls + other.calls, 1);
    EXPECT_TRUE(wheel.empty());
}

TEST_F(Wheel, ADeadlineMayArmItselfAgain)
{
    Alarm alarm;
    alarm.call = [&] { wheel.arm(alarm, 0ms, at(200ms)); };
    wheel.arm(alarm, 10ms, at(0ms));
    wheel.expire(at(200ms));
    EXPECT_GE(alarm.calls, 1);
    EXPECT_TRUE(alarm.armed());
    wheel.disarm(alarm);
}

TEST_F(Wheel, ArmingAgainMovesTheDeadline)
{
    Alarm alarm;
    wheel.arm(alarm, 100ms, at(0ms));
    wheel.arm(alarm, 1'000ms, at(0ms));
    wheel.expire(at(900ms));
    EXPECT_EQ(alarm.calls, 0);
    wheel.expire(at(1'100ms));
    EXPECT_EQ(alarm.calls, 1);
}

} // namespace
} // namespace netbit::net
