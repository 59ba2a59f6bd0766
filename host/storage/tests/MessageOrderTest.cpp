// before(), after() and fromNewest() are three walks over one order: they must agree with it and with one another.

#include "storage/tests/Temporary.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <limits>
#include <random>

namespace netbit::storage::test
{

namespace
{

constexpr auto maximum = std::numeric_limits<std::int64_t>::max();

struct Place {
    std::int64_t createdAt;
    Id id;
    auto operator<=>(const Place&) const = default;
};

std::vector<Place> places(const std::vector<MessageRecord>& messages)
{
    std::vector<Place> result;
    for (const auto& message : messages)
        result.push_back({message.createdAt, message.id});
    return result;
}

class MessageOrder : public HostDatabase
{
protected:
    MessageOrder()
    {
        addUser(1, "ada");
        addChat(1);
        addChat(2);
    }

    void add(Id chat, Place place)
    {
        MessageRepository::insert(
            connection(),
            {.id = place.id, .chatId = chat, .senderId = 1, .content = "m", .createdAt = place.createdAt});
    }
};

std::ostream& operator<<(std::ostream& out, const Place& place) { return out << place.createdAt << "/" << place.id; }

} // namespace

TEST_F(MessageOrder, IsTheSameWhicheverWayItIsWalked)
{
    const unsigned seed = 20260131;
    std::mt19937 random(seed);
    std::vector<Place> model; // of chat 1
    database->begin();
    std::vector<Id> ids(600);
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = static_cast<Id>(i + 1);
    std::shuffle(ids.begin(), ids.end(), random); // ids do not grow with time, and many share a time
    for (const Id id : ids) {
        const Place place{static_cast<std::int64_t>(random() % 60), id};
        const Id chat = random() % 4 == 0 ? 2 : 1;
        add(chat, place);
        if (chat == 1)
            model.push_back(place);
    }
    database->commit();
    std::sort(model.begin(), model.end());
    std::vector<Place> newestFirst(model.rbegin(), model.rend());

    database->read([&](Connection& view) {
        EXPECT_EQ(MessageRepository::count(view, 1), static_cast<std::int64_t>(model.size()));
        EXPECT_EQ(MessageRepository::newestTime(view, 1), model.back().createdAt);
        EXPECT_EQ(places(MessageRepository::before(view, 1, maximum, maximum, 10'000)), newestFirst);
        EXPECT_EQ(places(MessageRepository::after(view, 1, 0, 0, 10'000)), model);
        EXPECT_EQ(places(MessageRepository::fromNewest(view, 1, 0, 10'000)), newestFirst);

        for (int round = 0; round < 400; ++round) {
            // A place that need not be anyone's.
            const Place place{static_cast<std::int64_t>(random() % 62) - 1, static_cast<Id>(random() % 602)};
            const std::size_t limit = random() % 9;
            SCOPED_TRACE("seed " + std::to_string(seed) + " round " + std::to_string(round));

            const auto lower = std::lower_bound(model.begin(), model.end(), place);
            std::vector<Place> expected(std::make_reverse_iterator(lower), model.rend());
            expected.resize(std::min(limit, expected.size()));
            ASSERT_EQ(places(MessageRepository::before(view, 1, place.createdAt, place.id, limit)), expected);

            const auto upper = std::upper_bound(model.begin(), model.end(), place);
            expected.assign(upper, model.end());
            expected.resize(std::min(limit, expected.size()));
            ASSERT_EQ(places(MessageRepository::after(view, 1, place.createdAt, place.id, limit)), expected);

            const auto offset = random() % (model.size() + 5);
            expected.assign(newestFirst.begin() + static_cast<std::ptrdiff_t>(std::min(offset, newestFirst.size())),
                            newestFirst.end());
            expected.resize(std::min(limit, expected.size()));
            ASSERT_EQ(places(MessageRepository::fromNewest(view, 1, static_cast<std::int64_t>(offset), limit)),
                      expected);
        }
    });
}

TEST_F(MessageOrder, PagesNeitherSkipNorRepeatWhileMessagesArrive)
{
    Id next = 1;
    for (; next <= 50; ++next)
        add(1, {1000 + next / 7, next});
    std::vector<Place> seen;
    Place cursor{maximum, maximum};
    for (;;) {
        const auto page = places(MessageRepository::before(connection(), 1, cursor.createdAt, cursor.id, 7));
        if (page.empty())
            break;
        seen.insert(seen.end(), page.begin(), page.end());
        cursor = page.back();
        add(1, {2000, next++});
    }
    EXPECT_EQ(seen.size(), 50u);
    EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
}

TEST_F(MessageOrder, NeedsNoSorting)
{
    for (const char* sql :
         {"SELECT content FROM messages WHERE chat_id = 1 AND (created_at, id) < (5, 5) ORDER BY created_at DESC, id "
          "DESC LIMIT 9",
          "SELECT content FROM messages WHERE chat_id = 1 AND (created_at, id) > (5, 5) ORDER BY created_at, id LIMIT "
          "9",
          "SELECT content FROM messages WHERE chat_id = 1 ORDER BY created_at DESC, id DESC LIMIT 9 OFFSET 9",
          "SELECT max(created_at) FROM messages WHERE chat_id = 1"}) {
        auto& plan = connection().prepare("EXPLAIN QUERY PLAN " + std::string(sql));
        std::string text;
        while (plan.step())
            text += std::string(plan.text(3)) + "\n";
        EXPECT_THAT(text, ::testing::HasSubstr("messages_by_time")) << sql;
        EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("TEMP B-TREE"))) << sql;
    }
}

} // namespace netbit::storage::test
