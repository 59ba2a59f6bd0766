#include "services/cache/KeyValueCache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace netbit::services::cache {
namespace {

using base::Status;
using namespace std::chrono_literals;

constexpr std::size_t quota = 64 * 1024;

class Cache : public ::testing::Test {
protected:
    std::string read(std::string_view key) { return read("s", key); }
    std::string read(std::string_view space, std::string_view key)
    {
        const auto value = cache.get(space, key);
        return value ? **value : "(" + value.error().code + ")";
    }

    std::chrono::milliseconds time{1'000};
    KeyValueCache cache{quota, [this] { return time; }};
};

TEST_F(Cache, GivesBackWhatWasSetInItsNameSpaceOnly)
{
    ASSERT_TRUE(cache.set("s", "k", "one", 0ms));
    ASSERT_TRUE(cache.set("s", "k", "two", 0ms));
    EXPECT_EQ(read("k"), "two");
    EXPECT_EQ(read("other", "k"), "(no_such_key)");
    ASSERT_TRUE(cache.remove("s", "k"));
    EXPECT_EQ(read("k"), "(no_such_key)");
    EXPECT_EQ(cache.remove("s", "k").status(), Status::notFound);
    EXPECT_EQ(cache.bytes("s"), 0U);
}

TEST_F(Cache, AddIsForOneOnly)
{
    EXPECT_TRUE(cache.add("s", "k", "first", 50ms));
    EXPECT_EQ(cache.add("s", "k", "second", 0ms).error().code, "key_exists");
    EXPECT_EQ(read("k"), "first");
    time += 50ms;
    EXPECT_TRUE(cache.add("s", "k", "third", 0ms)) << "the first has ended";
}

TEST_F(Cache, AValueEndsWithItsTime)
{
    ASSERT_TRUE(cache.set("s", "k", "v", 100ms));
    ASSERT_TRUE(cache.set("s", "for ever", "v", 0ms));
    ASSERT_TRUE(cache.set("s", "long", "v", std::chrono::milliseconds::max()));
    time += 99ms;
    EXPECT_EQ(read("k"), "v");
    time += 1ms;
    EXPECT_EQ(read("k"), "(no_such_key)");
    time += 1h;
    EXPECT_EQ(read("for ever"), "v");
    EXPECT_EQ(read("long"), "v");
}

TEST_F(Cache, TheLeastRecentlyUsedGoesWhenTheQuotaIsReached)
{
    const std::string value(8'000, 'v');
    for (const auto* const key : {"a", "b", "c", "d", "e", "f", "g", "h"})
        ASSERT_TRUE(cache.set("s", key, value, 0ms));
    EXPECT_LE(cache.bytes("s"), quota);
    EXPECT_EQ(read("a"), value);
    ASSERT_TRUE(cache.set("s", "i", value, 0ms)); // one too many
    EXPECT_EQ(read("a"), value) << "was used a moment ago";
    EXPECT_EQ(read("b"), "(no_such_key)") << "was the oldest";
    EXPECT_LE(cache.bytes("s"), quota);
    ASSERT_TRUE(cache.set("t", "i", value, 0ms));
    EXPECT_EQ(read("c"), value) << "another name space has a quota of its own";
}

TEST_F(Cache, OneEntryMayTakeAQuarter)
{
    const std::string fits(quota / 4 - 1 - KeyValueCache::overheadBytes, 'v');
    EXPECT_TRUE(cache.set("s", "k", fits, 0ms));
    EXPECT_EQ(cache.set("s", "k", fits + "v", 0ms).status(), Status::tooLarge);
    EXPECT_EQ(cache.add("s", "l", fits + "v", 0ms).status(), Status::tooLarge);
    EXPECT_EQ(read("k"), fits) << "the refused value must not have removed the old one";
}

TEST_F(Cache, KeysHaveOneTo256Bytes)
{
    const std::string longest(256, 'k');
    EXPECT_TRUE(cache.set("s", longest, "", 0ms));
    EXPECT_EQ(read(longest), "");
    for (const auto& key : {std::string(), longest + "k"}) {
        EXPECT_EQ(cache.set("s", key, "v", 0ms).error().code, "invalid_key");
        EXPECT_EQ(read(key), "(invalid_key)");
        EXPECT_EQ(cache.remove("s", key).error().code, "invalid_key");
    }
    EXPECT_EQ(cache.set("s", "k", "v", -1ms).error().code, "invalid_ttl");
}

TEST_F(Cache, IncrCountsFromNothingAndKeepsTheEnd)
{
    EXPECT_EQ(*cache.incr("s", "n", 5, 100ms), 5);
    time += 60ms;
    EXPECT_EQ(*cache.incr("s", "n", -7, 100ms), -2);
    EXPECT_EQ(read("n"), "-2");
    time += 40ms;
    EXPECT_EQ(read("n"), "(no_such_key)") << "the second incr must not have made it live longer";
    ASSERT_TRUE(cache.set("s", "text", "12x", 0ms));
    EXPECT_EQ(cache.incr("s", "text", 1, 0ms).error().code, "not_a_number");
    ASSERT_TRUE(cache.set("s", "top", "9223372036854775807", 0ms));
    EXPECT_EQ(cache.incr("s", "top", 1, 0ms).error().code, "out_of_range");
    EXPECT_EQ(read("top"), "9223372036854775807");
}

TEST_F(Cache, DropForgetsOneNameSpace)
{
    ASSERT_TRUE(cache.set("s", "k", "v", 0ms));
    ASSERT_TRUE(cache.set("t", "k", "v", 0ms));
    cache.drop("s");
    EXPECT_EQ(read("k"), "(no_such_key)");
    EXPECT_EQ(cache.bytes("s"), 0U);
    EXPECT_EQ(read("t", "k"), "v");
}

TEST_F(Cache, CountsRightFromManyThreads)
{
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([this] {
            for (int i = 0; i < 2'000; ++i) {
                EXPECT_TRUE(cache.incr("s", "n", 1, 0ms));
                EXPECT_TRUE(cache.get("s", "n"));
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(read("n"), "8000");
}

} // namespace
} // namespace netbit::services::cache
