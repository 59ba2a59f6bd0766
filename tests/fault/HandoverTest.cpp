// What a generation has in hand goes on in the next one: connections, datagrams, streams, its place in the log, its beat.
#include "tests/fault/HostFixture.h"

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>

#include <future>
#include <sstream>

namespace netbit::fault_test {

using namespace std::chrono_literals;

class Handover : public HostFixture {
protected:
    enum Behaviour { good = 7, thawRefuses = 8, failsInStart = 9, noThaw = 10, fewConnections = 11, otherAddress = 12 };

    void SetUp() override
    {
        install("moves");
        ASSERT_TRUE(load());
        expectState("moves", "live");
    }

    /// The next generation behaves so.
    base::Result<void> reload(Behaviour behaviour = good, std::chrono::milliseconds patience = 5s)
    {
        auto manifest = manifestOf("moves");
        const std::string_view from = "\"default\" : 7";
        manifest.replace(manifest.find(from), from.size(), "\"default\" : " + std::to_string(behaviour));
        write("plugins/moves.json", manifest);
        return loader().reload("moves", patience);
    }
    bool drained(std::chrono::milliseconds within = 3s)
    {
        const auto until = std::chrono::steady_clock::now() + within;
        return eventually([&] {
            loader().tend();
            return loader().draining() == 0 || std::chrono::steady_clock::now() > until;
        }) && loader().draining() == 0;
    }
    std::int64_t count(const std::string& key) const { return std::stoll(get("/moves/count?key=" + key).body); }

    Poco::Net::StreamSocket connect(const std::string& address = "127.0.0.1")
    {
        Poco::Net::StreamSocket socket(Poco::Net::SocketAddress(address, portOf("moves", "tcp")));
        socket.setReceiveTimeout(Poco::Timespan(5, 0));
        return socket;
    }
    static void send(Poco::Net::StreamSocket& socket, const std::string& text)
    {
        socket.sendBytes(text.data(), static_cast<int>(text.size()));
    }
    /// Everything up to the end of the line, or of the connection.
    static std::string line(Poco::Net::StreamSocket& socket)
    {
        std::string out;
        for (char c = 0;;) {
            try {
                if (socket.receiveBytes(&c, 1) != 1)
                    return out + "<end>";
            } catch (const Poco::Net::NetException&) {
                return out + "<reset>";
            } catch (const Poco::TimeoutException&) {
                return out + "<nothing>";
            }
            if (c == '\n')
                return out;
            out += c;
        }
    }
    static std::string ask(Poco::Net::StreamSocket& socket, const std::string& text)
    {
        send(socket, text + "\n");
        return line(socket);
    }
    Poco::Net::StreamSocket stream(const std::string& name)
    {
        Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", httpPort()));
        socket.setReceiveTimeout(Poco::Timespan(5, 0));
        send(socket, "GET /moves/stream?name=" + name + " HTTP/1.0\r\nHost: x\r\n\r\n"); // 1.0: no chunks in between
        while (line(socket) != "\r") { }
        return socket;
    }
};

TEST_F(Handover, AConnectionGoesOnInTheNextGeneration)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "set one"));
    EXPECT_EQ("get one at 1", ask(socket, "get"));
    for (int i = 2; i < 6; ++i) {
        ASSERT_TRUE(reload());
        ASSERT_TRUE(drained());
        EXPECT_EQ("get one at " + std::to_string(i), ask(socket, "get"));
    }
    EXPECT_EQ(4, count("moved"));
    EXPECT_EQ(0, count("sent-after-move"));
    auto later = connect(); // the socket is the same, and serves on
    EXPECT_EQ("get  at 5", ask(later, "get"));
}

TEST_F(Handover, AReloadDoesNotWaitForTheDrain)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "stay"));
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_TRUE(reload(good, 60s));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
    EXPECT_EQ("2", get("/moves/at").body);
    EXPECT_EQ(1U, loader().draining());
}

