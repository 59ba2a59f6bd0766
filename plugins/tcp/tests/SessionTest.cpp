// A connection as its client sees it, against a host that the test plays.

#include "tcp/tests/FakeHost.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using netbit::tcp::testing::FakeHost;

const std::string hello = R"({"packet_type":"Authenticate","token":"alice"})";
const std::string ok0 = "{\"message_id\":0,\"success\":true,\"error\":null}\n";

std::string ok(int id) { return "{\"message_id\":" + std::to_string(id) + ",\"success\":true,\"error\":null}\n"; }

std::string send(std::string_view content, std::string_view more = "")
{
    return R"({"packet_type":"SendMessage","message":{"chat_id":1,"content":")" + std::string(content) + "\"" +
           std::string(more) + "}}";
}

struct Session : ::testing::Test {
    void signIn()
    {
        host.connect();
        host.feed(hello);
        ASSERT_EQ(host.take(), ok0);
    }
    FakeHost host;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(Session, WithoutAUserEverythingButPingIsRefused)
{
    host.connect(true); // loopback alone is no proof
    host.feed(send("x", R"(,"sender_id":3)"));
    EXPECT_TRUE(has(host.take(), R"("code":"unauthenticated")"));
    host.feed(R"({"packet_type":"GetMessages","chat_id":1,"user_id":3})");
    EXPECT_TRUE(has(host.take(), R"("code":"unauthenticated")"));
    host.feed(R"({"packet_type":"Authenticate","token":"mallory"})");
    EXPECT_TRUE(has(host.take(), R"("code":"unauthenticated")"));
    host.feed(R"({"packet_type":"Ping","client_id":"p"})");
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Pong\",\"client_id\":\"p\"}\n");
    EXPECT_TRUE(host.writes.empty());
}

TEST_F(Session, PipelinedMessagesAreAllUnderWayAndAnsweredInOrder)
{
    signIn();
    host.feed(send("a") + send("b") + "{}" + send("c"));
    ASSERT_EQ(host.writes.size(), 3u);
    EXPECT_EQ(host.writes[1].content, "b");
    host.finish(1, 12);
    EXPECT_EQ(host.take(), "") << "b may not overtake a";
    host.conn.sends = 0;
    host.finish(0, 11);
    const auto three = host.take();
    EXPECT_TRUE(has(three, ok(11) + ok(12) + R"({"message_id":0,"success":false)")) << three;
    EXPECT_EQ(host.conn.sends, 1) << "what is ready leaves in one send";
    host.refuse(2, NB_STORAGE_FULL, "disk_full");
    EXPECT_TRUE(has(host.take(), R"("code":"disk_full")"));
}

TEST_F(Session, OverMaxPipelinedReadingPausesAndGoesOn)
{
    signIn();
    std::string many;
    for (int i = 0; i < 20; ++i)
        many += send(std::to_string(i));
    host.feed(many);
    EXPECT_EQ(host.writes.size(), 8u);
    EXPECT_TRUE(host.conn.paused);
    for (std::size_t i = 0; i < host.writes.size(); ++i)
        host.finish(i, static_cast<std::int64_t>(100 + i));
    EXPECT_EQ(host.writes.size(), 20u);
    std::string expected;
    for (int i = 0; i < 20; ++i)
        expected += ok(100 + i);
    EXPECT_EQ(host.take(), expected);
    EXPECT_FALSE(host.conn.paused);
}

TEST_F(Session, APeerThatDoesNotReadIsNotReadFrom)
{
    signIn();
    host.conn.sendStatus = NB_WOULD_BLOCK;
    host.feed(R"({"packet_type":"Ping"})");
    host.feed(send("a"));
    EXPECT_TRUE(host.conn.paused);
    EXPECT_TRUE(host.writes.empty());
    host.conn.sendStatus = NB_OK;
    host.drain();
    EXPECT_EQ(host.writes.size(), 1u);
    host.finish(0, 5);
}

