#include <netbit/kit/gtest.hpp>

using namespace netbit::kit;
using namespace ::testing;

namespace {

TEST(KitRequests, AFastRouteAnswersOnTheReactorWithPathAndQuery)
{
    FakeHost host(TRIAL);
    const auto reply = host.get("/api/trial/hello/J%C3%BCrgen?loud=yes");
    EXPECT_THAT(reply, AllOf(HasStatus(200), HasBody("Hello, Jürgen!")));
    EXPECT_TRUE(reply.ranFast());
    EXPECT_FALSE(reply.ranOnWorker());
    EXPECT_TRUE(reply.ended());
}

TEST(KitRequests, AccessIsDecidedByWhoCalls)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    const auto root = host.admin("root");
    EXPECT_THAT(host.get("/api/trial/me"), IsProblem(401, "unauthenticated"));
    EXPECT_THAT(host.get("/api/trial/me", ann),
                AllOf(HasStatus(200), HasJson("/name", "ann"), HasJson("/id", ann.id), HasJson("/admin", false),
                      HasJson("/nothing", nullptr), HasHeader("x-peer", "127.0.0.1")));
    EXPECT_THAT(host.get("/api/trial/admin", ann), IsProblem(403, "admin_only"));
    EXPECT_THAT(host.get("/api/trial/admin", root), AllOf(HasStatus(204), HasBody("")));
}

TEST(KitRequests, ATokenIsProvenAlsoWhereNobodyAsksForOne)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    EXPECT_THAT(host.send(Request("GET", "/api/trial/me").token(host.token(ann))), HasJson("/name", "ann"));
    EXPECT_THAT(host.send(Request("GET", "/api/trial/hello/x").token("nbt_wrong")), IsProblem(401, "invalid_token"));
}

TEST(KitRequests, WhatTheEdgeAnswersItselfIsAnsweredHere)
{
    FakeHost host(TRIAL);
    EXPECT_THAT(host.get("/nowhere"), IsProblem(404, "not_found"));
    EXPECT_THAT(host.send(Request("DELETE", "/api/trial/admin")),
                AllOf(IsProblem(405, "method_not_allowed"), HasHeader("Allow", "GET, HEAD, OPTIONS")));
    EXPECT_THAT(host.send(Request("OPTIONS", "/api/trial/admin")), HasStatus(204));
    EXPECT_THAT(host.send(Request("POST", "/api/trial/echo").body("seventeen bytes!!")), IsProblem(413, "body_too_large"));
    EXPECT_THAT(host.send(Request("HEAD", "/api/trial/hello/x")), AllOf(HasStatus(200), HasBody("")));
    EXPECT_THROW(host.get("no target"), netbit::Failure);
}

TEST(KitRequests, AGetHasAnETagAndIsNotSentAgain)
{
    FakeHost host(TRIAL);
    const auto etag = host.get("/api/trial/hello/x").header("ETag");
    ASSERT_TRUE(etag.has_value());
    EXPECT_THAT(host.send(Request("GET", "/api/trial/hello/x").header("If-None-Match", *etag)),
                AllOf(HasStatus(304), HasBody("")));
}

TEST(KitRequests, BodyAndHeadersArriveAndComeBack)
{
    FakeHost host(TRIAL);
    EXPECT_THAT(host.send(Request("POST", "/api/trial/echo").header("content-type", "text/x").body("sixteen bytes ok")),
                AllOf(HasStatus(201), HasHeader("Content-Type", "text/x"), HasBody(StartsWith("sixteen"))));
}

TEST(KitRequests, ARefusalIsAProblemWithItsPointer)
{
    FakeHost host(TRIAL);
    EXPECT_THAT(host.get("/api/trial/conflict"),
                AllOf(IsProblem(409, "clash"), HasJson("/errors/0/pointer", "/name"), HasJson("/detail", "It clashes.")));
}

TEST(KitRequests, ADeferredReplyComesWhenWhatItWaitsForHasRun)
{
    FakeHost host(TRIAL);
    const auto begun = host.begin(Request("POST", "/api/trial/later"));
    EXPECT_TRUE(begun.deferred());
    EXPECT_FALSE(begun.answered());
    EXPECT_GT(host.run(), 0u);
    EXPECT_THAT(begun, HasBody("later"));
    EXPECT_THAT(host.post("/api/trial/later", "{}"), HasBody("later"));
}

TEST(KitRequests, ABodyOfAnySizeComesInPiecesThatMayHaveToWait)
{
    FakeHost host(TRIAL);
    EXPECT_THAT(host.post("/api/trial/measure", std::string(70'000, 'x')), HasBody("70000 in 5"));
    EXPECT_THAT(host.post("/api/trial/measure", ""), HasBody("0 in 0"));
    EXPECT_THAT(host.post("/api/trial/measure", std::string(100'001, 'x')), IsProblem(413, "body_too_large"));
}

TEST(KitRequests, AFileIsAnsweredWholeInPartOrNotAtAll)
{
    FakeHost host(TRIAL);
    EXPECT_THAT(host.get("/api/trial/file"),
                AllOf(HasStatus(200), HasBody("0123456789"), HasHeader("ETag", "\"ten\""), HasHeader("X-Kind", "file")));
    EXPECT_THAT(host.send(Request("GET", "/api/trial/file").header("Range", "bytes=2-4")),
                AllOf(HasStatus(206), HasBody("234"), HasHeader("Content-Range", "bytes 2-4/10")));
    EXPECT_THAT(host.send(Request("GET", "/api/trial/file").header("Range", "bytes=10-")), HasStatus(416));
    EXPECT_THAT(host.send(Request("GET", "/api/trial/file").header("If-None-Match", "\"ten\"")),
                AllOf(HasStatus(304), HasBody("")));
}

TEST(KitRequests, AFastRouteThatWouldBlockRunsAgainOnAWorker)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    const auto chat = host.chat("plans", ann);
    const auto path = "/api/trial/chats/" + std::to_string(chat);
    const auto inMemory = host.get(path, ann);
    EXPECT_THAT(inMemory, HasStatus(200));
    EXPECT_FALSE(inMemory.ranOnWorker());
    host.chatsOnDisk(true);
    const auto onDisk = host.get(path, ann);
    EXPECT_THAT(onDisk, HasStatus(200));
    EXPECT_TRUE(onDisk.ranFast());
    EXPECT_TRUE(onDisk.ranOnWorker());
}

TEST(KitRequests, AStreamShowsWhatWasWrittenAndIsPushedBack)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    auto stream = host.get("/api/trial/watch", ann);
    EXPECT_THAT(stream, AllOf(HasStatus(200), HasHeader("Content-Type", "text/event-stream"), HasBody("hello\n")));
    EXPECT_TRUE(stream.isStream());
    EXPECT_FALSE(stream.ended());
    host.event("a.b", "{}");
    host.run();
    EXPECT_THAT(stream, HasBody("hello\na.b 1\n"));

    stream.stall(1);
    host.event("a.b", "{}"); // this one is taken, and is the last until there is room
    host.event("a.b", "{}");
    host.run();
    stream.unstall();
    EXPECT_THAT(stream, HasBody("hello\na.b 1\na.b 2\ndrained\n"));

    stream.hangUp();
    EXPECT_TRUE(stream.ended()) << "the plugin ends a stream whose client is gone";
    host.event("a.b", "{}");
    host.run();
    EXPECT_THAT(stream, HasBody(Not(HasSubstr("a.b 4"))));
}

} // namespace
