// Sockets that somebody else has bound and keeps: found by their address, lent as often as asked, closed by nobody.
#include "net/InheritedSockets.h"
#include "net/Listener.h"
#include "net/Reactor.h"
#include "net/tests/Client.h"

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

namespace netbit::net {
namespace {

using Poco::Net::SocketAddress;
using tests::eventually;

const SocketAddress anywhere("127.0.0.1", 0);

TEST(InheritedSockets, AreFoundByAddressAndKindAlone)
{
    Poco::Net::ServerSocket tcp(anywhere);
    Poco::Net::DatagramSocket udp(anywhere);
    const InheritedSockets sockets({::dup(tcp.impl()->sockfd()), ::dup(udp.impl()->sockfd())});
    EXPECT_EQ(sockets.unused(), (std::vector<std::string>{"tcp " + tcp.address().toString(), "udp " + udp.address().toString()}));
    EXPECT_TRUE(sockets.find(tcp.address(), SOCK_STREAM));
    EXPECT_EQ(sockets.unused(), (std::vector<std::string>{"udp " + udp.address().toString()}));
    EXPECT_TRUE(sockets.find(udp.address(), SOCK_DGRAM));
    EXPECT_FALSE(sockets.find(tcp.address(), SOCK_DGRAM));
    EXPECT_FALSE(sockets.find(SocketAddress("127.0.0.2", tcp.address().port()), SOCK_STREAM));
}

TEST(InheritedSockets, AConnectedOneOrAFileIsNoneToListenAt)
{
    Poco::Net::ServerSocket server(anywhere);
    Poco::Net::StreamSocket client(server.address());
    const InheritedSockets sockets({::dup(client.impl()->sockfd()), ::dup(STDERR_FILENO)});
    EXPECT_TRUE(sockets.unused().empty());
}

TEST(InheritedSockets, WhoConnectsBetweenTwoListenersIsServedByTheSecond)
{
    Poco::Net::ServerSocket bound(anywhere);
    const auto port = bound.address().port();
    const InheritedSockets sockets({::dup(bound.impl()->sockfd())});
    bound.close();
    ReactorPool reactors(1, &sockets);
    reactors.start();
    StreamOptions options;
    options.port = port;
    const auto listen = [&] { return StreamListener::bind(reactors, options); };
    {
        auto first = listen();
        ASSERT_TRUE(first.ok()) << first.error().detail;
        EXPECT_EQ((*first)->port(), port);
        (*first)->start([](Connection&) { return nullptr; });
    }
    Poco::Net::StreamSocket early(SocketAddress("127.0.0.1", port)); // nobody listens: it waits
    auto second = listen();
    ASSERT_TRUE(second.ok()) << second.error().detail;
    std::atomic<int> served{0};
    (*second)->start([&](Connection&) {
        ++served;
        return nullptr;
    });
    EXPECT_TRUE(eventually([&] { return served == 1; }));
    second->reset();
    reactors.stop();
}

TEST(InheritedSockets, DatagramsAreTakenFromOne)
{
    Poco::Net::DatagramSocket bound(anywhere);
    const auto address = bound.address();
    const InheritedSockets sockets({::dup(bound.impl()->sockfd())});
    ReactorPool reactors(1, &sockets);
    reactors.start();
    auto socket = DatagramSocket::bind(reactors, {.port = address.port()});
    ASSERT_TRUE(socket.ok()) << socket.error().detail;
    std::atomic<int> got{0};
    (*socket)->start([&](DatagramSocket&, const DatagramAddress&, std::string_view) { ++got; });
    Poco::Net::DatagramSocket client(SocketAddress::IPv4);
    client.sendTo("x", 1, address);
    EXPECT_TRUE(eventually([&] { return got == 1; }));
    socket->reset();
    reactors.stop();
}

} // namespace
} // namespace netbit::net
