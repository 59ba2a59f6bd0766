#include "app/RateLimits.h"

#include <gtest/gtest.h>

namespace netbit::app {
namespace {

using namespace std::chrono_literals;
using Clock = RateLimits::Clock;
using Headers = RateLimits::Headers;

std::string valueOf(const Headers& headers, std::string_view name)
{
    for (const auto& [key, value] : headers)
        if (key == name)
            return value;
    return {};
}

TEST(RateLimits, AMinutesWorthIsThereAtOnceAndFillsEvenly)
{
    base::Buckets<std::int64_t> buckets;
    const Clock::time_point start(1h);
    for (int i = 0; i < 60; ++i) {
        const auto verdict = buckets.take(1, 60, start);
        ASSERT_TRUE(verdict.allowed) << i;
        EXPECT_EQ(verdict.remaining, 59 - i);
    }
    const auto refused = buckets.take(1, 60, start);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.retryAfter, 1s);
    EXPECT_EQ(refused.untilFull, 60s);
    EXPECT_FALSE(buckets.take(1, 60, start + 999ms).allowed) << "what is refused takes nothing, and gives nothing";
    EXPECT_TRUE(buckets.take(1, 60, start + 1s).allowed);
    EXPECT_FALSE(buckets.take(1, 60, start + 1s).allowed);
    EXPECT_EQ(buckets.take(1, 60, start + 3min).remaining, 59) << "never more than a minute's worth";
}

TEST(RateLimits, EachKeyHasABucketOfItsOwn)
{
    base::Buckets<std::string> buckets;
    const Clock::time_point start(1h);
    EXPECT_TRUE(buckets.take("10.0.0.1", 1, start).allowed);
    EXPECT_FALSE(buckets.take("10.0.0.1", 1, start).allowed);
    EXPECT_TRUE(buckets.take("10.0.0.2", 1, start).allowed);
}

TEST(RateLimits, FullBucketsAreForgotten)
{
    base::Buckets<std::int64_t> buckets;
    const Clock::time_point start(1h);
    for (std::int64_t key = 0; key < 200'000; ++key)
        buckets.take(key, 600, start + std::chrono::milliseconds(key));
    EXPECT_LT(buckets.size(), 40'000u);
}

TEST(RateLimits, HeadersSayWhatIsLeft)
{
    RateLimits limits;
    const Clock::time_point start(1h);
    Headers headers;
    EXPECT_TRUE(limits.takeForUser(1, true, start, headers));
    EXPECT_TRUE(limits.takeForAddress("a", start, headers));
    EXPECT_TRUE(headers.empty()) << "without a limit nothing is said";

    limits.set({.userWrites = 2, .userReads = 0, .addressRequests = 1});
    EXPECT_TRUE(limits.takeForUser(1, true, start, headers));
    EXPECT_EQ(valueOf(headers, "RateLimit-Policy"), "\"user-writes\";q=2;w=60");
    EXPECT_EQ(valueOf(headers, "RateLimit"), "\"user-writes\";r=1;t=30");
    EXPECT_EQ(valueOf(headers, "Retry-After"), "");
    headers.clear();
    EXPECT_TRUE(limits.takeForUser(1, true, start, headers));
    headers.clear();
    EXPECT_FALSE(limits.takeForUser(1, true, start, headers));
    EXPECT_EQ(valueOf(headers, "RateLimit"), "\"user-writes\";r=0;t=60");
    EXPECT_EQ(valueOf(headers, "Retry-After"), "30");
    headers.clear();
    EXPECT_TRUE(limits.takeForUser(1, false, start, headers));
    EXPECT_TRUE(headers.empty());
    EXPECT_TRUE(limits.takeForAddress("10.0.0.1", start, headers));
    EXPECT_FALSE(limits.takeForAddress("10.0.0.1", start, headers));
}

} // namespace
} // namespace netbit::app
