// What sdk/kit/README.md shows, to the letter. The plugin is the one of sdk/examples/guide.

#include <netbit/exec.h>
#include <netbit/kit.hpp>
#include <netbit/kit/gtest.hpp>

namespace {

using namespace netbit::kit;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

TEST(KitReadme, Routes)
{
    FakeHost host(GUIDE);
    const auto ada = host.user("ada");
    EXPECT_THAT(host.post("/api/guide/notes", "milk"), HasStatus(401));
    EXPECT_THAT(host.post("/api/guide/notes", "", ada), IsProblem(422, "empty_note"));
    const auto made = host.send(Request("POST", "/api/guide/notes").body("milk").as(ada));
    EXPECT_THAT(made, AllOf(HasStatus(201), HasHeader("Cache-Control", "no-store")));
    EXPECT_TRUE(made.deferred());
    EXPECT_TRUE(host.get("/api/guide/hello?name=Ada").ranFast());
}

TEST(KitReadme, ARequestThatWaits)
{
    FakeHost host(GUIDE);
    const auto ada = host.user("ada");
    const auto begun = host.begin(Request("POST", "/api/guide/notes").body("milk").as(ada));
    EXPECT_FALSE(begun.answered());
    host.run(); // the write is on disk
    EXPECT_THAT(begun, HasStatus(201));
}

TEST(KitReadme, Streams)
{
    FakeHost host(GUIDE);
    auto follower = host.get("/api/guide/follow");
    host.post("/api/guide/notes", "milk", host.user("ada"));
    EXPECT_THAT(follower, HasBody("from here on\nnote 1\n"));
    follower.hangUp();
}

TEST(KitReadme, Time)
{
    FakeHost host(GUIDE);
    host.advance(9min);
    EXPECT_EQ(host.metric("tidied_total"), 0);
    host.advance(1min);
    EXPECT_EQ(host.metric("tidied_total"), 1);
    host.advance(24h);
    EXPECT_EQ(host.metric("tidied_total"), 145);
}

TEST(KitReadme, Sql)
{
    FakeHost host(GUIDE);
    const auto ada = host.user("ada");
    host.sql("INSERT INTO p_guide_notes (author_id, text) VALUES (7, 'of somebody else')");
    host.post("/api/guide/notes", "milk", ada);
    EXPECT_EQ(host.sql("SELECT text FROM p_guide_notes WHERE author_id <> 7"), (std::vector<std::vector<std::string>>{{"milk"}}));

    host.failNext("sql.execute", netbit::Error(netbit::Status::storageFull, "disk_full", "The disk is full."));
    EXPECT_THAT(host.post("/api/guide/notes", "bread", ada), IsProblem(507, "disk_full"));
}

TEST(KitReadme, Cache)
{
    FakeHost host(GUIDE);
    host.get("/api/guide/price");
    host.get("/api/guide/price");
    EXPECT_EQ(host.metric("computed_total"), 1);
    host.advance(61s); // it is kept for sixty
    host.get("/api/guide/price");
    EXPECT_EQ(host.metric("computed_total"), 2);
}

TEST(KitReadme, Events)
{
    FakeHost host(GUIDE);
    const auto ada = host.user("ada");
    const auto chat = host.chat("one", ada);
    host.message(chat, ada, "Hello");
    host.run(); // events are delivered
    const auto last = host.events().back();
    EXPECT_THAT(last, IsEvent("message.created", HasData("/content", "Hello")));
    EXPECT_THAT(host.get("/api/guide/last"), HasBody(std::to_string(last.id)));
}

TEST(KitReadme, Settings)
{
    FakeHost host(GUIDE, {{"greeting", "Good day"}});
    EXPECT_THAT(host.get("/api/guide/hello"), HasBody("Good day, you!"));
    ASSERT_TRUE(host.configure({{"greeting", "Welcome"}}));
    EXPECT_THAT(host.get("/api/guide/hello"), HasBody("Welcome, you!"));
    EXPECT_EQ(host.configure({{"limit", "0"}}).error().code, "bad_setting");
}

TEST(KitReadme, Connections)
{
    FakeHost host(GUIDE);
    auto peer = host.connect("echo");
    peer.send("over there");
    EXPECT_EQ(peer.received(), "over there");
    peer.stall(); // reads no more
    while (!peer.paused())
        peer.send(std::string(10'000, 'x')); // until the plugin has enough
    peer.unstall();
    EXPECT_FALSE(peer.paused());
    host.advance(5min);
    EXPECT_FALSE(peer.open()) << "it has said nothing for too long";
}

TEST(KitReadme, Reload)
{
    FakeHost host(GUIDE);
    const auto ada = host.user("ada");
    auto follower = host.get("/api/guide/follow");
    host.post("/api/guide/notes", "milk", ada);
    ASSERT_TRUE(host.reload());
    host.post("/api/guide/notes", "bread", ada);
    EXPECT_THAT(follower, HasBody("from here on\nnote 1\nnote 2\n"));
}

TEST(KitReadme, LogMetricsHealthAndTables)
{
    FakeHost host(GUIDE);
    host.post("/api/guide/notes", "milk", host.user("ada"));
    EXPECT_THAT(host.log(), Contains(IsLogLine(NB_LOG_INFO, HasSubstr("A note is written"))));
    EXPECT_EQ(host.metric("note_seconds_count"), 1);
    EXPECT_EQ(host.health(), NB_HEALTH_DEGRADED);
    EXPECT_NE(host.provided("guide.dictionary/1").first, nullptr);
}

TEST(KitReadme, Recordings)
{
    replay(GUIDE, RECORDINGS "/guide.jsonl");
}

TEST(KitReadme, Violations)
{
    FakeHost host(NAUGHTY, {{"sin", "leaks_timer"}});
    host.stop();
    EXPECT_EQ(host.takeViolations(), Violations{"One timer was not cancelled when it was destroyed."});
}

} // namespace
