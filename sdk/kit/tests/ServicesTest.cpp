#include "plugins/Adder.h"
#include <netbit/kit/gtest.hpp>

using namespace netbit::kit;
using namespace ::testing;
using namespace std::chrono_literals;

namespace {

TEST(KitSettings, AreCheckedAgainstTheManifest)
{
    FakeHost host(TRIAL, {{"greeting", "Moin"}});
    EXPECT_THAT(host.get("/api/trial/hello/x"), HasBody("Moin, x."));
    EXPECT_THROW(FakeHost(TRIAL, {{"greting", "Moin"}}), netbit::Failure);
    EXPECT_THROW(FakeHost(TRIAL, {{"limit", "11"}}), netbit::Failure);
    EXPECT_THROW(FakeHost(TRIAL, {{"limit", "many"}}), netbit::Failure);
}

TEST(KitSettings, NewOnesTakeForceUnlessTheyAreRefused)
{
    FakeHost host(TRIAL);
    EXPECT_TRUE(host.configure({{"greeting", "Servus"}}));
    EXPECT_THAT(host.get("/api/trial/hello/x"), HasBody("Servus, x."));
    const auto refused = host.configure({{"greeting", "refused"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "bad_greeting");
    EXPECT_FALSE(host.configure({{"limit", "0"}}));
    EXPECT_THAT(host.get("/api/trial/hello/x"), HasBody("Servus, x."));
}

TEST(KitTime, StandsStillUntilTheTestMovesIt)
{
    FakeHost host(TRIAL, Options().now(1'000'000ms));
    EXPECT_EQ(host.now(), 1'000'000ms);
    EXPECT_EQ(host.metric("beats_total"), 0);
    host.advance(999ms);
    EXPECT_EQ(host.metric("beats_total"), 0);
    host.advance(1ms);
    EXPECT_EQ(host.metric("beats_total"), 1);
    host.advance(5s);
    EXPECT_EQ(host.metric("beats_total"), 6);
    EXPECT_EQ(host.now(), 1'006'000ms);
}

TEST(KitTime, ATimerRunsOnceWhenItIsDue)
{
    FakeHost host(TRIAL);
    const auto reply = host.post("/api/trial/slowly", "{}");
    EXPECT_FALSE(reply.answered());
    host.advance(2999ms);
    EXPECT_FALSE(reply.answered());
    host.advance(1ms);
    EXPECT_THAT(reply, HasBody("slowly"));
}

TEST(KitCache, CountsUntilItsTimeIsOver)
{
    FakeHost host(TRIAL);
    EXPECT_THAT(host.post("/api/trial/count", ""), HasBody("1"));
    EXPECT_THAT(host.post("/api/trial/count", ""), HasBody("2"));
    host.advance(5s);
    EXPECT_THAT(host.post("/api/trial/count", ""), HasBody("1"));
}

TEST(KitSql, IsRealWithMigrationsAndTransactions)
{
    FakeHost host(TRIAL, {{"limit", "2"}});
    const auto ann = host.user("ann");
    for (const auto* const text : {"milk", "bread", "salt"})
        EXPECT_THAT(host.send(Request("POST", "/api/trial/notes").body(text).as(ann)),
                    AllOf(HasStatus(201), HasJson("/rows", 1)));
    EXPECT_THAT(host.get("/api/trial/notes", ann), HasBody(R"(["milk","bread"])"));
    EXPECT_THAT(host.sql("SELECT text FROM p_org_example_trial_notes WHERE id > 1"),
                ElementsAre(ElementsAre("bread"), ElementsAre("salt")));
    host.sql("DROP TABLE p_org_example_trial_notes");
    EXPECT_THAT(host.get("/api/trial/notes", ann), HasStatus(500));
    EXPECT_EQ(host.metric("lengths_count"), 3);
    EXPECT_EQ(host.metric("lengths_sum"), 13);
    EXPECT_EQ(host.metric("no_such_metric"), std::nullopt);
}

TEST(KitSql, AReadCanBeToldToFail)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    host.failNext("sql.query", netbit::Error(netbit::Status::unavailable, "storage", "The disk does not answer."));
    EXPECT_THAT(host.get("/api/trial/notes", ann), IsProblem(503, "storage"));
    host.failNext("sql.execute", netbit::Error(netbit::Status::storageFull, "storage", "The disk is full."));
    EXPECT_THAT(host.post("/api/trial/notes", "x", ann), IsProblem(507, "storage"));
    EXPECT_THAT(host.get("/api/trial/notes", ann), HasBody("[]"));
}

TEST(KitLog, LinesAreCaughtWithTheirFields)
{
    FakeHost host(TRIAL);
    ASSERT_THAT(host.log(), Contains(IsLogLine(NB_LOG_INFO, "It has started.")));
    EXPECT_EQ(host.log()[0].fields.at("greeting"), "Hello");
    host.stop();
    EXPECT_THAT(host.log(), Contains(IsLogLine(NB_LOG_INFO, HasSubstr("stop soon"))));
}

TEST(KitHealth, IsWhatThePluginSaidLast)
{
    FakeHost host(TRIAL);
    EXPECT_EQ(host.health(), NB_HEALTH_GOOD);
    host.send(Request("POST", "/api/trial/health").body("The disk is slow."));
    EXPECT_EQ(host.health(), NB_HEALTH_DEGRADED);
    EXPECT_EQ(host.healthWhy(), "The disk is slow.");
}

TEST(KitProvide, TablesAreOfferedAndTaken)
{
    FakeHost host(TRIAL);
    const auto [table, user] = host.provided(ADDER);
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(static_cast<const adder*>(table)->add(user, 20, 22), 42);

    EXPECT_THAT(host.get("/api/trial/sum"), IsProblem(404, "not_provided"));
    static constexpr adder ours{sizeof(adder), 0, [](void*, std::int64_t left, std::int64_t right) { return left * right; }};
    host.provide("stranger", OTHER_ADDER, &ours);
    EXPECT_THAT(host.get("/api/trial/sum"), IsProblem(403, "not_declared"));
    host.provide("other", OTHER_ADDER, &ours);
    EXPECT_THAT(host.get("/api/trial/sum"), HasBody("6"));
    host.provide("other", OTHER_ADDER, nullptr);
    EXPECT_THAT(host.get("/api/trial/sum"), HasStatus(404));
}

} // namespace
