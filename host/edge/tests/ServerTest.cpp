#include "edge/tests/ServerFixture.h"
#include "edge/tests/Requests.h"

#include <gtest/gtest.h>

#include <future>

namespace netbit::edge {
namespace {

using tests::Client;
using tests::eventually;
using tests::route;
using tests::textReply;
using namespace std::chrono_literals;

class ServerTest : public tests::ServerFixture {};

TEST_F(ServerTest, AnswersWithTheHeadersEveryAnswerHas)
{
    serve();
    const auto answer = get("/fast");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "fast");
    EXPECT_EQ(answer.field("Content-Type"), "text/plain");
    EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.field("Date").size(), 29u) << answer.head;
    EXPECT_EQ(answer.field("Server"), "");
    EXPECT_EQ(answer.field("X-Request-Id"), "");
    EXPECT_EQ(answer.field("Connection"), "");
}

TEST_F(ServerTest, EveryBadFormIsRefusedOverASocketAndTheConnectionClosed)
{
    serve();
    for (const auto& sample : tests::badRequests()) {
        Client client(port);
        client.send(sample.bytes);
        const auto answer = readAnswer(client);
        EXPECT_EQ(answer.status, sample.status) << sample.name << "\n" << answer.head;
        EXPECT_EQ(answer.field("Connection"), "close") << sample.name;
        EXPECT_EQ(answer.field("Content-Type"), "application/problem+json") << sample.name;
        EXPECT_TRUE(client.closedByServer()) << sample.name;
    }
}

TEST_F(ServerTest, EveryGoodFormIsAnsweredOverASocketAndTheConnectionKept)
{
    serve();
    for (const auto& sample : tests::goodRequests()) {
        Client client(port);
        ASSERT_TRUE(client.send(sample.bytes));
        const auto answer = readAnswer(client, sample.bytes.starts_with("HEAD"));
        EXPECT_EQ(answer.status, sample.status) << sample.name << "\n" << answer.head;
        EXPECT_EQ(get(client, "/fast").body, "fast") << sample.name;
    }
}

TEST_F(ServerTest, ThousandPipelinedRequestsAreAnsweredInOrder)
{
    serve();
    Client client(port);
    std::string requests;
    for (int i = 0; i < 1000; ++i)
        requests += "GET /echo/" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    std::thread sender([&] { client.send(requests); });
    for (int i = 0; i < 1000; ++i)
        ASSERT_EQ(readAnswer(client).body, std::to_string(i) + "|");
    sender.join();
}

TEST_F(ServerTest, FastAndSlowPipelinedRequestsAreAnsweredInOrder)
{
    add("GET", "/slow/{n}", [](Exchange& exchange) {
        exchange.reply(textReply("slow " + std::string(exchange.param("n"))));
        return Outcome::replied;
    }, false);
    serve();
    Client client(port);
    std::string requests;
    for (int i = 0; i < 200; ++i)
        requests += std::string("GET ") + (i % 3 == 0 ? "/slow/" : "/echo/") + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    std::thread sender([&] { client.send(requests); });
    for (int i = 0; i < 200; ++i)
        ASSERT_EQ(readAnswer(client).body, i % 3 == 0 ? "slow " + std::to_string(i) : std::to_string(i) + "|");
    sender.join();
}

