#include "services/events/tests/Readers.h"

namespace netbit::services::events {
namespace {

using test::LogTest;
using test::principal;
using test::Reader;

TEST_F(LogTest, EveryReaderGetsEachEventOnceInOrder)
{
    std::vector<std::shared_ptr<Reader>> readers;
    for (int i = 0; i < 5; ++i)
        follow(readers.emplace_back(std::make_shared<Reader>()), -1);
    std::vector<Id> written;
    for (int i = 0; i < 50; ++i)
        written.push_back(put("test.one"));
    for (const auto& reader : readers) {
        ASSERT_TRUE(reader->waitForEvents(50));
        EXPECT_EQ(reader->ids(), written);
    }
    const auto event = readers[0]->events()[0];
    EXPECT_EQ(event->json, EventLog::envelope(event->id, "test.one", 0, 0, event->createdAt, R"({"a":1})"));
}

TEST_F(LogTest, WhoIsPatientGetsAllTheSameAndHoldsUpNobody)
{
    const auto patient = std::make_shared<Reader>();
    const auto subscription = log->subscribe({.patient = true}, patient);
    std::vector<Id> written;
    for (int i = 0; i < 200; ++i) // over some gatherings
        written.push_back(put("test.one"));
    ASSERT_TRUE(patient->waitForEvents(200));
    const auto hurried = std::make_shared<Reader>();
    follow(hurried, written.back()); // comes while the other waits for more
    for (int i = 0; i < 5; ++i)
        written.push_back(put("test.one"));
    ASSERT_TRUE(hurried->waitForEvents(5));
    ASSERT_TRUE(patient->waitForEvents(205));
    EXPECT_EQ(patient->ids(), written);
    EXPECT_EQ(hurried->ids(), std::vector<Id>(written.end() - 5, written.end()));
}

/// Ends in the middle of a batch, and knows where that was.
class Leaver final : public Reader {
public:
    explicit Leaver(EventLog& log) : Reader([this](const Event& event) { return leave(event); }), _log(log) {}
    void onEnded() override
    {
        position = _log.position(subscription);
        subscription.reset(); // it holds this reader
        Reader::onEnded();
    }

