#include "services/chat/Newest.h"

#include <gtest/gtest.h>

namespace netbit::services::chat {
namespace {

CachedMessage message(Id id, base::Millis at) { return {id, at, ",{" + std::to_string(id) + "}"}; }

std::vector<Id> ids(const Newest& newest, std::size_t first = 0, std::size_t last = 1'000)
{
    std::vector<Id> out;
    newest.each(first, std::min(last, newest.size()), [&](const CachedMessage& one) { out.push_back(one.id); });
    return out;
}

TEST(Newest, KeepsTheNewestInOrderWhateverTheLimit)
{
    for (const std::size_t limit : {1U, 2U, 31U, 32U, 33U, 100U}) {
        Newest newest;
        std::vector<Id> expected;
        for (Id id = 1; id <= 150; ++id) {
            newest = newest.with(message(id, id), limit);
            expected.push_back(id);
            if (expected.size() > limit)
                expected.erase(expected.begin());
            ASSERT_EQ(ids(newest), expected) << limit;
            ASSERT_EQ(newest.back().id, id);
        }
        for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_EQ(newest.indexOf(expected[i]), i);
        EXPECT_EQ(newest.indexOf(1'000), std::nullopt);
    }
}

TEST(Newest, AnOlderValueStaysAsItWas)
{
    std::vector<Newest> values{Newest({message(1, 1), message(2, 2)})};
    for (Id id = 3; id <= 80; ++id)
        values.push_back(values.back().with(message(id, id), 10));
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(values[i].back().id, static_cast<Id>(i) + 2);
        EXPECT_EQ(values[i].size(), std::min<std::size_t>(i + 2, 10));
    }
}

TEST(Newest, AMessageOfAnEarlierTimeGoesToItsPlace)
{
    Newest newest({message(1, 10), message(2, 20), message(3, 30)});
    newest = newest.with(message(4, 20), 4);
    EXPECT_EQ(ids(newest), (std::vector<Id>{1, 2, 4, 3}));
    newest = newest.with(message(5, 5), 4); // older than all that is kept
    EXPECT_EQ(ids(newest), (std::vector<Id>{1, 2, 4, 3}));
    newest = newest.with(message(6, 40), 4);
    EXPECT_EQ(ids(newest), (std::vector<Id>{2, 4, 3, 6}));
}

TEST(Newest, EachVisitsAnyRange)
{
    Newest newest;
    for (Id id = 0; id < 100; ++id)
        newest = newest.with(message(id, id), 77);
    for (std::size_t first = 0; first <= 77; first += 5)
        for (std::size_t last = first; last <= 77; last += 6) {
            std::vector<Id> expected;
            for (auto i = first; i < last; ++i)
                expected.push_back(static_cast<Id>(i) + 23);
            EXPECT_EQ(ids(newest, first, last), expected) << first << " " << last;
        }
}

} // namespace
} // namespace netbit::services::chat