TEST_F(Handover, HalfALineIsOfferedToTheNewSession)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "set two"));
    send(socket, "ge");
    ASSERT_TRUE(reload());
    ASSERT_TRUE(drained());
    EXPECT_EQ("get two at 2", ask(socket, "t"));
}

TEST_F(Handover, AnswersThatAreOwedComeFirst)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "set three"));
    send(socket, "owe 300\n");
    ASSERT_EQ("get three at 1", ask(socket, "get")); // so it has been read
    ASSERT_TRUE(reload());
    loader().tend();
    send(socket, "get\n"); // comes while it would block: for the new one
    EXPECT_EQ(1U, loader().draining());
    ASSERT_TRUE(drained());
    EXPECT_EQ("paid", line(socket));
    EXPECT_EQ("get three at 2", line(socket));
    EXPECT_GT(count("blocked"), 1);
}

TEST_F(Handover, WhatCannotMoveIsServedByTheOldOneUntilItsPatienceIsOver)
{
    auto stays = connect();
    auto moves = connect();
    EXPECT_EQ("ok", ask(stays, "stay"));
    EXPECT_EQ("ok", ask(moves, "set m"));
    ASSERT_TRUE(reload(good, 600ms));
    loader().tend();
    EXPECT_EQ("get  at 1", ask(stays, "get"));
    EXPECT_EQ("get m at 2", ask(moves, "get"));
    ASSERT_TRUE(drained());
    EXPECT_EQ("<end>", line(stays));
    EXPECT_EQ("get m at 2", ask(moves, "get"));
}

TEST_F(Handover, WhatTheNewOneDoesNotThawIsClosed)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "set x"));
    ASSERT_TRUE(reload(thawRefuses));
    ASSERT_TRUE(drained());
    EXPECT_EQ("<end>", line(socket));
    auto fresh = connect();
    EXPECT_EQ("get  at 2", ask(fresh, "get"));
}

TEST_F(Handover, WithoutThawConnectionsStayWhereTheyAre)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "set x"));
    ASSERT_TRUE(reload(noThaw, 60s));
    loader().tend();
    EXPECT_EQ("get x at 1", ask(socket, "get"));
    ASSERT_TRUE(reload(good)); // and move as soon as there is somebody to take them
    ASSERT_TRUE(drained());
    EXPECT_EQ("get x at 3", ask(socket, "get"));
}

TEST_F(Handover, AGenerationThatDoesNotStartChangesNothing)
{
    auto socket = connect();
    auto events = stream("s");
    EXPECT_EQ("ok", ask(socket, "set x"));
    const auto port = portOf("moves", "tcp");
    const auto failed = reload(failsInStart);
    ASSERT_FALSE(failed);
    EXPECT_EQ("moves 1.0.0 was not taken: It does not start. Version 1.0.0 serves on.", failed.error().detail);
    EXPECT_EQ(0U, loader().draining());
    EXPECT_EQ("get x at 1", ask(socket, "get"));
    EXPECT_EQ(port, portOf("moves", "tcp"));
    auto fresh = connect();
    EXPECT_EQ("get  at 1", ask(fresh, "get"));
    EXPECT_NE(std::string::npos, line(events).find("at 1"));
}

TEST_F(Handover, OtherLimitsHoldFromTheSwapOn)
{
    auto one = connect();
    auto two = connect();
    auto three = connect();
    EXPECT_EQ("ok", ask(three, "set x"));
    ASSERT_TRUE(reload(fewConnections));
    ASSERT_TRUE(drained());
    EXPECT_EQ("get x at 2", ask(three, "get")); // who is there stays
    auto four = connect();
    EXPECT_NE(std::string::npos, line(four).find('<'));
}

TEST_F(Handover, AnotherAddressIsAnotherSocket)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "set x"));
    const auto before = portOf("moves", "tcp");
    ASSERT_TRUE(reload(otherAddress, 500ms));
    auto fresh = connect("127.0.0.2");
    EXPECT_EQ("get  at 2", ask(fresh, "get"));
    EXPECT_EQ("get x at 1", ask(socket, "get"));
    EXPECT_THROW(Poco::Net::StreamSocket(Poco::Net::SocketAddress("127.0.0.1", before)), Poco::Net::NetException);
    ASSERT_TRUE(drained());
    EXPECT_EQ("<end>", line(socket));
}

