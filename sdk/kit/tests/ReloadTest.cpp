#include <netbit/kit/gtest.hpp>

using namespace netbit::kit;
using namespace ::testing;
using namespace std::chrono_literals;

namespace {

TEST(KitReload, ConnectionsStreamsAndBeatsGoOn)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    auto line = host.connect("lines");
    auto datagrams = host.connect("echo", "192.0.2.1:1000");
    line.send("one\ntw");
    datagrams.send("a");
    const auto stream = host.get("/api/trial/watch", ann);
    host.event("before", "{}");
    host.run();
    host.advance(700ms);

    ASSERT_TRUE(host.reload());
    EXPECT_TRUE(line.open());
    line.send("o\n");
    EXPECT_EQ(line.received(), "1 one\n2 two\n") << "half a line and the number came along";
    datagrams.send("b");
    EXPECT_THAT(datagrams.received(), HasSubstr("the 2. of all"));
    EXPECT_FALSE(stream.ended());
    host.event("after", "{}");
    host.run();
    EXPECT_THAT(stream, HasBody("hello\nbefore 1\nthawed\nafter 2\n")) << "nothing lost, nothing told twice";
    host.advance(300ms);
    EXPECT_EQ(host.metric("beats_total"), 1) << "the beat is the one of the generation before";
    EXPECT_THAT(host.get("/api/trial/hello/x"), HasStatus(200));
}

TEST(KitReload, ANewGenerationThatDoesNotStartChangesNothing)
{
    FakeHost host(TRIAL);
    auto line = host.connect("lines");
    EXPECT_FALSE(host.reload("/nowhere/org.example.trial.so"));
    const auto refused = host.reload(NAUGHTY);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("SHA-256"));
    line.send("one\n");
    EXPECT_EQ(line.received(), "1 one\n");
}

TEST(KitReload, AHundredLeaveNothingBehind)
{
    FakeHost host(TRIAL);
    auto line = host.connect("lines");
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(host.reload());
        line.send("x\n");
    }
    EXPECT_THAT(line.received(), EndsWith("100 x\n"));
}

} // namespace
