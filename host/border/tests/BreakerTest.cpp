#include "border/Breaker.h"

#include <gtest/gtest.h>

#include <thread>

using netbit::border::Breaker;
using namespace std::chrono_literals;

namespace {

constexpr netbit::border::BreakerOptions quick{3, 20ms, 50ms};

void fail(Breaker& breaker, int times)
{
    for (int i = 0; i < times; ++i)
        breaker.failed();
}

Breaker::Verdict afterPause(Breaker& breaker)
{
    while (breaker.left() > 0ms)
        std::this_thread::sleep_for(1ms);
    return breaker.admits();
}

} // namespace

TEST(Breaker, OpensAfterSoManyFailuresInARow)
{
    Breaker breaker(quick);
    fail(breaker, 2);
    breaker.succeeded();
    fail(breaker, 2);
    EXPECT_EQ(Breaker::Verdict::pass, breaker.admits());
    EXPECT_TRUE(breaker.failed());
    EXPECT_EQ(Breaker::Verdict::refuse, breaker.admits());
    EXPECT_TRUE(breaker.open());
}

TEST(Breaker, LetsOneTrialThroughAndClosesWhenItWorks)
{
    Breaker breaker(quick);
    fail(breaker, 3);
    EXPECT_EQ(Breaker::Verdict::trial, afterPause(breaker));
    EXPECT_EQ(Breaker::Verdict::refuse, breaker.admits()) << "a second trial at the same time";
    breaker.succeeded();
    EXPECT_EQ(Breaker::Verdict::pass, breaker.admits());
    EXPECT_FALSE(breaker.open());
}

TEST(Breaker, PausesLongerAfterEachTrialThatFails)
{
    Breaker breaker(quick);
    fail(breaker, 3);
    ASSERT_EQ(Breaker::Verdict::trial, afterPause(breaker));
    EXPECT_FALSE(breaker.failed()) << "it was open before";
    EXPECT_GT(breaker.left(), 20ms);
    ASSERT_EQ(Breaker::Verdict::trial, afterPause(breaker));
    breaker.failed();
    EXPECT_LE(breaker.left(), 51ms);
    EXPECT_GT(breaker.left(), 40ms);
}

TEST(Breaker, FailuresOfWhatWasUnderWayDoNotMakeThePauseLonger)
{
    Breaker breaker(quick);
    fail(breaker, 20);
    EXPECT_LE(breaker.left(), 21ms);
}

TEST(Breaker, ATrialThatWasGivenUpMayBeHadAgain)
{
    Breaker breaker(quick);
    fail(breaker, 3);
    ASSERT_EQ(Breaker::Verdict::trial, afterPause(breaker));
    breaker.trialGivenUp();
    EXPECT_EQ(Breaker::Verdict::trial, breaker.admits());
}
