// Connections of a plugin: from other threads, in the middle of a call, and when the plugin goes.
#include "tests/fault/HostFixture.h"

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>

namespace netbit::fault_test {

using namespace std::chrono_literals;

class Wire : public HostFixture {
protected:
    void SetUp() override
    {
        install("wire");
        ASSERT_TRUE(load());
        expectState("wire", "live");
    }

    Poco::Net::StreamSocket connect()
    {
        Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", portOf("wire", "tcp")));
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
        for (char c = 0; c != '\n';) {
            try {
                if (socket.receiveBytes(&c, 1) != 1)
                    return out + "<end>";
            } catch (const Poco::Net::NetException&) {
                return out + "<reset>";
            }
            out += c;
        }
        return out;
    }
};

TEST_F(Wire, EchoesInPieces)
{
    auto socket = connect();
    send(socket, "hel");
    send(socket, "lo\nwor");
    EXPECT_EQ("hello\n", line(socket));
    send(socket, "ld\n");
    EXPECT_EQ("world\n", line(socket));
    EXPECT_EQ("1", get("/wire/sessions").body);
}

TEST_F(Wire, ManySendsFromAWorkerArriveInOrderAndBeforeWhatIsRunAfterThem)
{
    auto socket = connect();
    const std::string text(5000, 'x');
    send(socket, "worker abc" + text + "\n");
    EXPECT_EQ("abc" + text + "!\n", line(socket));
}

TEST_F(Wire, WhatTheReactorSendsDoesNotOvertakeWhatAWorkerHasSentBefore)
{
    auto socket = connect();
    send(socket, "turns\n");
    EXPECT_EQ("first second\n", line(socket));
}

TEST_F(Wire, ClosesAfterWhatWasSent)
{
    auto socket = connect();
    send(socket, "close\nmore\n");
    EXPECT_EQ("bye\n", line(socket));
    EXPECT_EQ("<end>", line(socket));
    EXPECT_TRUE(eventually([&] { return get("/wire/sessions").body == "0"; })) << get("/wire/sessions").body;
}

TEST_F(Wire, CloseNowDoesNotTellWithinTheCallThatClosed)
{
    auto socket = connect();
    send(socket, "now\n");
    EXPECT_NE(std::string::npos, line(socket).find('<'));
    EXPECT_TRUE(eventually([&] { return get("/wire/sessions").body == "0"; })) << get("/wire/sessions").body;
}

TEST_F(Wire, AnExceptionInDataClosesThatConnectionOnly)
{
    auto bad = connect();
    auto good = connect();
    send(bad, "throw\n");
    EXPECT_NE(std::string::npos, line(bad).find('<'));
    send(good, "still\n");
    EXPECT_EQ("still\n", line(good));
    EXPECT_TRUE(eventually([&] { return get("/wire/sessions").body == "1"; }));
}

TEST_F(Wire, EchoesDatagrams)
{
    Poco::Net::DatagramSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
    socket.setReceiveTimeout(Poco::Timespan(5, 0));
    socket.sendTo("ping", 4, Poco::Net::SocketAddress("127.0.0.1", portOf("wire", "udp")));
    char out[16];
    Poco::Net::SocketAddress from;
    EXPECT_EQ(4, socket.receiveFrom(out, sizeof out, from));
}

TEST_F(Wire, OpenConnectionsEndWithThePlugin)
{
    auto socket = connect();
    send(socket, "hello\n");
    EXPECT_EQ("hello\n", line(socket));
    const auto port = portOf("wire", "tcp");
    loader().stopAll(500ms);
    expectState("wire", "stopped");
    EXPECT_NE(std::string::npos, line(socket).find('<'));
    EXPECT_THROW(Poco::Net::StreamSocket(Poco::Net::SocketAddress("127.0.0.1", port)), Poco::Net::NetException);
}

} // namespace netbit::fault_test
