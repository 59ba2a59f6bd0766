#include "net/Listener.h"
#include "net/Reactor.h"
#include "net/tests/Client.h"

#include <gtest/gtest.h>

#include <future>
#include <set>

namespace netbit::net {
namespace {

using tests::eventually;
using tests::patience;

class Peer {
public:
    explicit Peer(std::uint16_t port)
    {
        _descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const timeval limit{patience.count(), 0};
        ::setsockopt(_descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(_descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    ~Peer() { ::close(_descriptor); }
    void send(std::string_view bytes) { EXPECT_GE(::send(_descriptor, bytes.data(), bytes.size(), 0), 0); }
    std::string receive()
    {
        std::string buffer(70'000, '\0');
        const auto got = ::recv(_descriptor, buffer.data(), buffer.size(), 0);
        buffer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return buffer;
    }

private:
    int _descriptor;
};

class DatagramTest : public testing::Test {
protected:
    void serve(DatagramSocket::Handler handler)
    {
        reactors.start();
        auto bound = DatagramSocket::bind(reactors, {});
        ASSERT_TRUE(bound.ok()) << bound.error().detail;
        socket = std::move(bound).value();
        socket->start(std::move(handler));
    }
    void TearDown() override { socket.reset(); }
    ReactorPool reactors{1};
    std::unique_ptr<DatagramSocket> socket;
};

void echo(DatagramSocket& socket, const DatagramAddress& from, std::string_view bytes) { socket.send(from, bytes); }

TEST_F(DatagramTest, EveryOneOfABurstIsAnswered)
{
    serve(echo);
    Peer peer(socket->port());
    std::set<std::string> expected;
    std::set<std::string> got;
    for (int i = 0; i < 150; ++i) {
        peer.send("packet " + std::to_string(i));
        expected.insert("packet " + std::to_string(i));
    }
    for (int i = 0; i < 150; ++i)
        got.insert(peer.receive());
    EXPECT_EQ(got, expected);
}

TEST_F(DatagramTest, TheLongestDatagramAndAnEmptyOneArriveWhole)
{
    serve([](DatagramSocket& each, const DatagramAddress& from, std::string_view bytes) {
        each.send(from, std::to_string(bytes.size()));
    });
    Peer peer(socket->port());
    peer.send(std::string(65'507, 'x'));
    EXPECT_EQ(peer.receive(), "65507");
    peer.send("");
    EXPECT_EQ(peer.receive(), "0");
}

TEST_F(DatagramTest, AnAddressKeptCanBeSentToFromAnotherThread)
{
    std::promise<DatagramAddress> kept;
    serve([&](DatagramSocket&, const DatagramAddress& from, std::string_view) { kept.set_value(from); });
    Peer peer(socket->port());
    peer.send("hello");
    const auto address = kept.get_future().get();
    EXPECT_TRUE(address == address);
    EXPECT_TRUE(address.text().starts_with("127.0.0.1:")) << address.text();
    EXPECT_TRUE(socket->send(address, "later"));
    EXPECT_EQ(peer.receive(), "later");
}

TEST_F(DatagramTest, NoHandlerRunsAfterStopAndSendSaysFalse)
{
    std::atomic<int> calls{0};
    std::promise<DatagramAddress> kept;
    serve([&](DatagramSocket&, const DatagramAddress& from, std::string_view) {
        if (calls++ == 0)
            kept.set_value(from);
    });
    Peer peer(socket->port());
    peer.send("one");
    const auto address = kept.get_future().get();
    socket->stop();
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(socket->send(address, "late"));
}

TEST_F(DatagramTest, AHandlerMayStopItsSocket)
{
    std::promise<void> stopped;
    serve([&](DatagramSocket& each, const DatagramAddress& from, std::string_view) {
        each.send(from, "never sent");
        each.stop();
        stopped.set_value();
    });
    Peer peer(socket->port());
    peer.send("stop");
    EXPECT_EQ(stopped.get_future().wait_for(patience), std::future_status::ready);
}

TEST_F(DatagramTest, AnAddressInUseIsAnError)
{
    serve(echo);
    DatagramOptions same;
    same.port = socket->port();
    const auto second = DatagramSocket::bind(reactors, same);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, "address_in_use");
}

} // namespace
} // namespace netbit::net
