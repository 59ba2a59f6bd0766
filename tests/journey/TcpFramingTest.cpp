// The TCP port as a stream: any split, any join, anything that is no packet, and the seed's own clients.

#include "journey/Stage.h"
#include "support/TcpClient.h"
#include "support/UdpClient.h"

namespace netbit::test {

namespace {

class TcpFraming : public OnStage {
protected:
    void SetUp() override { _chat = makeChat(daemon(), ada(), "group", {bob()}); }

    std::vector<std::string> contents()
    {
        auto http = as(bob());
        std::vector<std::string> out;
        const auto page = http.expect(200, "GET", messagesOf(_chat, "limit=200"));
        for (const auto& message : listAt(page, "/data"))
            out.push_back(textAt(message, "/content"));
        return out;
    }

    std::int64_t _chat = 0;
};

const std::string ping = R"({"packet_type":"Ping"})";

std::string message(std::int64_t chat, const std::string& members)
{
    return R"({"packet_type":"SendMessage","message":{"chat_id":)" + std::to_string(chat) + (members.empty() ? "" : "," + members) + "}}";
}

void expectNack(const json::value& answer)
{
    ASSERT_TRUE(has(answer, "/success")) << json::serialize(answer);
    EXPECT_FALSE(truthAt(answer, "/success")) << json::serialize(answer);
    EXPECT_FALSE(textAt(answer, "/error").empty());
    EXPECT_FALSE(textAt(answer, "/code").empty());
    EXPECT_TRUE(memberNames(answer).starts_with("message_id,success,error")) << memberNames(answer);
}

void expectPong(const json::value& answer)
{
    ASSERT_TRUE(has(answer, "/packet_type")) << json::serialize(answer);
    EXPECT_EQ(textAt(answer, "/packet_type"), "Pong") << json::serialize(answer);
}

std::string deep(std::size_t levels)
{
    return R"({"packet_type":"Ping","x":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
}

/// A packet of exactly so many bytes.
std::string padded(std::size_t bytes)
{
    const std::string head = R"({"packet_type":"Ping","pad":")";
    return head + std::string(bytes - head.size() - 2, 'x') + "\"}";
}

} // namespace

TEST_F(TcpFraming, APacketSplitIntoSingleBytesIsOnePacket)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    for (const char byte : sendPacket(_chat, "byte { by } \"byte\" \\ ü"))
        tcp.send(std::string_view(&byte, 1));
    EXPECT_TRUE(truthAt(tcp.read(), "/success"));
    EXPECT_EQ(contents(), std::vector<std::string>{"byte { by } \"byte\" \\ ü"});
}

TEST_F(TcpFraming, TwoPacketsInOneWriteAreTwoPackets)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    tcp.send(sendPacket(_chat, "one", "c1") + sendPacket(_chat, "two", "c2"));
    EXPECT_EQ(textAt(tcp.read(), "/client_id"), "c1");
    EXPECT_EQ(textAt(tcp.read(), "/client_id"), "c2");
    EXPECT_EQ(contents(), (std::vector<std::string>{"one", "two"}));
}

TEST_F(TcpFraming, WhiteSpaceBetweenPacketsIsNothing)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    tcp.send(" \r\n\t" + ping + "\n\n" + ping + " ");
    expectPong(tcp.read());
    expectPong(tcp.read());
}

TEST_F(TcpFraming, AThousandPipelinedPacketsAreAnsweredInOrder)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    std::string all;
    for (int i = 0; i < 1'000; ++i)
        all += sendPacket(_chat, "message " + std::to_string(i), "pipelined" + std::to_string(i));
    tcp.send(all);
    std::int64_t last = 0;
    for (int i = 0; i < 1'000; ++i) {
        const auto ack = tcp.read();
        ASSERT_TRUE(truthAt(ack, "/success")) << json::serialize(ack);
        ASSERT_EQ(textAt(ack, "/client_id"), "pipelined" + std::to_string(i));
        ASSERT_GT(integerAt(ack, "/message_id"), last);
        last = integerAt(ack, "/message_id");
    }
    const auto newest = contents();
    EXPECT_EQ(newest.back(), "message 999");
    EXPECT_EQ(newest[0], "message 800");
}

TEST_F(TcpFraming, PacketsOfDifferentKindsAreAnsweredInOrder)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    const auto read = json::serialize(json::object{{"packet_type", "GetMessages"}, {"chat_id", _chat}});
    for (int round = 0; round < 20; ++round) {
        tcp.send(sendPacket(_chat, "x") + ping + read + "{\"packet_type\":\"Nonsense\"}" + ping);
        EXPECT_TRUE(truthAt(tcp.read(), "/success"));
        expectPong(tcp.read());
        const auto page = tcp.read();
        ASSERT_EQ(textAt(page, "/packet_type"), "Messages") << json::serialize(page);
        EXPECT_GE(listAt(page, "/data").size(), static_cast<std::size_t>(round)) << "A read sees every write acknowledged before.";
        expectNack(tcp.read());
        expectPong(tcp.read());
    }
}