TEST_F(Session, TheSenderIsCheckedAndTheKeyPassedOn)
{
    signIn();
    host.feed(send("a", R"(,"sender_id":4,"id":9)"));
    const auto nack = host.take();
    EXPECT_TRUE(has(nack, R"({"message_id":9,)")) << nack;
    EXPECT_TRUE(has(nack, R"("code":"sender_mismatch")")) << nack;
    host.feed(R"({"packet_type":"SendMessage","client_id":"k","message":{"chat_id":1,"content":"a","sender_id":3}})");
    ASSERT_EQ(host.writes.size(), 1u);
    EXPECT_EQ(host.writes[0].key, "k");
    host.finish(0, 5);
    EXPECT_EQ(host.take(), "{\"message_id\":5,\"success\":true,\"error\":null,\"client_id\":\"k\"}\n");
    host.feed(R"({"packet_type":"SendMessage","message":{"chat_id":2,"content":"a"}})");
    EXPECT_TRUE(has(host.take(), R"("code":"chat_not_found")"));
}

TEST_F(Session, ATokenInAPacketProvesItAndAnOwnerlessConnection)
{
    host.connect();
    host.feed(R"({"packet_type":"Typing","chat_id":1,"token":"alice"})");
    host.feed(R"({"packet_type":"Typing","chat_id":1})");
    host.feed(R"({"packet_type":"Status","status_data":"away","token":"bob"})");
    EXPECT_EQ(host.take(), ok0 + ok0 + ok0);
    EXPECT_EQ(host.published, (std::vector<std::string>{R"(typing {"user_id":3,"chat_id":1})",
                                                        R"(typing {"user_id":3,"chat_id":1})",
                                                        R"(presence.changed {"user_id":4,"status_data":"away"})"}));
}

TEST_F(Session, AUserHasOnlySoManyConnections)
{
    signIn();
    auto* const first = host.session;
    signIn(); // the fake forgets the first, which stays open
    auto* const second = host.session;
    host.connect();
    host.feed(hello);
    EXPECT_TRUE(has(host.take(), R"("code":"too_many_connections")"));
    host.calls.closed(first, &host.conn, NB_CLOSE_PEER);
    host.feed(hello);
    EXPECT_EQ(host.take(), ok0);
    host.calls.closed(second, &host.conn, NB_CLOSE_PEER);
    host.disconnect();
    host.conn.references = 1; // the fake has one conn for all three
}

TEST_F(Session, APageIsSentAsTheHostMadeIt)
{
    signIn();
    host.feed(R"({"packet_type":"GetMessages","chat_id":1})");
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Messages\",\"chat_id\":1,\"data\":[]}\n");
    host.feed(R"({"packet_type":"GetMessages","chat_id":2})");
    EXPECT_TRUE(has(host.take(), R"("code":"chat_not_found")"));
}

TEST_F(Session, APageBehindMessagesIsReadWhenTheyAreDone)
{
    signIn();
    const std::string page = R"({"packet_type":"GetMessages","chat_id":1})";
    host.feed(send("a") + send("b") + page + send("c"));
    ASSERT_EQ(host.writes.size(), 3u);
    EXPECT_EQ(host.pagesRead, 0);
    host.finish(0, 11);
    host.finish(2, 13);
    EXPECT_EQ(host.pagesRead, 0) << "b is under way, and c came later";
    host.refuse(1, NB_STORAGE_FULL, "disk_full");
    EXPECT_EQ(host.pagesRead, 1);
    const auto answers = host.take();
    EXPECT_LT(answers.find("disk_full"), answers.find("Messages"));
    EXPECT_LT(answers.find("Messages"), answers.find(ok(13)));
    host.feed(page);
    EXPECT_EQ(host.pagesRead, 2) << "nothing is under way";
}

TEST_F(Session, APageFromDiskComesFromAWorkerAndInOrder)
{
    signIn();
    host.pageBlocks = true;
    host.feed(R"({"packet_type":"GetMessages","chat_id":1}{"packet_type":"Ping"})");
    EXPECT_EQ(host.take(), "");
    host.runPosted();
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Messages\",\"chat_id\":1,\"data\":[]}\n{\"packet_type\":\"Pong\"}\n");
}

TEST_F(Session, NoEventLeavesBeforeTheAckOfItsSubscribe)
{
    signIn();
    host.feed(send("a") + R"({"packet_type":"Subscribe","after":7,"topics":["message.*"]})");
    ASSERT_EQ(host.subscriptions.size(), 1u);
    EXPECT_EQ(host.subscriptions[0]->after, 7);
    EXPECT_EQ(host.subscriptions[0]->topics, 1u);
    EXPECT_EQ(host.deliver(8, R"({"id":8})"), NB_WOULD_BLOCK);
    EXPECT_EQ(host.take(), "");
    host.finish(0, 5);
    EXPECT_EQ(host.take(), ok(5) + ok0 + "{\"packet_type\":\"Event\",\"event\":{\"id\":8}}\n");
    EXPECT_EQ(host.subscriptions[0]->resumes, 1);
    EXPECT_EQ(host.deliver(9, R"({"id":9})"), NB_OK);
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Event\",\"event\":{\"id\":9}}\n");
}

