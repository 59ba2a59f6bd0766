// Clients that dribble, stall or never read take nothing from the others.

#include "journey/Stage.h"
#include "support/TcpClient.h"

#include <algorithm>
#include <iostream>

namespace netbit::test {

namespace {

constexpr int each = 70;
constexpr int rounds = 60;
constexpr std::chrono::milliseconds bound{sanitized ? 5'000 : 1'000}; // generous: the machine may be busy with others

class SlowClients : public OnStage {
protected:
    void SetUp() override
    {
        _chat = makeChat(daemon(), ada(), "group", {bob()});
        auto http = as(ada());
        for (int i = 0; i < 100; ++i)
            say(http, _chat, std::string(2'000, 'x'));
    }

    /// Normal requests while `disturb` does its worst between them; every answer within the bound.
    template <class Disturb>
    void expectService(Disturb disturb)
    {
        auto http = as(bob());
        TcpClient tcp(daemon().tcp(), bob().token);
        std::vector<std::chrono::microseconds> took;
        for (int i = 0; i < rounds; ++i) {
            disturb(i);
            const auto begun = std::chrono::steady_clock::now();
            http.expect(200, "GET", messagesOf(_chat, "limit=10"));
            say(http, _chat, "still here");
            ASSERT_TRUE(truthAt(tcp.ask(sendPacket(_chat, "here too")), "/success"));
            took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun));
        }
        std::sort(took.begin(), took.end());
        std::cout << "read, send over HTTP, send over TCP: median " << took[took.size() / 2].count() << " us, longest "
                  << took.back().count() << " us\n";
        EXPECT_LT(took.back(), bound);
    }

    /// Sends, however the server takes it: it may have had enough of this client.
    static void force(Socket& socket, std::string_view bytes)
    {
        try {
            socket.send(bytes, Deadline(std::chrono::milliseconds(0)));
        } catch (const std::exception&) {
            // Closed, or not taken now.
        }
    }

    std::int64_t _chat = 0;
};

} // namespace

TEST_F(SlowClients, TwoHundredThatDribbleAndStallLeaveTheServiceAsItWas)
{
    std::vector<Socket> heads;
    std::vector<Socket> bodies;
    std::vector<Socket> readers;
    const auto signedIn = "Host: a\r\nAuthorization: Bearer " + ada().token + "\r\n";
    for (int i = 0; i < each; ++i) {
        heads.push_back(Socket::tcp(daemon().http()));
        force(heads.back(), "GET /healthz HTTP/1.1\r\nX: ");
        bodies.push_back(Socket::tcp(daemon().http()));
        force(bodies.back(), "POST " + messagesOf(_chat) + " HTTP/1.1\r\n" + signedIn + "Content-Length: 10000\r\n\r\n{\"content\":\"");
        readers.push_back(Socket::tcp(daemon().http(), {}, 4'096));
        std::string many;
        for (int request = 0; request < 20; ++request)
            many += "GET " + messagesOf(_chat, "limit=100") + " HTTP/1.1\r\n" + signedIn + "\r\n";
        force(readers.back(), many);
    }
    expectService([&](int) {
        for (auto& socket : heads)
            force(socket, "a");
        for (auto& socket : bodies)
            force(socket, "b");
    });
}

TEST_F(SlowClients, TcpClientsThatNeverReadAreNoBurden)
{
    std::vector<std::unique_ptr<TcpClient>> clients;
    const auto ask = json::serialize(json::object{{"packet_type", "GetMessages"}, {"chat_id", _chat}, {"limit", 100}});
    std::string many;
    for (int i = 0; i < 50; ++i)
        many += ask;
    for (int i = 0; i < each; ++i) {
        clients.push_back(std::make_unique<TcpClient>(daemon().tcp(), ada().token));
        force(clients.back()->socket(), R"({"packet_type":"Subscribe","after":0})");
    }
    const auto before = integerAt(daemon().admin().expect(200, "GET", "/admin/status"), "/rss_bytes");
    expectService([&](int) {
        for (auto& client : clients)
            force(client->socket(), many);
    });
    const auto after = integerAt(daemon().admin().expect(200, "GET", "/admin/status"), "/rss_bytes");
    if (!sanitized) {
        EXPECT_LT(after - before, std::int64_t{4} * 1'048'576 * each) << "More than the hard mark for each.";
    }
}

TEST_F(SlowClients, AHeadThatNeverEndsIsEndedByTheServer)
{
    Daemon strict({"http.head_timeout_ms=300", "http.body_timeout_ms=300"});
    RawHttp head(Socket::tcp(strict.http()));
    head.send("GET /healthz HTTP/1.1\r\nX: ");
    EXPECT_EQ(head.read().status, 408);
    EXPECT_TRUE(head.endsHere());
    RawHttp body(Socket::tcp(strict.http()));
    body.send("POST /api/auth/refresh HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
    EXPECT_EQ(body.read().status, 408);
    EXPECT_TRUE(body.endsHere());
}

} // namespace netbit::test