    std::shared_ptr<Subscription> subscription;
    Id leavesAt = 0;
    Id position = 0;

private:
    Take leave(const Event& event)
    {
        if (event.id == leavesAt)
            _log.cancel(subscription);
        return Take::next;
    }
    EventLog& _log;
};

TEST_F(LogTest, WhoGoesOnWhereAnotherHasLeftMissesNothingAndGetsNothingTwice)
{
    std::vector<Id> written;
    for (int i = 0; i < 40; ++i)
        written.push_back(put("test.one"));
    const auto first = std::make_shared<Leaver>(*log);
    first->leavesAt = written[17];
    // Held until the leaver knows its own subscription.
    const auto gate = std::make_shared<Reader>([&](const Event&) {
        first->subscription = follow(first, 0);
        return Take::cancel;
    });
    follow(gate, written[38]);
    ASSERT_TRUE(first->waitForEnd());
    EXPECT_EQ(first->position, written[17]);
    const auto second = std::make_shared<Reader>();
    follow(second, first->position);
    ASSERT_TRUE(second->waitForEvents(22));
    auto both = first->ids();
    for (const auto id : second->ids())
        both.push_back(id);
    EXPECT_EQ(both, written);
}

TEST_F(LogTest, FromNowOnBeginsAtTheMomentOfTheCall)
{
    put("test.before");
    const auto reader = std::make_shared<Reader>();
    follow(reader, -1);
    const auto id = put("test.after");
    ASSERT_TRUE(reader->waitForEvents(1));
    EXPECT_EQ(reader->ids(), std::vector<Id>{id});
}

TEST_F(LogTest, OnlyMembersSeeAChatsEventsAndOnlyTheActorThoseWithoutOne)
{
    const auto one = std::make_shared<Reader>();
    const auto all = std::make_shared<Reader>();
    follow(one, -1, principal(1));
    follow(all, -1);
    put("test.chat", 11);
    put("test.chat", 12);
    put("test.own", 0, principal(1));
    put("test.own", 0, principal(2));
    put("test.chat", 21);
    ASSERT_TRUE(all->waitForEvents(5));
    ASSERT_TRUE(one->waitForEvents(3));
    const auto ids = all->ids();
    EXPECT_EQ(one->ids(), (std::vector<Id>{ids[0], ids[2], ids[4]}));
}

TEST_F(LogTest, TopicsNarrowWhatComes)
{
    const auto reader = std::make_shared<Reader>();
    follow(reader, -1, nullptr, {"test.*", "exact"});
    put("other.one");
    const auto first = put("test.one");
    put("exact.not");
    const auto second = put("exact");
    ASSERT_TRUE(reader->waitForEvents(2));
    EXPECT_EQ(reader->ids(), (std::vector<Id>{first, second}));
}

TEST_F(LogTest, APausedReaderGetsNothingUntilItResumesAndThenAll)
{
    const auto reader = std::make_shared<Reader>([](const Event&) { return Take::pause; });
    const auto other = std::make_shared<Reader>();
    const auto subscription = follow(reader, -1);
    follow(other, -1);
    std::vector<Id> written;
    for (int i = 0; i < 5; ++i)
        written.push_back(put("test.one"));
    ASSERT_TRUE(other->waitForEvents(5)) << "a paused reader held up another";
    for (std::size_t taken = 1; taken <= 5; ++taken) {
        ASSERT_TRUE(reader->waitForEvents(taken));
        EXPECT_EQ(reader->ids().size(), taken) << "more came than was asked for";
        log->resume(subscription);
    }
    EXPECT_EQ(reader->ids(), written);
}

TEST_F(LogTest, AfterCancelComesTheEndAndNothingElse)
{
    const auto reader = std::make_shared<Reader>();
    const auto witness = std::make_shared<Reader>();
    const auto subscription = follow(reader, -1);
    follow(witness, -1);
    put("test.one");
    ASSERT_TRUE(reader->waitForEvents(1));
    log->cancel(subscription);
    log->cancel(subscription);
    ASSERT_TRUE(reader->waitForEnd());
    put("test.two");
    ASSERT_TRUE(witness->waitForEvents(2));
    EXPECT_EQ(reader->ids().size(), 1U);
    EXPECT_EQ(reader->ended(), 1);
}

TEST_F(LogTest, AReaderCanCancelItselfWithItsAnswer)
{
    const auto reader = std::make_shared<Reader>([](const Event&) { return Take::cancel; });
    const auto subscription = follow(reader, -1);
    put("test.one");
    ASSERT_TRUE(reader->waitForEnd());
    log->cancel(subscription);
    EXPECT_EQ(reader->ended(), 1);
}

TEST_F(LogTest, AReaderThatThrowsIsCancelledAndTheOthersGoOn)
{
    const auto bad = std::make_shared<Reader>([](const Event&) -> Take { throw std::runtime_error("bad reader"); });
    const auto good = std::make_shared<Reader>();
    follow(bad, -1);
    follow(good, -1);
    put("test.one");
    put("test.two");
    ASSERT_TRUE(good->waitForEvents(2));
    ASSERT_TRUE(bad->waitForEnd());
    EXPECT_EQ(bad->ended(), 1);
}

TEST_F(LogTest, ARevokedPrincipalHearsOfItOnceAndOfNothingElse)
{
    const auto who = principal(1);
    const auto reader = std::make_shared<Reader>();
    const auto witness = std::make_shared<Reader>();
    const auto subscription = follow(reader, -1, who);
    follow(witness, -1);
    put("test.one", 11);
    ASSERT_TRUE(reader->waitForEvents(1));
    who->revoke();
    put("test.two", 11);
    put("test.three", 11);
    ASSERT_TRUE(witness->waitForEvents(3));
    ASSERT_TRUE(reader->waitForRevoked());
    EXPECT_EQ(reader->ids().size(), 1U);
    log->cancel(subscription);
    ASSERT_TRUE(reader->waitForEnd());
    EXPECT_EQ(reader->revoked(), 1);
}

TEST_F(LogTest, ARevokedPrincipalIsNoticedWhereNothingHappens)
{
    EventOptions options;
    options.checkEvery = std::chrono::milliseconds(5);
    open(options);
    const auto who = principal(1);
    const auto reader = std::make_shared<Reader>();
    follow(reader, -1, who);
    who->revoke();
    EXPECT_TRUE(reader->waitForRevoked());
}

TEST_F(LogTest, AnExpiredPrincipalIsRevoked)
{
    EventOptions options;
    options.checkEvery = std::chrono::milliseconds(5);
    open(options);
    const auto reader = std::make_shared<Reader>();
    follow(reader, -1, principal(1, base::now() + 20));
    EXPECT_TRUE(reader->waitForRevoked());
}

TEST_F(LogTest, StopEndsEveryReader)
{
    const auto live = std::make_shared<Reader>();
    const auto paused = std::make_shared<Reader>([](const Event&) { return Take::pause; });
    follow(live, -1);
    const auto subscription = follow(paused, -1);
    put("test.one");
    ASSERT_TRUE(paused->waitForEvents(1));
    log->stop();
    EXPECT_EQ(live->ended(), 1);
    EXPECT_EQ(paused->ended(), 1);
    const auto late = std::make_shared<Reader>();
    const auto tooLate = follow(late, -1);
    log->cancel(tooLate);
    EXPECT_EQ(late->ended(), 1);
    log->cancel(subscription);
    EXPECT_EQ(paused->ended(), 1);
}

TEST_F(LogTest, EphemeralEventsReachMembersWhoAskedAndAreNotStored)
{
    const auto reader = std::make_shared<Reader>();
    const auto stranger = std::make_shared<Reader>();
    const auto durable = std::make_shared<Reader>();
    log->subscribe({.principal = principal(1), .durable = false, .ephemeral = true}, reader);
    log->subscribe({.principal = principal(2), .ephemeral = true}, stranger);
    follow(durable, -1, principal(1));
    ASSERT_TRUE(log->publish(*principal(1), "typing", 11, "{}").ok());
    ASSERT_TRUE(reader->waitForEvents(1));
    const auto event = reader->events()[0];
    EXPECT_EQ(event->id, 0);
    EXPECT_EQ(event->json, EventLog::envelope(0, "typing", 11, 1, event->createdAt, "{}"));
    EXPECT_EQ(event->json.find("\"id\""), std::string::npos);
    put("test.last", 11);
    put("test.last", 12);
    ASSERT_TRUE(durable->waitForEvents(1));
    ASSERT_TRUE(stranger->waitForEvents(1));
    EXPECT_EQ(durable->events()[0]->topic, "test.last");
    EXPECT_EQ(stranger->events()[0]->topic, "test.last");
    EXPECT_EQ(reader->ids().size(), 1U) << "a reader without durable events got one";
}

TEST_F(LogTest, EphemeralEventsOfStrangersAndTheRevokedAreRefused)
{
    const auto refused = log->publish(*principal(1), "typing", 12, "{}");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, "chat_not_found");
    const auto who = principal(1);
    who->revoke();
    EXPECT_EQ(log->publish(*who, "typing", 11, "{}").status(), base::Status::unauthenticated);
    EXPECT_EQ(log->publishDurable(who, "x.y", 11, "{}", {}).status(), base::Status::unauthenticated);
    EXPECT_EQ(log->publishDurable(principal(1), "x.y", 12, "{}", {}).status(), base::Status::notFound);
}

TEST_F(LogTest, RepeatedEphemeralEventsAreOneAndTheNewestStateArrives)
{
    EventOptions options;
    options.coalesce = std::chrono::milliseconds(200);
    open(options);
    const auto reader = std::make_shared<Reader>();
    log->subscribe({.durable = false, .ephemeral = true}, reader);
    for (const auto* const data : {R"({"n":1})", R"({"n":1})", R"({"n":2})", R"({"n":3})"})
        ASSERT_TRUE(log->publish(*principal(1), "presence.changed", 11, data).ok());
    ASSERT_TRUE(reader->waitForEvents(2));
    EXPECT_NE(reader->events()[0]->json.find(R"({"n":1})"), std::string::npos);
    EXPECT_NE(reader->events()[1]->json.find(R"({"n":3})"), std::string::npos);
    EXPECT_EQ(reader->ids().size(), 2U);
}

TEST_F(LogTest, PresenceIsForThoseWhoShareAChat)
{
    const auto friendly = std::make_shared<Reader>();
    const auto stranger = std::make_shared<Reader>();
    log->subscribe({.principal = principal(2), .durable = false, .ephemeral = true}, friendly);
    log->subscribe({.principal = principal(4), .durable = false, .ephemeral = true}, stranger);
    ASSERT_TRUE(log->publish(*principal(1), "presence.changed", 0, R"({"n":1})").ok());
    ASSERT_TRUE(log->publish(*principal(4), "typing", 14, "{}").ok());
    ASSERT_TRUE(friendly->waitForEvents(1));
    ASSERT_TRUE(stranger->waitForEvents(1));
    EXPECT_EQ(friendly->events()[0]->topic, "presence.changed");
    EXPECT_EQ(stranger->events()[0]->topic, "typing") << "in the order of publishing: it would have come first";
}

} // namespace
} // namespace netbit::services::events
