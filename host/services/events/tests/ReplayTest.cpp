// Cursors that begin in the past: in the tail, in the database, and before what is kept.

#include "services/events/tests/Readers.h"

#include "storage/Repositories.h"

namespace netbit::services::events {
namespace {

using test::LogTest;
using test::principal;
using test::Reader;

class Replay : public LogTest {
protected:
    std::vector<Id> putMany(int count)
    {
        std::vector<Id> ids;
        for (int i = 0; i < count; ++i)
            ids.push_back(put("test.one", 10 + i % 3 + 1));
        return ids;
    }

    static std::vector<Id> behind(const std::vector<Id>& ids, Id after)
    {
        return {std::upper_bound(ids.begin(), ids.end(), after), ids.end()};
    }
};

TEST_F(Replay, FromAnyIdNothingIsLostOrRepeatedOverARestart)
{
    EventOptions options;
    options.tail = 20; // so that some of it is in memory, most is not
    open(options);
    auto ids = putMany(60);
    for (int restart = 0; restart < 2; ++restart) {
        std::vector<std::pair<Id, std::shared_ptr<Reader>>> readers;
        for (Id after = 0; after <= ids.back(); after += 7)
            follow(readers.emplace_back(after, std::make_shared<Reader>()).second, after);
        const auto more = putMany(20); // while they read
        ids.insert(ids.end(), more.begin(), more.end());
        for (const auto& [after, reader] : readers) {
            const auto expected = behind(ids, after);
            ASSERT_TRUE(reader->waitForEvents(expected.size())) << after;
            EXPECT_EQ(reader->ids(), expected) << "after " << after;
            EXPECT_TRUE(reader->resets().empty());
        }
        open(options);
        EXPECT_EQ(log->lastId(), ids.back());
    }
}

TEST_F(Replay, WhatIsReadFromTheDatabaseIsWhatWasSent)
{
    const auto live = std::make_shared<Reader>();
    follow(live, -1);
    putMany(3);
    ASSERT_TRUE(live->waitForEvents(3));
    open(EventOptions{});
    const auto late = std::make_shared<Reader>();
    follow(late, 0);
    ASSERT_TRUE(late->waitForEvents(3));
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(late->events()[i]->json, live->events()[i]->json);
}

TEST_F(Replay, ARowWithoutDataIsRendered)
{
    log.reset();
    writer->stop();
    storage::EventRepository::insert(connection(), {.id = 5, .topic = "message.created", .chatId = 11, .objectId = 77,
                                                    .createdAt = 1});
    open(EventOptions{});
    const auto reader = std::make_shared<Reader>();
    follow(reader, 4, principal(1));
    ASSERT_TRUE(reader->waitForEvents(1));
    EXPECT_EQ(reader->events()[0]->json, EventLog::envelope(5, "message.created", 11, 0, 1, R"({"rendered":77})"));
}

TEST_F(Replay, AMemberSeesOnlyHisOfThePast)
{
    const auto ids = putMany(30);
    open(EventOptions{});
    const auto reader = std::make_shared<Reader>();
    follow(reader, 0, principal(2));
    ASSERT_TRUE(reader->waitForEvents(10));
    for (const auto& event : reader->events())
        EXPECT_EQ(event->chatId, 12);
}

TEST_F(Replay, APauseInThePastLosesNothing)
{
    const auto ids = putMany(40);
    open(EventOptions{});
    const auto reader = std::make_shared<Reader>([](const Event&) { return Take::pause; });
    const auto subscription = follow(reader, 0);
    for (std::size_t taken = 1; taken <= ids.size(); ++taken) {
        ASSERT_TRUE(reader->waitForEvents(taken));
        log->resume(subscription);
    }
    EXPECT_EQ(reader->ids(), ids);
}

TEST_F(Replay, WhatIsPastRetentionIsDroppedAndItsReadersAreReset)
{
    log.reset();
    writer->stop();
    const auto old = base::now() - 40LL * 24 * 3'600 * 1'000;
    for (Id id = 1; id <= 30; ++id)
        storage::EventRepository::insert(connection(), {.id = id, .topic = "test.old", .data = "{}",
                                                        .createdAt = id <= 20 ? old : base::now()});
    open(EventOptions{});
    log->prune();
    const auto tooOld = std::make_shared<Reader>();
    const auto justInside = std::make_shared<Reader>();
    const auto future = std::make_shared<Reader>();
    follow(tooOld, 19);
    follow(justInside, 20);
    follow(future, 1'000);
    ASSERT_TRUE(tooOld->waitForReset());
    ASSERT_TRUE(future->waitForReset());
    EXPECT_EQ(tooOld->resets(), std::vector<Id>{31});
    EXPECT_EQ(future->resets(), std::vector<Id>{31});
    const auto id = put("test.new");
    ASSERT_TRUE(tooOld->waitForEvents(1));
    ASSERT_TRUE(future->waitForEvents(1));
    ASSERT_TRUE(justInside->waitForEvents(11));
    EXPECT_EQ(tooOld->ids(), std::vector<Id>{id});
    EXPECT_EQ(future->ids(), std::vector<Id>{id});
    EXPECT_EQ(justInside->ids().front(), 21);
    EXPECT_TRUE(justInside->resets().empty());
}

TEST_F(Replay, LiveReadersLoseNothingWhenTheTailIsOvertaken)
{
    EventOptions options;
    options.tail = 5;
    open(options);
    std::promise<void> release;
    auto released = release.get_future().share();
    const auto slow = std::make_shared<Reader>([&](const Event&) { return released.wait(), Take::next; });
    const auto other = std::make_shared<Reader>();
    follow(slow, -1);
    follow(other, -1);
    const auto ids = putMany(40); // while the event thread waits in the first
    release.set_value();
    ASSERT_TRUE(slow->waitForEvents(40));
    ASSERT_TRUE(other->waitForEvents(40));
    EXPECT_EQ(slow->ids(), ids);
    EXPECT_EQ(other->ids(), ids);
}

TEST_F(Replay, OneWithALongPastDoesNotHoldUpTheLiveOnes)
{
    const auto filled = writer->run([](storage::Connection& c) {
        for (Id id = 1; id <= 20'000; ++id)
            storage::EventRepository::insert(c, {.id = id, .topic = "test.old", .data = "{}", .createdAt = base::now()});
        return base::Result<void>();
    });
    ASSERT_TRUE(filled.ok());
    open(EventOptions{});
    std::atomic<int> liveSeen{0};
    std::atomic<std::size_t> pastAtLive{0};
    std::atomic<std::size_t> pastSeen{0};
    const auto past = std::make_shared<Reader>([&](const Event&) { return ++pastSeen, Take::next; });
    const auto live = std::make_shared<Reader>([&](const Event&) {
        pastAtLive = pastSeen.load();
        return ++liveSeen, Take::next;
    });
    follow(live, -1);
    follow(past, 0);
    ASSERT_TRUE(past->waitForEvents(1));
    put("test.new");
    ASSERT_TRUE(live->waitForEvents(1));
    ASSERT_TRUE(past->waitForEvents(20'001));
    EXPECT_LT(pastAtLive.load(), 20'001U) << "the live reader had to wait for the end of the other's past";
}

} // namespace
} // namespace netbit::services::events
