// What netbit/draft/bodies.h promises, asked by a plugin in C (taker.c).
#include "tests/fault/HostFixture.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <thread>

namespace netbit::fault_test {

class BodiesTable : public HostFixture {
protected:
    void SetUp() override
    {
        install("taker");
        ASSERT_TRUE(load());
        expectState("taker", "live");
    }
    Poco::Net::StreamSocket begin(const std::string& path, std::size_t size) const
    {
        Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", port()));
        socket.setReceiveTimeout(Poco::Timespan(10, 0));
        send(socket, "POST /taken/" + path + " HTTP/1.0\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
        return socket;
    }
    /// As much as the server takes: it may answer and close before.
    static void send(Poco::Net::StreamSocket& socket, const std::string& bytes)
    {
        try {
            for (std::size_t sent = 0; sent < bytes.size();)
                sent += static_cast<std::size_t>(socket.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent)));
        } catch (const Poco::IOException&) {
        }
    }
    static std::string rest(Poco::Net::StreamSocket& socket)
    {
        std::string all;
        char buffer[4096];
        for (int got = 0; (got = socket.receiveBytes(buffer, sizeof buffer)) > 0;)
            all.append(buffer, static_cast<std::size_t>(got));
        return all;
    }
    std::string post(const std::string& path, std::size_t size) const
    {
        auto socket = begin(path, size);
        send(socket, std::string(size, 'x'));
        const auto all = rest(socket);
        return all.substr(std::min(all.find("\r\n\r\n") + 4, all.size()));
    }
    bool endedAre(int count) const
    {
        return eventually([&] { return get("/taken/state").body == std::to_string(count); });
    }
};

TEST_F(BodiesTable, EveryByteComesOnceAndEndedIsTheLastCall)
{
    EXPECT_EQ(post("plain", 3'000'000), "3000000 in pieces");
    EXPECT_EQ(post("plain", 0), "0 in none");
    EXPECT_TRUE(endedAre(2));
}

TEST_F(BodiesTable, APieceThatWouldBlockIsFollowedByNoneUntilResume)
{
    EXPECT_EQ(post("waiting", 3'000'000), "3000000 in pieces");
    EXPECT_EQ(post("hasty", 3'000'000), "3000000 in pieces") << "a resume that comes early counts";
    EXPECT_TRUE(endedAre(2));
}

TEST_F(BodiesTable, WhoWantsNoMoreAnswersBeforeTheEnd)
{
    auto socket = begin("stopping", 5'000'000);
    send(socket, std::string(5'000'000, 'x'));
    EXPECT_NE(rest(socket).find("enough"), std::string::npos);
    EXPECT_TRUE(endedAre(1));
}

TEST_F(BodiesTable, AClientThatGoesEndsIt)
{
    {
        auto socket = begin("plain", 1'000);
        send(socket, "half");
        auto other = begin("waiting", 1'000'000);
        send(other, std::string(500'000, 'x'));
    }
    EXPECT_TRUE(endedAre(2));
    EXPECT_NE(post("plain", 10'000'001).find("body_too_large"), std::string::npos);
    EXPECT_TRUE(endedAre(3));
}

TEST_F(BodiesTable, ARouteThatIsNotStreamedHasNoneToReceive)
{
    EXPECT_EQ(post("whole", 3), "not_streamed");
}

TEST_F(BodiesTable, ManyAtOnceKeepTheirOwn)
{
    std::vector<std::thread> clients;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; ++i)
        clients.emplace_back([&, i] {
            for (int j = 0; j < 4; ++j) {
                const auto size = static_cast<std::size_t>(100'000 * i + j);
                if (post(i % 2 ? "plain" : "waiting", size).starts_with(std::to_string(size) + " in "))
                    ++good;
            }
        });
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(good, 32);
    EXPECT_TRUE(endedAre(32));
}

} // namespace netbit::fault_test
