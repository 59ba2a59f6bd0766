#include "services/events/Coalescer.h"

#include <gtest/gtest.h>

namespace netbit::services::events {
namespace {

using namespace std::chrono_literals;
using Time = Coalescer::Clock::time_point;

class Coalescing : public ::testing::Test {
protected:
    std::vector<std::string> end(Time at)
    {
        std::vector<std::string> sent;
        coalescer.end(at, [&](const Coalescer::Key&, std::string_view data) { sent.emplace_back(data); });
        return sent;
    }

    Coalescer coalescer{1s, 3};
    const Coalescer::Key key{1, 2, "typing"};
    const Time start{};
};

TEST_F(Coalescing, OnlyTheFirstOfASecondGoesOut)
{
    EXPECT_TRUE(coalescer.offer(key, "{}", start));
    EXPECT_FALSE(coalescer.offer(key, "{}", start + 1ms));
    EXPECT_FALSE(coalescer.offer(key, "{}", start + 999ms));
    EXPECT_TRUE(end(start + 1s).empty()) << "the same was said already";
    EXPECT_TRUE(coalescer.offer(key, "{}", start + 1s));
}

TEST_F(Coalescing, TheNewestStateIsNotLost)
{
    EXPECT_TRUE(coalescer.offer(key, "online", start));
    EXPECT_FALSE(coalescer.offer(key, "busy", start + 1ms));
    EXPECT_FALSE(coalescer.offer(key, "away", start + 2ms));
    EXPECT_TRUE(end(start + 999ms).empty());
    EXPECT_EQ(end(start + 1s), std::vector<std::string>{"away"});
    EXPECT_FALSE(coalescer.offer(key, "online", start + 1500ms)) << "a second from the last that went";
    EXPECT_EQ(end(start + 2s), std::vector<std::string>{"online"});
    EXPECT_TRUE(end(start + 3s).empty());
    EXPECT_EQ(coalescer.nextEnd(), std::nullopt);
}

TEST_F(Coalescing, OtherActorsTopicsAndChatsGoOut)
{
    EXPECT_TRUE(coalescer.offer({1, 2, "typing"}, "{}", start));
    EXPECT_TRUE(coalescer.offer({3, 2, "typing"}, "{}", start));
    EXPECT_TRUE(coalescer.offer({1, 4, "typing"}, "{}", start));
    EXPECT_FALSE(coalescer.offer({1, 2, "presence.changed"}, "{}", start)) << "over the bound of three";
}

} // namespace
} // namespace netbit::services::events
