#include "cli/Tail.h"

#include "base/Json.h"
#include "cli/JsonFields.h"
#include "cli/tests/FakeServer.h"
#include "cli/tests/TempDir.h"

#include <Poco/Net/ServerSocket.h>
#include <gtest/gtest.h>
#include <thread>

namespace netbit::cli::test
{

namespace
{

/// The output of a person who leaves after so many lines: as a pipe whose reader is gone.
class ClosingOutput : public std::stringbuf
{
public:
    explicit ClosingOutput(int lines)
        : _left(lines)
    {
    }

protected:
    int_type overflow(int_type c) override { return take(c) ? std::stringbuf::overflow(c) : traits_type::eof(); }
    std::streamsize xsputn(const char* text, std::streamsize count) override
    {
        return _left > 0 ? std::stringbuf::xsputn(text, count) : 0;
    }
    int sync() override { return --_left > 0 ? 0 : -1; }

private:
    bool take(int_type) const { return _left > 0; }
    int _left;
};

std::string event(int id, int chat, int message)
{
    const auto text = std::to_string(message);
    return R"({"packet_type":"Event","event":{"id":)" + std::to_string(id) +
        R"(,"topic":"message.created","chat_id":)" + std::to_string(chat) + R"(,"data":{"id":)" + text +
        R"(,"chat_id":3,"sender_name":"bob","content":"m)" + text +
        R"(","message_type":"text","created_at":"2030-01-01T10:00:00.000Z"}}})" + "\n";
}

std::string changed(int id)
{
    return R"({"packet_type":"Event","event":{"id":)" + std::to_string(id) +
        R"(,"topic":"message.edited","chat_id":3,"data":{"id":2,"chat_id":3,"sender_name":"bob","content":"better","is_edited":true,)"
        R"("message_type":"text","created_at":"2030-01-01T10:00:00.000Z"}}})" + "\n";
}

TEST(Follow, GoesOnBehindTheLastEventAfterALostConnectionAndPrintsNothingTwice)
{
    const TempDir dir;
    const Environment config("XDG_CONFIG_HOME", dir.path());
    Poco::Net::ServerSocket listening(Poco::Net::SocketAddress("127.0.0.1", 0));
    const auto tcpPort = listening.address().port();
    FakeServer server("", [&](const Seen& seen) -> Answer {
        if (seen.target == "/api/server")
            return {200, R"({"version":"1","ports":{"tcp":)" + std::to_string(tcpPort) + "}}"};
        if (seen.target == "/api/auth/refresh")
            return {200, R"({"access_token":"new","refresh_token":"r2"})"};
        if (seen.target.starts_with("/api/chats/3/messages"))
            return {
                200,
                R"({"data":[{"id":1,"sender_name":"anna","content":"m1","message_type":"text","created_at":"2030-01-01T09:00:00.000Z"}]})"};
        return {200, R"({"id":3,"name":"room"})"};
    });

    std::vector<boost::json::value> subscriptions;
    std::vector<std::string> tokens;
    std::thread packets([&] {
        for (int connection = 0; connection < 2; ++connection) {
            auto socket = listening.acceptConnection();
            PacketReader reader;
            const auto next = [&]() -> boost::json::value {
                for (;;) {
                    if (auto packet = reader.next(); packet && *packet)
                        return **packet;
                    char buffer[512];
                    const int read = socket.receiveBytes(buffer, sizeof buffer);
                    if (read <= 0)
                        return {};
                    reader.feed({buffer, static_cast<std::size_t>(read)});
                }
            };
            const auto send = [&](const std::string& bytes) {
                socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
            };
            tokens.push_back(text(next(), "token"));
            if (connection == 0) { // the stored access token has expired
                send(R"({"message_id":0,"success":false,"error":"expired"})");
                tokens.push_back(text(next(), "token"));
            }
            send(R"({"message_id":0,"success":true})");
            subscriptions.push_back(next());
            // The first event overtakes the answer to Subscribe.
            send(event(10 + connection * 2, 3, 2 + connection * 2) + R"({"message_id":0,"success":true})");
            if (connection == 0)
                send(event(11, 9, 99)); // of another chat
            else
                send(event(12, 3, 4) + R"({"packet_type":"Reset","next_id":40})" + changed(39) + changed(41) + event(42, 3, 6));
            if (connection == 1)
                next(); // until the client goes
        }
    });

    Login login{server.url(), "anna", "old", "r1"};
    Person person(login, *Endpoint::fromUrl(server.url()), dir.path("netbit/login.json"));
    ASSERT_TRUE(saveLogin(dir.path("netbit/login.json"), login).ok());
    std::istringstream in;
    ClosingOutput buffer(4);
    std::ostream out(&buffer);
    std::ostringstream err;
    Terminal terminal{in, out, err};
    Tail tail(person, {3, "room"}, terminal, false);
    const auto done = tail.follow(1);
    packets.join();

    EXPECT_TRUE(done.ok()) << done.error().detail;
    EXPECT_EQ(buffer.str(),
              "2030-01-01 09:00 <anna> m1\n2030-01-01 10:00 <bob> m2\n2030-01-01 10:00 <bob> m4\n2030-01-01 10:00 "
              "<bob> better (edited)\n");
    EXPECT_EQ(tokens, (std::vector<std::string>{"old", "new", "new"}));
    ASSERT_EQ(subscriptions.size(), 2U);
    EXPECT_EQ(member(subscriptions[0], "after"), nullptr);
    EXPECT_EQ(integer(subscriptions[1], "after"), 11);
}

} // namespace

} // namespace netbit::cli::test