TEST_F(TcpFraming, EveryBadPacketGetsOneNackAndTheNextGoodOneWorks)
{
    const std::string chat = std::to_string(_chat);
    const std::vector<std::string> bad{
        "[1,2,3]",
        "\"a string\"",
        "{}",
        R"({"packet_type":null})",
        R"({"packet_type":7})",
        R"({"packet_type":"Nonsense"})",
        R"({"packet_type":"SendMessage"})",
        R"({"packet_type":"SendMessage","message":null})",
        R"({"packet_type":"SendMessage","message":"hello"})",
        R"({"packet_type":"SendMessage","message":{}})",
        message(_chat, ""),
        message(_chat, R"("content":"")"),
        message(_chat, R"("content":7)"),
        message(_chat, R"("content":["x"])"),
        message(_chat, R"("content":"x","message_type":"Shout")"),
        message(_chat, R"("content":"x","message_type":"System")"),
        message(_chat, R"("content":"x","sender_id":)" + std::to_string(bob().id)),
        message(_chat, R"("content":"x","sender_id":"me")"),
        message(_chat, "\"content\":\"a\\u0000b\""),
        message(_chat, R"("content":"x","colour":"red")"),
        message(_chat, R"("content":")" + std::string(16'385, 'x') + "\""),
        message(99'999'999, R"("content":"x")"),
        R"({"packet_type":"SendMessage","message":{"chat_id":")" + chat + R"(","content":"x"}})",
        R"({"packet_type":"SendMessage","message":{"chat_id":1.5,"content":"x"}})",
        R"({"packet_type":"SendMessage","message":{"chat_id":99999999999999999999,"content":"x"}})",
        R"({"packet_type":"SendMessage","client_id":7,"message":{"chat_id":)" + chat + R"(,"content":"x"}})",
        R"({"packet_type":"GetMessages"})",
        R"({"packet_type":"GetMessages","chat_id":99999999})",
        R"({"packet_type":"GetMessages","chat_id":)" + chat + R"(,"per_page":201,"page":1})",
        R"({"packet_type":"GetMessages","chat_id":)" + chat + R"(,"page":-1})",
        R"({"packet_type":"Ping","packet_type":"Ping"})",
        R"({"packet_type":"Ping",})",
        R"({"packet_type":'Ping'})",
        R"({packet_type:"Ping"})",
        R"({"packet_type":"Ping" "x":1})",
        R"({"packet_type":"Ping","x":01})",
        R"({"packet_type":"Ping","x":"\ud800"})",
        R"({"packet_type":"Ping","x":"\x"})",
        "{\"packet_type\":\"Ping\",\"x\":\"\xff\"}",
        "{\"packet_type\":\"Ping\",\"x\":\"\xed\xa0\x80\"}",
        "{\"packet_type\":\"Ping\",\"x\":\"\xc0\xaf\"}",
        padded(64 * 1024 + 1),
        padded(200'000),
        deep(33),
        deep(10'000),
        R"({"packet_type":"Authenticate"})",
        R"({"packet_type":"Authenticate","token":"garbage"})",
        R"({"packet_type":"Subscribe","after":"yesterday"})",
        R"({"packet_type":"Typing"})",
        R"({"packet_type":"Typing","chat_id":99999999})",
    };
    for (const auto& each : bad) {
        SCOPED_TRACE(each.substr(0, 200));
        TcpClient tcp(daemon().tcp(), ada().token);
        tcp.send(each + ping);
        expectNack(tcp.read());
        expectPong(tcp.read());
    }
    EXPECT_TRUE(contents().empty()) << "A refused packet left a message.";
}

TEST_F(TcpFraming, GarbageIsRefusedOnceAndTheStreamIsFoundAgain)
{
    const std::vector<std::string> garbage{"hello\n", "GET / HTTP/1.1\r\n", "12345\n", "}}}\n", std::string(3, '\0') + "\n",
                                           "\x80\xff\xfe\n", "true\n", "{\"a\":\"\x01\"}\n", "{\"a\":]\n"};
    for (const auto& each : garbage) {
        SCOPED_TRACE(each);
        TcpClient tcp(daemon().tcp(), ada().token);
        tcp.send(each + ping);
        bool nacked = false;
        auto answer = tcp.read();
        for (; has(answer, "/success"); answer = tcp.read()) {
            expectNack(answer);
            nacked = true;
        }
        EXPECT_TRUE(nacked) << "Garbage was passed over in silence.";
        expectPong(answer);
    }
}

TEST_F(TcpFraming, AStreamOfGarbageEndsInACloseAndNotInMemory)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    const std::string block(64 * 1024, 'x');
    bool closed = false;
    try {
        for (int i = 0; i < 256 && !closed; ++i) { // 16 MiB
            tcp.send(block);
            while (const auto got = tcp.socket().receiveUntil(Deadline(std::chrono::milliseconds(0))))
                if (got->empty()) {
                    closed = true;
                    break;
                }
        }
    } catch (const ConnectionLost&) {
        closed = true;
    }
    EXPECT_TRUE(closed) << "16 MiB without a packet were taken.";
    TcpClient next(daemon().tcp(), ada().token);
    expectPong(next.ask(ping));
}

