// A server that answers nonsense: the client says so, or tries again, and never falls over.
#include "cli/chat/Asker.h"
#include "cli/chat/Live.h"
#include "cli/chat/Nearby.h"
#include "cli/chat/Picture.h"
#include "cli/tests/FakeServer.h"
#include "cli/tests/TempDir.h"

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <gtest/gtest.h>
#include <random>
#include <sodium.h>
#include <thread>

namespace netbit::cli::chat::test
{

namespace
{

using cli::test::TempDir;

std::string noise(std::mt19937& random, std::size_t most)
{
    static constexpr std::string_view parts[] = {"{\"packet_type\":\"Event\",\"event\":{",
                                                 "\"id\":1,",
                                                 "\"data\":[",
                                                 "}",
                                                 "{",
                                                 "\"success\":true,",
                                                 "\"client_id\":\"k\"",
                                                 "null",
                                                 "\x00\x01",
                                                 "\xff\xfe",
                                                 "\n",
                                                 "\"topic\":\"message.created\",",
                                                 "{\"packet_type\":\"Reset\",\"next_id\":-9}",
                                                 "[[[[[[[[",
                                                 "\"",
                                                 "\\u0000",
                                                 "1e999",
                                                 "{\"success\":true}",
                                                 "{\"packet_type\":7}"};
    std::string out;
    while (out.size() < most && random() % 12 != 0) {
        if (random() % 3 == 0)
            for (auto left = random() % 40; left > 0; --left)
                out += static_cast<char>(random() % 256);
        else
            out += parts[random() % std::size(parts)];
    }
    return out;
}

std::string answer(std::mt19937& random, std::uint16_t tcpPort, std::uint16_t udpPort, std::string_view refusal)
{
    const auto reply = [](const std::string& body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n\r\n" + body;
    };
    switch (random() % 8) {
    case 0:
        return noise(random, 400);
    case 1:
        return "HTTP/1.1 " + noise(random, 40) + "\r\n\r\n";
    case 2:
        return "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n{}";
    case 3:
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + noise(random, 100);
    case 4:
        return reply(noise(random, 300));
    case 5:
        return "HTTP/1.1 " + std::string(refusal) +
            "\r\nContent-Type: application/problem+json\r\nContent-Length: 12\r\n\r\n{\"detail\":[]";
    default:
        return reply(R"({"id":1,"username":"me","access_token":"t","refresh_token":"r","session":"s","key":")" +
                     std::string(64, 'a') +
                     R"(","expires_in":60,"data":[{"id":1,"name":"\u001b[2J"},7,null],"ports":{"tcp":)" +
                     std::to_string(tcpPort) + ",\"udp\":" + std::to_string(udpPort) + "}}");
    }
}

/// Answers on a port of its own, each connection with bytes that `give` makes, until it is destroyed.
class Babbler
{
public:
    explicit Babbler(std::function<std::string()> give)
        : _listening(Poco::Net::SocketAddress("127.0.0.1", 0))
        , _thread([this, give = std::move(give)] {
            while (!_stop) {
                if (!_listening.poll(Poco::Timespan(20'000), Poco::Net::Socket::SELECT_READ))
                    continue;
                try {
                    auto socket = _listening.acceptConnection();
                    ++_served;
                    char buffer[4096];
                    if (socket.poll(Poco::Timespan(100'000), Poco::Net::Socket::SELECT_READ))
                        socket.receiveBytes(buffer, sizeof buffer);
                    const auto bytes = give();
                    if (!bytes.empty())
                        socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
                    socket.shutdownSend();
                    while (socket.poll(Poco::Timespan(20'000), Poco::Net::Socket::SELECT_READ) &&
                           socket.receiveBytes(buffer, sizeof buffer) > 0) { }
                } catch (const Poco::Exception&) {
                    // The client has gone before.
                }
            }
        })
    {
    }
    ~Babbler()
    {
        _stop = true;
        _thread.join();
    }
    std::uint16_t port() const { return _listening.address().port(); }
    int served() const { return _served; }

private:
    Poco::Net::ServerSocket _listening;
    std::atomic<bool> _stop{false};
    std::atomic<int> _served{0};
    std::thread _thread;
};

TEST(RandomBytes, NoAnswerOverHttpTcpOrUdpBringsTheClientDown)
{
    ASSERT_GE(sodium_init(), 0);
    const TempDir dir;
    std::mt19937 forHttp(1); // NOLINT
    std::mt19937 forTcp(2); // NOLINT
    std::mt19937 forUdp(3); // NOLINT
    Poco::Net::DatagramSocket udp(Poco::Net::SocketAddress("127.0.0.1", 0));
    Babbler tcp([&] {
        return R"({"message_id":0,"success":true}{"message_id":0,"success":true,"client_id":"subscribe"})" +
            noise(forTcp, 2'000);
    });
    Babbler http([&, port = udp.address().port()] { return answer(forHttp, tcp.port(), port, "503 Later"); });

    const Login login{"http://127.0.0.1:" + std::to_string(http.port()), "me", "t", "r"};
    ASSERT_TRUE(saveLogin(dir.path("login.json"), login).ok());
    const Person person(login, *Endpoint::fromUrl(login.server), dir.path("login.json"));
    Shared shared;
    Live live(person, shared);
    Asker asker(person, shared);
    Nearby nearby(person, shared, live.wishes);
    live.udp = &nearby.again;
    std::vector<std::thread> threads;
    threads.emplace_back([&] { live.run(); });
    threads.emplace_back([&] { asker.run(); });
    threads.emplace_back([&] { nearby.run(); });

    Model model([] { return std::string("k"); });
    std::vector<Wish> wishes{WantChats{},    WantChat{1}, WantPage{1, 0, 50, 0},    WantThread{1, 1},
                             WantMembers{1}, Search{"x"}, React{1, 1, "x", true}};
    const auto until = Clock::now() + std::chrono::seconds(20);
    std::size_t heard = 0;
    while ((tcp.served() < 60 || http.served() < 400) && Clock::now() < until) {
        awaitBell(shared.news.bell(), 20);
        for (auto& news : shared.news.take()) {
            ++heard;
            model.hear(std::move(news));
            draw(model, {80, 24});
        }
        model.takeWishes();
        asker.wishes.post(wishes[static_cast<std::size_t>(http.served()) % wishes.size()]);
        live.wishes.post(TryNow{});
        nearby.again.ring();
        if (udp.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ)) {
            char buffer[2048];
            Poco::Net::SocketAddress from;
            udp.receiveFrom(buffer, sizeof buffer, from);
            static constexpr std::string_view good[] = {R"({"packet_type":"Challenge","cookie":"c"})",
                                                        R"({"packet_type":"Subscribed"})",
                                                        R"({"packet_type":"Typing","chat_id":"x","user_id":[]})"};
            const auto bytes = forUdp() % 2 == 0 ? std::string(good[forUdp() % std::size(good)]) : noise(forUdp, 1'000);
            if (!bytes.empty())
                udp.sendTo(bytes.data(), static_cast<int>(bytes.size()), from);
        }
    }
    EXPECT_GE(http.served(), 100);
    EXPECT_GE(tcp.served(), 5);
    EXPECT_GT(heard, 10u);
    shared.stop = true;
    live.wishes.ring();
    asker.wishes.ring();
    nearby.wishes.ring();
    nearby.again.ring();
    for (auto& thread : threads)
        thread.join();
}

TEST(RandomBytes, EveryCommandOfAPersonEndsWithAnAnswerOrASentence)
{
    const TempDir dir;
    const cli::test::Environment config("XDG_CONFIG_HOME", dir.path());
    const cli::test::Environment data("NETBIT_DATA", dir.path());
    std::mt19937 tcpRandom(4); // NOLINT
    std::mt19937 httpRandom(5); // NOLINT
    Babbler tcp([&] { return noise(tcpRandom, 500); });
    Babbler http([&] { return answer(httpRandom, tcp.port(), 9, "401 No"); });
    const auto url = "http://127.0.0.1:" + std::to_string(http.port());
    const std::vector<std::vector<std::string>> commands{
        {"chats"},         {"tail", "1"},    {"search", "x"},       {"inbox"},    {"inbox", "why", "1"}, {"status"},
        {"issue", "list"}, {"repo", "list"}, {"pr", "list", "a/b"}, {"ping", url},
        {"webhook", "list"}, {"webhook", "add", "a", "b"}, {"webhook", "deliveries", "1"}};
    for (int round = 0; round < 12; ++round)
        for (auto words : commands) {
            ASSERT_TRUE(saveLogin(dir.path("netbit/login.json"), {url, "me", "t", "r"}).ok());
            if (round % 2 == 0)
                words.emplace_back("--json");
            const auto ran = cli::test::netbit(words);
            EXPECT_TRUE(ran.code == success || !ran.err.empty() || !ran.out.empty()) << words[0];
            for (const char c : ran.out + ran.err)
                ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n')
                    << words[0] << ": " << ran.out << ran.err;
        }
}

TEST(RandomBytes, APacketThatNeverEndsIsRefused)
{
    PacketReader reader;
    reader.feed("{\"a\":\"");
    const std::string piece(1024 * 1024, 'x');
    bool refused = false;
    for (int i = 0; i < 40 && !refused; ++i) {
        reader.feed(piece);
        refused = !reader.next().ok();
    }
    EXPECT_TRUE(refused);
}

TEST(SignedPacket, HasTheFormAndTheMacOfTheProtocol)
{
    const auto packet = signedPacket(R"("packet_type":"Typing","chat_id":7)", "abc", std::string(64, '0'), 3);
    ASSERT_TRUE(packet.has_value());
    const std::string covered = R"({"packet_type":"Typing","chat_id":7,"session":"abc","seq":3)";
    EXPECT_EQ(packet->substr(0, covered.size()), covered);
    // By Python's hmac with a key of 32 zero bytes.
    EXPECT_EQ(packet->substr(covered.size()),
              ",\"mac\":\"f59584cd977ef2bf90eeb4aa4b5f7a138194664afb0f9b38e08ecb3ff4e93761\"}");
    EXPECT_FALSE(signedPacket("", "s", "zz", 1).has_value());
    EXPECT_FALSE(signedPacket("", "s", std::string(66, '0'), 1).has_value());
}

} // namespace

} // namespace netbit::cli::chat::test
