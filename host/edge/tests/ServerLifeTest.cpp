// Streams, time-outs, drain, and what is counted.
#include "edge/tests/ServerFixture.h"
#include "edge/tests/Requests.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

namespace netbit::edge {
namespace {

using tests::Client;
using tests::eventually;
using tests::textReply;
using namespace std::chrono_literals;

class ServerLife : public tests::ServerFixture {};

TEST_F(ServerLife, AStreamIsChunkedAndTheConnectionGoesOn)
{
    add("GET", "/stream", [](Exchange& exchange) {
        auto stream = exchange.stream(textReply(""));
        stream->write("hello");
        stream->write("");
        stream->write(base::Body(" world"));
        stream->end();
        return Outcome::replied;
    });
    serve();
    Client client(port);
    client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(readAnswer(client).field("Transfer-Encoding"), "chunked");
    EXPECT_EQ(client.readUntil("0\r\n\r\n"), "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    EXPECT_EQ(get(client, "/fast").body, "fast");
    client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(readAnswer(client, true).status, 200);
    EXPECT_EQ(get(client, "/fast").body, "fast");
}

TEST_F(ServerLife, AStreamToHttp10IsEndedByClose)
{
    add("GET", "/stream", [](Exchange& exchange) {
        auto stream = exchange.stream(textReply(""));
        stream->write("hello");
        stream->end();
        return Outcome::replied;
    });
    serve();
    Client client(port);
    client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(readAnswer(client).field("Transfer-Encoding"), "");
    EXPECT_EQ(client.readAll(), "hello");
}

TEST_F(ServerLife, AStreamFromAnotherThreadKeepsItsOrderAndObeysBackPressure)
{
    std::promise<std::shared_ptr<Exchange>> kept;
    add("GET", "/stream", [&](Exchange& exchange) {
        kept.set_value(exchange.shared_from_this());
        return Outcome::replied;
    });
    serve();
    Client client(port, 4096);
    client.send("GET /stream HTTP/1.0\r\n\r\n");
    auto exchange = kept.get_future().get();
    auto stream = exchange->stream(textReply(""));
    exchange.reset();
    std::mutex mutex;
    std::condition_variable changed;
    bool room = false; // guarded by mutex
    stream->onDrained([&] {
        const std::lock_guard lock(mutex);
        room = true;
        changed.notify_all();
    });
    std::atomic<std::size_t> written{0};
    std::atomic<int> waits{0};
    std::string expected;
    for (int i = 0; i < 400; ++i)
        expected += std::string(10'000, static_cast<char>('a' + i % 26));
    std::thread writer([&] {
        for (std::size_t at = 0; at < expected.size(); at += 10'000) {
            const auto state = stream->write(std::string_view(expected).substr(at, 10'000));
            written += 10'000;
            if (state != WriteState::full)
                continue;
            ++waits;
            std::unique_lock lock(mutex);
            ASSERT_TRUE(changed.wait_for(lock, tests::patience, [&] { return room; }));
            room = false;
        }
        stream->end();
    });
    ASSERT_TRUE(eventually([&] { return waits > 0; }));
    EXPECT_LT(written, expected.size()) << "the writer must wait for a client that does not read";
    readAnswer(client);
    EXPECT_TRUE(client.readAll() == expected);
    writer.join();
}

TEST_F(ServerLife, AStreamLearnsThatItsClientHasLeft)
{
    std::promise<void> closed;
    std::shared_ptr<ReplyStream> stream;
    add("GET", "/stream", [&](Exchange& exchange) {
        stream = exchange.stream(textReply(""));
        stream->onClosed([&] { closed.set_value(); });
        stream->write("hello");
        return Outcome::replied;
    });
    serve();
    {
        Client client(port);
        client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
        client.readUntil("hello");
    }
    ASSERT_EQ(closed.get_future().wait_for(tests::patience), std::future_status::ready);
    EXPECT_EQ(stream->write("x"), WriteState::closed);
    stream.reset();
}

// What is told of a stream often owns the stream: kept for one that nobody reads, both would stay for ever.
TEST_F(ServerLife, AStreamThatNobodyReadsKeepsNothing)
{
    std::promise<std::shared_ptr<Exchange>> kept;
    std::weak_ptr<ReplyStream> here;
    const auto listen = [](const std::shared_ptr<ReplyStream>& stream) {
        stream->onDrained([stream] {});
        stream->onClosed([stream] {});
    };
    add("GET", "/here", [&](Exchange& exchange) {
        const auto stream = exchange.stream(textReply(""));
        here = stream;
        listen(stream);
        return Outcome::replied;
    });
    add("GET", "/elsewhere", [&](Exchange& exchange) {
        kept.set_value(exchange.shared_from_this());
        return Outcome::replied;
    });
    serve();
    Client client(port);
    client.send("HEAD /here HTTP/1.1\r\nHost: a\r\n\r\nHEAD /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(readAnswer(client, true).status, 200);
    auto exchange = kept.get_future().get();
    auto stream = exchange->stream(textReply(""));
    exchange.reset();
    const std::weak_ptr<ReplyStream> elsewhere = stream;
    listen(stream);
    stream.reset();
    EXPECT_EQ(readAnswer(client, true).status, 200);
    EXPECT_TRUE(eventually([&] { return here.expired() && elsewhere.expired(); }));
}

TEST_F(ServerLife, AStreamDroppedWithoutItsEndClosesTheConnection)
{
    add("GET", "/stream", [](Exchange& exchange) {
        exchange.stream(textReply(""))->write("half");
        return Outcome::replied;
    });
    serve();
    Client client(port);
    client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    readAnswer(client);
    EXPECT_EQ(client.readAll(), "4\r\nhalf\r\n") << "no last chunk, so that the client knows";
}

TEST_F(ServerLife, ASlowHeadIsA408)
{
    limits.headTimeout = 50ms;
    serve();
    Client client(port);
    client.send("GET /fast HTTP/1.1\r\nHos");
    EXPECT_EQ(readAnswer(client).status, 408);
    EXPECT_TRUE(client.closedByServer());
}

TEST_F(ServerLife, ADribblingHeadIsA408)
{
    limits.headTimeout = 150ms;
    serve();
    Client client(port);
    ASSERT_TRUE(client.send("GET /fast HTTP/1.1\r\nX: "));
    std::atomic<bool> refused{false};
    std::thread dribble([&] {
        while (!refused && client.send("a"))
            std::this_thread::sleep_for(5ms); // the client's pace, not a wait for something
    });
    EXPECT_EQ(readAnswer(client).status, 408);
    refused = true;
    dribble.join();
}

TEST_F(ServerLife, ASlowBodyIsA408)
{
    limits.bodyTimeout = 50ms;
    serve();
    Client client(port);
    client.send(tests::withHead("Content-Length: 3\r\n", "ab"));
    EXPECT_EQ(readAnswer(client).status, 408);
    EXPECT_TRUE(client.closedByServer());
}

TEST_F(ServerLife, AnIdleConnectionIsClosedSilently)
{
    limits.idleTimeout = 50ms;
    serve();
    Client fresh(port);
    Client used(port);
    EXPECT_EQ(get(used, "/fast").body, "fast");
    EXPECT_TRUE(fresh.closedByServer());
    EXPECT_TRUE(used.closedByServer());
}

TEST_F(ServerLife, NewLimitsHoldForNewConnections)
{
    serve();
    Client before(port);
    EXPECT_EQ(get(before, "/fast").status, 200);
    Limits tighter;
    tighter.maxHeaders = 1;
    server->setLimits(tighter);
    EXPECT_EQ(get(before, "/fast", "X: y\r\n").status, 200);
    EXPECT_EQ(get("/fast", "X: y\r\n").status, 431);
}

TEST_F(ServerLife, ATableSwappedInIsUsedByTheNextRequest)
{
    serve();
    Client client(port);
    EXPECT_EQ(get(client, "/fast").status, 200);
    router.swap(RouteTable::build({}).value());
    EXPECT_EQ(get(client, "/fast").status, 404);
}

TEST_F(ServerLife, DrainFinishesWhatIsUnderWayAndClosesWhatIsIdle)
{
    std::promise<std::shared_ptr<Exchange>> kept;
    add("GET", "/later", [&](Exchange& exchange) {
        kept.set_value(exchange.shared_from_this());
        return Outcome::replied;
    });
    serve();
    Client idle(port);
    EXPECT_EQ(get(idle, "/fast").body, "fast");
    Client busy(port);
    busy.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    auto exchange = kept.get_future().get();
    auto drained = std::async(std::launch::async, [&] { server->drain(20s); });
    EXPECT_TRUE(idle.closedByServer());
    EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout) << "someone still waits for an answer";
    exchange->reply(textReply("finished"));
    exchange.reset();
    const auto answer = readAnswer(busy);
    EXPECT_EQ(answer.body, "finished");
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_TRUE(busy.closedByServer());
    drained.get();
    EXPECT_FALSE(Client(port).connected);
    EXPECT_EQ(server->openConnections(), 0);
}

TEST_F(ServerLife, DrainLetsInTheFirstRequestOfWhoHasJustCome)
{
    serve();
    Client idle(port);
    EXPECT_EQ(get(idle, "/fast").body, "fast");
    Client fresh(port);
    Client silent(port);
    while (server->openConnections() < 3)
        std::this_thread::yield();
    auto drained = std::async(std::launch::async, [&] { server->drain(20s); });
    EXPECT_TRUE(idle.closedByServer()) << "the drain has begun";
    const auto answer = get(fresh, "/fast");
    EXPECT_EQ(answer.body, "fast");
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_TRUE(silent.closedByServer()) << "it had nothing to ask, and waited for would be the whole patience";
    drained.get();
}

TEST_F(ServerLife, DrainClosesWhatIsLeftAfterItsPatience)
{
    std::shared_ptr<ReplyStream> stream;
    add("GET", "/stream", [&](Exchange& exchange) {
        stream = exchange.stream(textReply(""));
        stream->write("hello");
        return Outcome::replied;
    });
    serve();
    Client client(port);
    client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    client.readUntil("hello");
    server->drain(20ms);
    client.readAll();
    EXPECT_FALSE(client.timedOut);
    EXPECT_EQ(server->openConnections(), 0);
    stream.reset();
}

TEST_F(ServerLife, RequestsAndTheirClassesAreCounted)
{
    serve();
    Client client(port);
    get(client, "/fast");
    get(client, "/nowhere");
    client.send("bad\r\n\r\n");
    readAnswer(client);
    EXPECT_EQ(server->counts().requests, 2u);
    EXPECT_EQ(server->counts().byClass[2], 1u);
    EXPECT_EQ(server->counts().byClass[4], 1u);
    EXPECT_EQ(server->counts().byClass[0], 1u);
}

TEST_F(ServerLife, TheUnixDoorIsLocalAndTcpIsNot)
{
    add("GET", "/where", [](Exchange& exchange) {
        exchange.reply(textReply(std::string(exchange.peer()) + (exchange.local() ? " local" : "")));
        return Outcome::replied;
    });
    std::string pattern = (std::filesystem::temp_directory_path() / "netbit-edge-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    const auto path = pattern + "/door.sock";
    router.swap(RouteTable::build(routes).value());
    reactors.start();
    server = std::make_unique<Server>(reactors, router, gate, nullptr, limits);
    port = server->listenTcp("127.0.0.1", 0).value();
    ASSERT_TRUE(server->listenUnix(path).ok());
    server->start();
    Client local(path);
    EXPECT_EQ(get(local, "/where").body, "unix local");
    EXPECT_EQ(get("/where").body, "127.0.0.1");
    stop();
    std::filesystem::remove_all(pattern);
}

TEST_F(ServerLife, ManyClientsThatComeAndGoLeaveNothingBehind)
{
    add("GET", "/slow", [](Exchange& exchange) {
        exchange.reply(textReply("slow"));
        return Outcome::replied;
    }, false);
    serve();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([this, t] {
            for (int i = 0; i < 100; ++i) {
                Client client(port);
                EXPECT_EQ(get(client, (i + t) % 2 ? "/slow" : "/fast").status, 200);
                if (i % 5 == 0)
                    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"); // and does not wait for the answer
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_TRUE(eventually([&] { return server->openConnections() == 0; }));
}

} // namespace
} // namespace netbit::edge
