#include <netbit/kit/gtest.hpp>

using namespace netbit::kit;
using namespace ::testing;
using namespace std::chrono_literals;

namespace {

TEST(KitTcp, BytesArriveSplitAsTheTestSays)
{
    FakeHost host(TRIAL);
    auto peer = host.connect("lines");
    EXPECT_TRUE(peer.sendSplit("one\ntwo\nthr", 3));
    EXPECT_EQ(peer.received(), "1 one\n2 two\n");
    peer.send("ee\n");
    EXPECT_EQ(peer.received(), "1 one\n2 two\n3 three\n");
}

TEST(KitTcp, ACloseComesBehindTheCallThatAskedForIt)
{
    FakeHost host(TRIAL);
    auto peer = host.connect("lines");
    peer.send("quit\n");
    EXPECT_TRUE(peer.open());
    host.run();
    EXPECT_EQ(peer.closed(), NB_CLOSE_LOCAL);
    EXPECT_FALSE(peer.send("x\n"));
}

TEST(KitTcp, AHalfCloseMayStillBeAnswered)
{
    FakeHost host(TRIAL);
    auto peer = host.connect("lines");
    peer.end();
    host.run();
    EXPECT_EQ(peer.received(), "bye\n");
    EXPECT_EQ(peer.closed(), NB_CLOSE_LOCAL);
}

TEST(KitTcp, WhoGoesIsTold)
{
    FakeHost host(TRIAL);
    auto gone = host.connect("lines");
    gone.close();
    EXPECT_EQ(gone.closed(), NB_CLOSE_PEER);
    auto broken = host.connect("lines");
    broken.fail();
    EXPECT_EQ(broken.closed(), NB_CLOSE_ERROR);
}

TEST(KitTcp, WhoDoesNotReadIsPushedBackAndThenDropped)
{
    FakeHost host(TRIAL);
    auto peer = host.connect("lines");
    peer.stall();
    peer.send("flood 1001\n");
    EXPECT_EQ(peer.waiting(), 1001u);
    EXPECT_EQ(peer.received(), "");
    peer.unstall();
    EXPECT_THAT(peer.received(), EndsWith("room again\n"));

    peer.stall();
    peer.send("flood 10001\n");
    peer.send("flood 1\n"); // past the hard mark
    host.run();
    EXPECT_EQ(peer.closed(), NB_CLOSE_OVERFLOW);

    auto other = host.connect("lines");
    other.send("flood 1\n");
    other.stall();
    other.send("flood 5\n");
    host.advance(9'999ms);
    EXPECT_TRUE(other.open());
    host.advance(1ms); // its deadline: the answer waits as well
    host.advance(20s); // the write time-out
    EXPECT_EQ(other.closed(), NB_CLOSE_TIMEOUT);
}

TEST(KitTcp, ADeadlinePassesByTheTestsClock)
{
    FakeHost host(TRIAL);
    auto peer = host.connect("lines");
    host.advance(9'999ms);
    EXPECT_TRUE(peer.open());
    host.advance(1ms);
    EXPECT_EQ(peer.received(), "too slow\n");
    EXPECT_FALSE(peer.open());
}

TEST(KitTcp, APausedConnectionIsNotRead)
{
    FakeHost host(TRIAL);
    auto peer = host.connect("lines");
    peer.send("pause\n");
    EXPECT_TRUE(peer.paused());
    peer.send("one\n");
    EXPECT_EQ(peer.received(), "");
}

TEST(KitTcp, TakesNoMoreConnectionsThanTheListenerWants)
{
    FakeHost host(TRIAL);
    for (int i = 0; i < 3; ++i)
        host.connect("lines");
    const auto refused = host.tryConnect("lines");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "too_many_connections");
    EXPECT_EQ(host.tryConnect("nothing").status(), netbit::Status::notFound);
}

TEST(KitUdp, EachSenderGetsItsAnswers)
{
    FakeHost host(TRIAL);
    auto ann = host.connect("echo", "192.0.2.1:1000");
    auto bob = host.connect("echo", "[2001:db8::1]:2000");
    ann.send("hi");
    bob.send("ho");
    ann.send("again");
    EXPECT_THAT(ann.datagrams(),
                ElementsAre("192.0.2.1:1000 said hi, the 1. of all", "192.0.2.1:1000 said again, the 3. of all"));
    EXPECT_EQ(bob.received(), "[2001:db8::1]:2000 said ho, the 2. of all");
}

} // namespace
