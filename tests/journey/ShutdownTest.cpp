// SIGTERM while clients of every kind are connected.

#include "journey/Stage.h"
#include "support/TcpClient.h"

namespace netbit::test {

TEST(Shutdown, IsNotHeldUpByThoseWhoOnlyListen)
{
    Stage stage;
    auto& daemon = stage.daemon;
    RawHttp stream(Socket::tcp(daemon.http()));
    stream.send("GET /api/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + stage.ada.token + "\r\n\r\n");
    ASSERT_EQ(stream.readHead().status, 200);
    TcpClient subscriber(daemon.tcp(), stage.bob.token);
    ASSERT_TRUE(truthAt(subscriber.ask(R"({"packet_type":"Subscribe"})"), "/success"));
    auto idle = daemon.client(stage.ada.token);
    ASSERT_EQ(idle.get("/api/user/profile").status, 200);

    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(daemon.stop(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5)) << "the patience is 10 s";
    EXPECT_TRUE(stream.rest().ends_with("0\r\n\r\n")) << "a stream that the server ends has its end";
}

} // namespace netbit::test