TEST_F(ServerTest, APipeliningClientThatReadsLateGetsEveryByte)
{
    add("GET", "/large", [](Exchange& exchange) {
        exchange.reply(textReply(std::string(300'000, 'x')));
        return Outcome::replied;
    });
    serve();
    Client client(port, 4096);
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests += "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
    ASSERT_TRUE(client.send(requests));
    for (int i = 0; i < 50; ++i)
        ASSERT_EQ(readAnswer(client).body.size(), 300'000u) << i;
}

TEST_F(ServerTest, HeadHasTheHeadersOfGetAndNoBody)
{
    serve();
    Client client(port);
    client.send("HEAD /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto head = readAnswer(client, true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.field("Content-Length"), "4");
    EXPECT_EQ(get(client, "/fast").body, "fast") << "no byte of a body may have come before";
}

TEST_F(ServerTest, UnknownMethodAndUnknownPathAreTold)
{
    serve();
    Client client(port);
    client.send("DELETE /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto method = readAnswer(client);
    EXPECT_EQ(method.status, 405);
    EXPECT_EQ(method.field("Allow"), "GET, HEAD, OPTIONS");
    const auto path = get(client, "/nowhere?x");
    EXPECT_EQ(path.status, 404);
    EXPECT_NE(path.field("X-Request-Id"), "");
    EXPECT_NE(path.body.find("\"instance\":\"/nowhere\""), std::string::npos) << path.body;
    client.send("OPTIONS /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto options = readAnswer(client);
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.field("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(options.field("Content-Length"), "");
}

TEST_F(ServerTest, Http10IsClosedUnlessItAsksOtherwise)
{
    serve();
    Client plain(port);
    plain.send("GET /fast HTTP/1.0\r\n\r\n");
    EXPECT_EQ(readAnswer(plain).field("Connection"), "close");
    EXPECT_TRUE(plain.closedByServer());
    Client kept(port);
    for (int i = 0; i < 3; ++i) {
        kept.send("GET /fast HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        EXPECT_EQ(readAnswer(kept).field("Connection"), "keep-alive");
    }
}

TEST_F(ServerTest, ConnectionCloseIsHonoured)
{
    serve();
    Client client(port);
    EXPECT_EQ(get(client, "/fast", "Connection: close\r\n").field("Connection"), "close");
    EXPECT_TRUE(client.closedByServer());
}

TEST_F(ServerTest, AClientThatEndsItsSideGetsEveryAnswer)
{
    serve();
    Client client(port);
    client.send("GET /echo/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /echo/2 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.endSending();
    EXPECT_EQ(readAnswer(client).body, "1|");
    EXPECT_EQ(readAnswer(client).body, "2|");
    EXPECT_TRUE(client.closedByServer());
}

TEST_F(ServerTest, ContinueIsSaidWhenTheBodyWillBeRead)
{
    serve();
    Client client(port);
    client.send("POST /echo/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    EXPECT_EQ(readAnswer(client).body, "abc");
}

TEST_F(ServerTest, ContinueIsNotSaidToWhoMayNotCall)
{
    gate.ask = [](Exchange&, const Route&) {
        return base::fault(base::Status::unauthenticated, "token_missing", "Who are you?");
    };
    serve();
    Client client(port);
    client.send("POST /echo/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    const auto answer = readAnswer(client);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.field("WWW-Authenticate"), "Bearer realm=\"netbit\"");
    EXPECT_TRUE(client.closedByServer());
}

TEST_F(ServerTest, ARefusedCallerCannotMakeUsReadABody)
{
    gate.ask = [](Exchange&, const Route&) { return base::fault(base::Status::forbidden, "no", "No."); };
    serve();
    Client client(port);
    client.send("POST /echo/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    EXPECT_EQ(readAnswer(client).status, 403) << "without a byte of the body having been sent";
    EXPECT_TRUE(client.closedByServer());
    Client small(port);
    small.send("POST /echo/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(readAnswer(small).status, 403);
    EXPECT_EQ(readAnswer(small).status, 403) << "a body that is there is skipped, and the connection kept";
}

TEST_F(ServerTest, TheGateMayAskForAWorker)
{
    std::atomic<int> onWorker{0};
    std::atomic<bool> allow{true};
    gate.ask = [&](Exchange& exchange, const Route&) -> base::Result<void> {
        if (reactors.at(0).here() || reactors.at(1).here())
            return base::fault(base::Status::wouldBlock, "", "");
        ++onWorker;
        exchange.principal = std::make_shared<const int>(7);
        if (!allow)
            return base::fault(base::Status::forbidden, "no", "No.");
        return {};
    };
    add("POST", "/who", [](Exchange& exchange) {
        exchange.reply(textReply(std::to_string(*static_cast<const int*>(exchange.principal.get())) + std::string(exchange.body())));
        return Outcome::replied;
    });
    serve();
    Client client(port);
    const std::string request = "POST /who HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    client.send(request + request);
    EXPECT_EQ(readAnswer(client).body, "7abc");
    EXPECT_EQ(readAnswer(client).body, "7abc");
    EXPECT_EQ(onWorker, 2);
    allow = false;
    client.send(request);
    EXPECT_EQ(readAnswer(client).status, 403);
}

TEST_F(ServerTest, ARouteStatesItsOwnBodyLimit)
{
    limits.maxBodyBytes = 4;
    auto wide = route("POST", "/wide", [](Exchange& exchange) {
        exchange.reply(textReply(std::to_string(exchange.body().size())));
        return Outcome::replied;
    });
    wide.maxBodyBytes = 3'000'000;
    routes.push_back(wide);
    serve();
    Client client(port);
    client.send("POST /wide HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'));
    EXPECT_EQ(readAnswer(client).body, "3000000");
    client.send(tests::withHead("Content-Length: 5\r\n"));
    EXPECT_EQ(readAnswer(client).status, 413);
}

TEST_F(ServerTest, ARefusedUploaderReadsWhyWhileItIsStillSending)
{
    serve();
    Client client(port);
    client.send(tests::withHead("Content-Length: 2000000\r\n"));
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 20 && client.send(piece); ++i) { }
    EXPECT_EQ(readAnswer(client).status, 413);
}

TEST_F(ServerTest, AReplyMayComeLaterFromAnotherThread)
{
    std::promise<std::shared_ptr<Exchange>> kept;
    add("GET", "/later", [&](Exchange& exchange) {
        kept.set_value(exchange.shared_from_this());
        return Outcome::replied;
    });
    serve();
    Client client(port);
    client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    auto exchange = kept.get_future().get();
    EXPECT_EQ(exchange->path(), "/later");
    EXPECT_FALSE(exchange->gone());
    exchange->reply(textReply("at last"));
    exchange.reset();
    EXPECT_EQ(readAnswer(client).body, "at last");
    EXPECT_EQ(readAnswer(client).body, "fast");
}

TEST_F(ServerTest, AnExchangeKnowsThatItsPeerHasGone)
{
    std::promise<std::shared_ptr<Exchange>> kept;
    add("GET", "/later", [&](Exchange& exchange) {
        kept.set_value(exchange.shared_from_this());
        return Outcome::replied;
    });
    serve();
    std::shared_ptr<Exchange> exchange;
    {
        Client client(port);
        client.send("GET /later HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");
        exchange = kept.get_future().get();
    }
    exchange->reply(textReply("to nobody"));
    EXPECT_TRUE(eventually([&] { return exchange->gone(); }));
}

TEST_F(ServerTest, AnExchangeDroppedWithoutAnAnswerIsA500)
{
    std::promise<std::shared_ptr<Exchange>> kept;
    add("GET", "/dropped", [&](Exchange& exchange) {
        kept.set_value(exchange.shared_from_this());
        return Outcome::replied;
    });
    add("GET", "/forgotten", [](Exchange&) { return Outcome::replied; });
    serve();
    Client client(port);
    EXPECT_EQ(get(client, "/forgotten").status, 500);
    client.send("GET /dropped HTTP/1.1\r\nHost: a\r\n\r\n");
    kept.get_future().get().reset();
    EXPECT_EQ(readAnswer(client).status, 500);
    EXPECT_EQ(get(client, "/fast").body, "fast");
}

TEST_F(ServerTest, ASecondAnswerIsDroppedAndComplainedOf)
{
    add("GET", "/twice", [](Exchange& exchange) {
        exchange.reply(textReply("one"));
        exchange.reply(textReply("two"));
        return Outcome::replied;
    });
    serve();
    Client client(port);
    EXPECT_EQ(get(client, "/twice").body, "one");
    EXPECT_EQ(get(client, "/fast").body, "fast");
    EXPECT_NE(complaint(), "");
}

TEST_F(ServerTest, AHandlerThatThrowsIsA500WithoutItsText)
{
    add("GET", "/throws", [](Exchange&) -> Outcome { throw std::runtime_error("secret"); });
    add("GET", "/throws-on-worker", [](Exchange&) -> Outcome { throw 7; }, false);
    serve();
    Client client(port);
    const auto answer = get(client, "/throws");
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
    EXPECT_NE(complaint().find("secret"), std::string::npos) << "the log is told";
    EXPECT_EQ(get(client, "/throws-on-worker").status, 500);
    EXPECT_EQ(get(client, "/fast").body, "fast");
}

TEST_F(ServerTest, AFastRouteThatWouldBlockRunsAgainOnAWorker)
{
    add("GET", "/maybe", [this](Exchange& exchange) {
        if (reactors.at(0).here() || reactors.at(1).here())
            return Outcome::wouldBlock;
        exchange.reply(textReply("from a worker"));
        return Outcome::replied;
    });
    serve();
    EXPECT_EQ(get("/maybe").body, "from a worker");
}

TEST_F(ServerTest, AFullWorkerQueueIsA503WithRetryAfter)
{
    add("GET", "/slow", [](Exchange& exchange) {
        exchange.reply(textReply("slow"));
        return Outcome::replied;
    }, false);
    serve();
    Client client(port);
    worker->full = true;
    const auto answer = get(client, "/slow");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.field("Retry-After"), "1");
    worker->full = false;
    EXPECT_EQ(get(client, "/slow").body, "slow");
}

TEST_F(ServerTest, WhoListensWhenThereIsRoomAgainHearsOfIt)
{
    constexpr std::size_t bytes = 8'000'000; // more than any socket takes at once
    std::promise<std::shared_ptr<edge::ReplyStream>> begun;
    add("GET", "/large", [&](Exchange& exchange) {
        auto reply = textReply("");
        reply.length = bytes;
        auto stream = exchange.stream(std::move(reply));
        EXPECT_EQ(stream->write(base::Body(std::string(bytes, 'x'))), edge::WriteState::full);
        begun.set_value(std::move(stream));
        return Outcome::replied;
    });
    serve();
    Client client(port);
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(readAnswer(client).body.size(), bytes);
    const auto stream = begun.get_future().get();
    std::promise<void> drained;
    stream->onDrained([&] { drained.set_value(); });
    EXPECT_EQ(drained.get_future().wait_for(10s), std::future_status::ready);
    stream->end();
}

TEST_F(ServerTest, ParametersAndQueryAreDecoded)
{
    serve();
    EXPECT_EQ(get("/echo/a%20b/c%2Fd?q=%C3%A4+x").body, "a b/c/d|\xC3\xA4 x");
}

TEST_F(ServerTest, NoHeaderCanBeInjected)
{
    add("GET", "/inject", [](Exchange& exchange) {
        auto reply = textReply("ok");
        reply.headers.emplace_back("X-Good", "yes");
        reply.headers.emplace_back("X-Bad", "a\r\nSet-Cookie: b");
        reply.headers.emplace_back("X-Bad: x\r\nY", "a");
        reply.headers.emplace_back("Content-Length", "0");
        reply.headers.emplace_back("Transfer-Encoding", "chunked");
        exchange.reply(std::move(reply));
        return Outcome::replied;
    });
    serve();
    Client client(port);
    const auto answer = get(client, "/inject");
    EXPECT_EQ(answer.field("X-Good"), "yes");
    EXPECT_EQ(answer.field("Set-Cookie"), "");
    EXPECT_EQ(answer.field("Content-Length"), "2");
    EXPECT_EQ(answer.field("Transfer-Encoding"), "");
    EXPECT_EQ(answer.body, "ok");
    EXPECT_NE(complaint(), "");
}

} // namespace
} // namespace netbit::edge