TEST_F(Session, EventsWaitForASlowReaderAndEndWithUnsubscribe)
{
    signIn();
    host.feed(R"({"packet_type":"Subscribe"})");
    host.conn.sendStatus = NB_WOULD_BLOCK;
    EXPECT_EQ(host.deliver(8, "{}"), NB_WOULD_BLOCK);
    const auto resumes = host.subscriptions[0]->resumes;
    host.conn.sendStatus = NB_OK;
    host.drain();
    EXPECT_EQ(host.subscriptions[0]->resumes, resumes + 1);
    host.take();
    host.feed(R"({"packet_type":"Unsubscribe"})");
    EXPECT_EQ(host.take(), ok0);
    EXPECT_TRUE(host.subscriptions[0]->cancelled);
}

TEST_F(Session, WhatWasNotConfirmedIsAskedForAgain)
{
    signIn();
    host.feed(R"({"packet_type":"Subscribe"})");
    EXPECT_EQ(host.subscriptions.back()->after, 40) << "from now on";
    host.feed(R"({"packet_type":"Ack","event_id":43}{"packet_type":"Ack","event_id":42})");
    EXPECT_EQ(host.take(), ok0) << "a confirmation has no answer";
    host.feed(R"({"packet_type":"Subscribe"})");
    EXPECT_EQ(host.subscriptions.back()->after, 43);
    EXPECT_TRUE(host.subscriptions.front()->cancelled);
}

TEST_F(Session, ResetNamesTheNextId)
{
    signIn();
    host.feed(R"({"packet_type":"Subscribe","after":1})");
    host.take();
    host.subscriptions[0]->calls.reset(host.subscriptions[0]->user, 30);
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Reset\",\"next_id\":30}\n");
}

TEST_F(Session, ARevokedUserIsToldOnceAndIsNobody)
{
    signIn();
    host.feed(R"({"packet_type":"Subscribe"})");
    host.take();
    host.tokens["alice"].valid = false;
    host.revoke();
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Unsubscribed\",\"code\":\"unauthenticated\"}\n");
    host.feed(send("a"));
    const auto answer = host.take();
    EXPECT_TRUE(has(answer, R"("code":"unauthenticated")"));
    EXPECT_FALSE(has(answer, "Unsubscribed")) << answer;
    EXPECT_TRUE(host.subscriptions[0]->cancelled);
}

TEST_F(Session, GoesOnInTheNextGeneration)
{
    signIn();
    host.feed(R"({"packet_type":"Subscribe","after":7,"topics":["message.*"]})");
    host.take();
    EXPECT_EQ(host.deliver(9, R"({"id":9})"), NB_OK);
    host.feed(R"({"packet_type":"Ack","event_id":8})");
    host.take();
    host.feed(R"({"packet_type":"Pi)"); // half a packet
    ASSERT_EQ(host.handOver(), NB_OK);
    EXPECT_TRUE(host.subscriptions[0]->cancelled);
    ASSERT_EQ(host.subscriptions.size(), 2u);
    EXPECT_EQ(host.subscriptions[1]->after, 9) << "what was sent is not sent again";
    EXPECT_EQ(host.subscriptions[1]->topics, 1u);
    EXPECT_EQ(host.conn.deadlineMs, 60'000u);
    EXPECT_EQ(host.take(), "") << "the peer notices nothing";
    host.feed(R"(ng"})");
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Pong\"}\n");
    EXPECT_EQ(host.deliver(10, R"({"id":10})"), NB_OK);
    EXPECT_TRUE(has(host.take(), R"("id":10)"));
    host.feed(R"({"packet_type":"Subscribe"})");
    EXPECT_EQ(host.subscriptions.back()->after, 8) << "what was not confirmed is sent again";
    host.take();
    host.feed(send("mine"));
    ASSERT_EQ(host.writes.size(), 1u);
    EXPECT_EQ(host.writes[0].senderId, 3);
    host.finish(0, 5);
}