TEST_F(TcpFraming, APacketOfExactlyTheLimitIsTaken)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    const auto answer = tcp.ask(padded(64 * 1024));
    if (has(answer, "/code")) {
        EXPECT_EQ(textAt(answer, "/code"), "unknown_member") << "It may know no member \"pad\", but the size is allowed.";
    } else
        expectPong(answer);
}

TEST_F(TcpFraming, NullIsAsAbsent)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    const auto answer = tcp.ask(R"({"packet_type":"SendMessage","chat_id":null,"page":null,"per_page":null,"user_id":null,)"
                                R"("status_data":null,"message":{"id":null,"chat_id":)" +
                                std::to_string(_chat) + R"(,"sender_id":)" + std::to_string(ada().id) +
                                R"(,"content":"as the seed writes it","message_type":"Text","created_at":null,)"
                                R"("is_edited":null,"edited_at":null}})");
    EXPECT_TRUE(truthAt(answer, "/success")) << json::serialize(answer);
    EXPECT_TRUE(memberNames(answer).starts_with("message_id,success,error")) << memberNames(answer);
    EXPECT_TRUE(at(answer, "/error").is_null());
}

TEST_F(TcpFraming, WithoutATokenEverythingButPingIsUnauthenticated)
{
    TcpClient tcp(daemon().tcp());
    for (const auto& packet : {sendPacket(_chat, "x"), std::string(R"({"packet_type":"Subscribe"})"),
                               R"({"packet_type":"GetMessages","chat_id":)" + std::to_string(_chat) + "}"}) {
        const auto answer = tcp.ask(packet);
        expectNack(answer);
        EXPECT_EQ(textAt(answer, "/code"), "unauthenticated");
    }
    EXPECT_TRUE(contents().empty());
}

TEST_F(TcpFraming, ATokenInThePacketIsEnough)
{
    TcpClient tcp(daemon().tcp());
    auto packet = parseJson(sendPacket(_chat, "with its token")).as_object();
    packet["token"] = ada().token;
    EXPECT_TRUE(truthAt(tcp.ask(json::serialize(packet)), "/success"));
}

TEST_F(TcpFraming, TheSameClientIdGivesTheFirstAnswerAgain)
{
    TcpClient tcp(daemon().tcp(), ada().token);
    const auto first = tcp.ask(sendPacket(_chat, "once", "the-id"));
    TcpClient again(daemon().tcp(), ada().token);
    const auto second = again.ask(sendPacket(_chat, "once", "the-id"));
    EXPECT_TRUE(truthAt(second, "/success"));
    EXPECT_EQ(integerAt(second, "/message_id"), integerAt(first, "/message_id"));
    expectNack(again.ask(sendPacket(_chat, "other", "the-id")));
    EXPECT_EQ(contents().size(), 1u);
}

TEST(SeedClients, WorkAgainstAHostThatAllowsThemOnLoopback)
{
    Stage stage({"tcp.allow_unauthenticated_loopback=true"});
    const auto chat = makeChat(stage.daemon, stage.ada, "group", {});
    TcpClient tcp(stage.daemon.tcp());
    const auto answer = tcp.ask(message(chat, R"("sender_id":)" + std::to_string(stage.ada.id) +
                                                  R"(,"content":"Hello from the seed","message_type":"Text")"));
    EXPECT_TRUE(truthAt(answer, "/success")) << json::serialize(answer);
    EXPECT_GT(integerAt(answer, "/message_id"), 0);
    EXPECT_TRUE(memberNames(answer).starts_with("message_id,success,error")) << memberNames(answer);
    UdpClient udp(stage.daemon.udp());
    udp.send(R"({"packet_type":"Ping"})");
    EXPECT_EQ(udp.receive(), "pong");
}

TEST(SeedClients, AreHeldToMembershipEvenThen)
{
    Stage stage({"tcp.allow_unauthenticated_loopback=true"});
    const auto chat = makeChat(stage.daemon, stage.ada, "group", {});
    TcpClient tcp(stage.daemon.tcp());
    expectNack(tcp.ask(message(chat, R"("sender_id":)" + std::to_string(stage.eve.id) + R"(,"content":"x")")));
    expectNack(tcp.ask(message(chat, R"("sender_id":99999999,"content":"x")")));
}

TEST_F(TcpFraming, TheSeedsClientIsRefusedUnlessTheHostAllowsIt)
{
    TcpClient tcp(daemon().tcp());
    expectNack(tcp.ask(message(_chat, R"("sender_id":)" + std::to_string(ada().id) + R"(,"content":"Hello","message_type":"Text")")));
    EXPECT_TRUE(contents().empty());
}

} // namespace netbit::test