TEST_F(Handover, AHandleThatTheOldOneHasKeptIsClosed)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "set x"));
    send(socket, "late\n");
    ASSERT_TRUE(eventually([&] { return socket.available() > 0; }));
    ASSERT_TRUE(reload());
    ASSERT_TRUE(drained());
    EXPECT_EQ(1, count("late-closed"));
    const auto rest = ask(socket, "get");
    EXPECT_EQ("get x at 2", rest.substr(rest.find_first_not_of('.')));
}

TEST_F(Handover, WhoHasEndedItsSideIsToldToTheNewOneToo)
{
    auto socket = connect();
    EXPECT_EQ("ok", ask(socket, "set x"));
    send(socket, "owe 300\nget\n");
    ASSERT_EQ("get x at 1", line(socket));
    ASSERT_TRUE(reload());
    loader().tend();
    socket.shutdownSend();
    ASSERT_TRUE(drained());
    EXPECT_EQ("paid", line(socket));
    EXPECT_EQ("bye", line(socket));
    EXPECT_EQ("<end>", line(socket));
}

TEST_F(Handover, DatagramsGoOnWithTheirState)
{
    Poco::Net::DatagramSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
    socket.setReceiveTimeout(Poco::Timespan(5, 0));
    const Poco::Net::SocketAddress server("127.0.0.1", portOf("moves", "udp"));
    const auto ping = [&] {
        socket.sendTo("x", 1, server);
        char out[64];
        Poco::Net::SocketAddress from;
        return std::string(out, static_cast<std::size_t>(socket.receiveFrom(out, sizeof out, from)));
    };
    EXPECT_EQ("1 at 1", ping());
    EXPECT_EQ("2 at 1", ping());
    ASSERT_TRUE(reload());
    EXPECT_EQ("3 at 2", ping());
    ASSERT_TRUE(reload());
    ASSERT_TRUE(reload());
    EXPECT_EQ("4 at 4", ping());
    ASSERT_TRUE(drained());
    EXPECT_EQ("5 at 4", ping());
}

TEST_F(Handover, AStreamGoesOnAndLeavesOutNothing)
{
    auto fast = stream("fast");
    auto slow = stream("slow"); // it would block a few times
    long lastFast = 0;
    long lastSlow = 0;
    long generationsSeen = 0;
    const auto read = [&](Poco::Net::StreamSocket& socket, const std::string& name, long& last) {
        std::istringstream words(line(socket));
        std::string who;
        std::string word;
        long at = 0;
        long generation = 0;
        words >> who >> at >> word >> generation;
        EXPECT_EQ(name, who);
        EXPECT_EQ(last + 1, at);
        last = at;
        generationsSeen = std::max(generationsSeen, generation);
    };
    for (int i = 0; i < 10; ++i) {
        for (int each = 0; each < 10; ++each) {
            read(fast, "fast", lastFast);
            read(slow, "slow", lastSlow);
        }
        ASSERT_TRUE(reload());
        ASSERT_TRUE(drained());
    }
    while (generationsSeen < 10 && !HasFailure()) // what was written is ahead of what was read
        read(fast, "fast", lastFast);
    EXPECT_EQ(20, count("streams-moved"));
    EXPECT_EQ(0, count("streams-at-quiesce")); // quiesce came behind them
}

TEST_F(Handover, AStreamThatIsNotThawedEnds)
{
    auto socket = stream("x");
    EXPECT_EQ("x 1 at 1", line(socket));
    ASSERT_TRUE(reload(thawRefuses));
    ASSERT_TRUE(drained());
    std::string last;
    while ((last = line(socket)).find('<') == std::string::npos) { }
    EXPECT_EQ("<end>", last);
}