TEST_F(Session, DoesNotMoveWhileAnswersAreOwed)
{
    signIn();
    host.feed(send("a"));
    EXPECT_EQ(host.handOver(), NB_WOULD_BLOCK);
    host.finish(0, 5);
    EXPECT_EQ(host.take(), ok(5));
    EXPECT_EQ(host.handOver(), NB_OK);
}

TEST_F(Session, AUserWhoWasRevokedMeanwhileIsToldInTheNextGeneration)
{
    signIn();
    host.feed(R"({"packet_type":"Subscribe"})");
    host.take();
    host.subscribeStatus = NB_UNAUTHENTICATED;
    ASSERT_EQ(host.handOver(), NB_OK);
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Unsubscribed\",\"code\":\"unauthenticated\"}\n");
}

TEST_F(Session, NobodyMovesAsNobody)
{
    host.connect();
    ASSERT_EQ(host.handOver(), NB_OK);
    host.feed(R"({"packet_type":"Ping"})");
    EXPECT_EQ(host.take(), "{\"packet_type\":\"Pong\"}\n");
    host.feed(send("a"));
    EXPECT_TRUE(has(host.take(), R"("code":"unauthenticated")"));
}

TEST_F(Session, AnswersThatComeWhenThePeerIsGoneTouchNothing)
{
    signIn();
    host.feed(send("a") + send("b"));
    host.disconnect();
    host.finish(0, 1);
    host.refuse(1, NB_UNAVAILABLE, "busy");
}

TEST_F(Session, AHalfClosedPeerGetsItsAnswersFirst)
{
    signIn();
    host.feed(send("a"));
    host.end();
    EXPECT_FALSE(host.conn.closed);
    host.finish(0, 5);
    EXPECT_EQ(host.take(), ok(5));
    EXPECT_TRUE(host.conn.closed);
}

TEST_F(Session, AStreamThatEndsInsideAPacketIsTold)
{
    signIn();
    host.feed("{\"packet_type\":");
    host.end();
    EXPECT_TRUE(has(host.take(), R"("code":"invalid_json")"));
    EXPECT_TRUE(host.conn.closed);
}

TEST_F(Session, HopelessBytesAreToldAndTheConnectionClosed)
{
    signIn();
    host.feed(std::string(600'000, 'x'));
    host.take();
    host.feed(std::string(600'000, 'x'));
    EXPECT_TRUE(has(host.take(), "the connection is closed"));
    EXPECT_TRUE(host.conn.closed);
}

TEST_F(Session, IdleIsClosedButNotWhileAnAnswerIsUnderWay)
{
    signIn();
    EXPECT_EQ(host.conn.deadlineMs, 60'000u);
    host.feed(send("a"));
    host.conn.deadlineMs = 0;
    host.timeOut();
    EXPECT_FALSE(host.conn.closed);
    EXPECT_EQ(host.conn.deadlineMs, 60'000u);
    host.finish(0, 1);
    host.timeOut();
    EXPECT_TRUE(host.conn.closed);
}

TEST(SeedClient, IsServedOnLoopbackWhereItIsAllowed)
{
    FakeHost host({{"allow_unauthenticated_loopback", 1}});
    const std::string packet = R"({"packet_type":"SendMessage","message":{"id":0,"chat_id":1,"sender_id":3,)"
                               R"("content":"Hello","message_type":"Text","created_at":"2024-01-01T00:00:00Z",)"
                               R"("is_edited":false,"edited_at":null}})";
    host.connect(true);
    host.feed(packet);
    ASSERT_EQ(host.writes.size(), 1u);
    EXPECT_EQ(host.writes[0].senderId, 3);
    host.finish(0, 77);
    EXPECT_EQ(host.take(), ok(77));
    host.feed(R"({"packet_type":"GetMessages","chat_id":1})");
    EXPECT_TRUE(has(host.take(), R"("code":"unauthenticated")")) << "nobody is named";
    host.feed(R"({"packet_type":"GetMessages","chat_id":1,"user_id":3})");
    EXPECT_TRUE(has(host.take(), R"("packet_type":"Messages")"));
    host.disconnect();
    host.connect(false); // from elsewhere
    host.feed(packet);
    EXPECT_TRUE(has(host.take(), R"("code":"unauthenticated")"));
}

} // namespace