TEST_F(Handover, AStreamWhoseClientGoesIsGone)
{
    {
        auto socket = stream("x");
        EXPECT_EQ("x 1 at 1", line(socket));
        ASSERT_TRUE(reload());
        ASSERT_TRUE(drained());
    }
    ASSERT_TRUE(reload());
    EXPECT_TRUE(drained());
}

TEST_F(Handover, RequestsUnderWayAreAnsweredByWhoHasThem)
{
    for (const auto* const path : {"/moves/slow", "/moves/deferred"}) {
        const auto at = std::stoi(get("/moves/at").body);
        auto asked = std::async(std::launch::async, [&] { return get(path); });
        ASSERT_TRUE(eventually([&] { return border().live().front()->inFlight() > 0; }));
        std::this_thread::sleep_for(20ms); // the handler, not a timer
        ASSERT_TRUE(reload());
        EXPECT_EQ(std::to_string(at + 1), get("/moves/at").body);
        const auto answer = asked.get();
        EXPECT_EQ(200, answer.status);
        EXPECT_EQ("slow at " + std::to_string(at), answer.body);
        EXPECT_TRUE(drained());
    }
}

TEST_F(Handover, ANamedSubscriptionGoesOnExactlyOnce)
{
    constexpr int events = 400;
    std::int64_t ids = 0;
    std::atomic<int> written{0};
    for (int i = 0; i < events; ++i) {
        ASSERT_TRUE(this->events().publishDurable(nullptr, "moves.test", 0, "{}",
                                                  [&](const base::Result<services::Completed>&) { ++written; }));
        if (i % 40 == 39) {
            ASSERT_TRUE(reload()); // without a pause: several wait for each other's end
        }
    }
    ASSERT_TRUE(eventually([&] { return written == events; }));
    for (int i = 1; i <= events; ++i)
        ids += i;
    EXPECT_TRUE(eventually([&] { return count("events") >= events; }));
    EXPECT_TRUE(drained());
    EXPECT_EQ(events, count("events"));
    EXPECT_EQ(ids, count("event-ids"));
}

TEST_F(Handover, TimersKeepTheirBeat)
{
    // Reloads come faster than the period: without the beat no run would ever be due. On a machine so slow that they do
    // not, the beats are right all the same.
    const auto begun = std::chrono::steady_clock::now();
    for (int reloads = 0; reloads < 14; ++reloads) {
        ASSERT_TRUE(reload());
        std::this_thread::sleep_for(100ms);
    }
    const auto beats = count("beats");
    const auto periods = (std::chrono::steady_clock::now() - begun) / 300ms;
    EXPECT_GE(beats, periods - 1);
    EXPECT_LE(beats, periods + 2); // the first period began before
}

TEST_F(Handover, ManyReloadsUnderUse)
{
    auto socket = connect();
    auto events = stream("s");
    EXPECT_EQ("ok", ask(socket, "set x"));
    std::atomic<bool> stop{false};
    std::atomic<int> asked{0};
    std::atomic<int> failed{0};
    std::vector<std::future<void>> users;
    for (const auto* const path : {"/moves/at", "/moves/count?key=x", "/moves/at"})
        users.push_back(std::async(std::launch::async, [&, path] {
            for (; !stop; ++asked)
                if (get(path).status != 200)
                    ++failed;
        }));
    long last = 0;
    for (int i = 0; i < 60; ++i) {
        const auto done = reload(good, 2s);
        ASSERT_TRUE(done) << done.error().detail;
        EXPECT_EQ("get x at ", ask(socket, "get").substr(0, 9));
        std::istringstream words(line(events));
        std::string who;
        long at = 0;
        words >> who >> at;
        EXPECT_EQ(++last, at);
    }
    stop = true;
    for (auto& user : users)
        user.get();
    EXPECT_TRUE(drained());
    EXPECT_GT(asked, 100);
    EXPECT_EQ(0, failed);
}

} // namespace netbit::fault_test
