// What RFC 9112 allows is taken, however rarely it is seen.

#include "journey/Stage.h"

namespace netbit::test {

namespace {

class HttpGoodForms : public OnStage {
protected:
    static RawHttp open() { return RawHttp(Socket::tcp(daemon().http())); }

    static std::string postHead(std::int64_t chat, const std::string& fields)
    {
        return "POST " + messagesOf(chat) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
            "Authorization: Bearer " + ada().token + "\r\n" + fields + "\r\n";
    }
};

const std::string host = "Host: localhost\r\n";
const std::string plain = "GET /healthz HTTP/1.1\r\n" + host + "\r\n";

} // namespace

TEST_F(HttpGoodForms, EveryGoodHeadIsAnsweredAndTheConnectionGoesOn)
{
    const auto line = [](const std::string& text) { return text + "\r\n" + host + "\r\n"; };
    const auto fields = [](const std::string& text) { return "GET /healthz HTTP/1.1\r\n" + text + "\r\n"; };
    const std::vector<std::pair<const char*, std::string>> good{
        {"plain", plain},
        {"an empty line before", "\r\n" + plain},
        {"absolute form", line("GET http://localhost/healthz HTTP/1.1")},
        {"absolute form with a port", line("GET http://localhost:8080/healthz HTTP/1.1")},
        {"absolute form, scheme in capitals", line("GET HTTP://localhost/healthz HTTP/1.1")},
        {"an empty query", line("GET /healthz? HTTP/1.1")},
        {"a query", line("GET /healthz?a=b&c=%20+&d HTTP/1.1")},
        {"mixed-case names", fields("hOsT: localhost\r\nACCEPT: */*\r\n")},
        {"no space behind the colon", fields("Host:localhost\r\n")},
        {"much space around a value", fields("Host: \t localhost \t \r\n")},
        {"an empty value", fields(host + "A:\r\nB: \r\n")},
        {"an empty Connection", fields(host + "Connection:\r\n")},
        {"a list of connection options", fields(host + "Connection: , x,keep-alive ,\r\n")},
        {"obs-text in a value", fields(host + "A: \xC3\xA4\xFF\r\n")},
        {"a tab inside a value", fields(host + "A: b\tc\r\n")},
        {"every token character in a name", fields(host + "!#$%&'*+-.^_`|~09aZ: b\r\n")},
        {"a field twice", fields(host + "Accept: a\r\nAccept: b\r\n")},
        {"colons in a value", fields(host + "A: b:c: d\r\n")},
        {"host with a port", fields("Host: localhost:8080\r\n")},
        {"host with an empty port", fields("Host: localhost:\r\n")},
        {"host in IPv6", fields("Host: [::1]:8080\r\n")},
        {"a length of 0", fields(host + "Content-Length: 0\r\n")},
        {"a length with zeros before", fields(host + "Content-Length: 000\r\n")},
        {"90 fields", fields(host + [] {
             std::string text;
             for (int i = 0; i < 90; ++i)
                 text += "A" + std::to_string(i) + ": b\r\n";
             return text;
         }())},
        {"a long value", fields(host + "A: " + std::string(14'000, 'b') + "\r\n")},
        {"a long target", line("GET /healthz?" + std::string(8'000, 'a') + " HTTP/1.1")},
        {"an Upgrade nobody knows", fields(host + "Connection: upgrade\r\nUpgrade: h2c\r\n")},
        {"TE", fields(host + "Connection: TE\r\nTE: trailers\r\n")},
    };
    for (const auto& [name, request] : good) {
        SCOPED_TRACE(name);
        auto http = open();
        http.send(request);
        const auto reply = http.read();
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(reply.version, "HTTP/1.1");
        EXPECT_FALSE(reply.header("date").empty());
        http.send(plain);
        EXPECT_EQ(http.read().status, 200);
    }
}

TEST_F(HttpGoodForms, Http10EndsAfterTheReplyUnlessItAsksToStay)
{
    auto once = open();
    once.send("GET /healthz HTTP/1.0\r\n\r\n");
    EXPECT_EQ(once.read().status, 200);
    EXPECT_TRUE(once.endsHere());

    auto stays = open();
    for (int i = 0; i < 2; ++i) {
        stays.send("GET /healthz HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        const auto reply = stays.read();
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.header("connection"), "keep-alive");
    }
}

TEST_F(HttpGoodForms, ConnectionCloseEndsItAfterTheReply)
{
    auto http = open();
    http.send("GET /healthz HTTP/1.1\r\n" + host + "Connection: CLOSE\r\n\r\n" + plain);
    const auto reply = http.read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("connection"), "close");
    EXPECT_TRUE(http.endsHere());
}

TEST_F(HttpGoodForms, PipelinedRequestsAreAnsweredInOrder)
{
    auto http = open();
    const auto chat = makeChat(daemon(), ada(), "group", {});
    std::string all;
    for (int i = 0; i < 100; ++i) {
        const auto body = R"({"content":")" + std::to_string(i) + "\"}";
        all += postHead(chat, "Content-Length: " + std::to_string(body.size()) + "\r\n") + body + plain;
    }
    http.send(all);
    for (int i = 0; i < 100; ++i) {
        const auto reply = http.read();
        ASSERT_EQ(reply.status, 201) << reply.body;
        EXPECT_EQ(textAt(reply.document(), "/content"), std::to_string(i));
        EXPECT_EQ(http.read().body, R"({"status":"alive"})");
    }
}

TEST_F(HttpGoodForms, AByteAtATimeIsARequest)
{
    auto http = open();
    for (const char c : plain)
        http.send(std::string_view(&c, 1));
    EXPECT_EQ(http.read().status, 200);
}

TEST_F(HttpGoodForms, EveryGoodChunkedBodyIsTaken)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    const std::vector<std::pair<const char*, std::string>> bodies{
        {"one chunk", "f\r\n{\"content\":\"x\"}\r\n0\r\n\r\n"},
        {"many chunks", "1\r\n{\r\n9\r\n\"content\"\r\n1\r\n:\r\n3\r\n\"x\"\r\n1\r\n}\r\n0\r\n\r\n"},
        {"capitals and zeros", "00F\r\n{\"content\":\"x\"}\r\n000\r\n\r\n"},
        {"an extension", "f;a\r\n{\"content\":\"x\"}\r\n0;b\r\n\r\n"},
        {"extensions with values", "f;a=b;c=\"d e\\\"f\"\r\n{\"content\":\"x\"}\r\n0\r\n\r\n"},
        {"white space that RFC 9112 calls bad but allows", "f ; a = b\r\n{\"content\":\"x\"}\r\n0\r\n\r\n"},
        {"a trailer", "f\r\n{\"content\":\"x\"}\r\n0\r\nA: b\r\nC: d\r\n\r\n"},
        {"a trailer that looks like a length", "f\r\n{\"content\":\"x\"}\r\n0\r\nContent-Length: 7\r\n\r\n"},
    };
    for (const auto& [name, body] : bodies) {
        SCOPED_TRACE(name);
        auto http = open();
        http.send(postHead(chat, "Transfer-Encoding: Chunked\r\n") + body + plain);
        const auto reply = http.read();
        EXPECT_EQ(reply.status, 201) << reply.body;
        EXPECT_EQ(http.read().status, 200);
    }
}

TEST_F(HttpGoodForms, ExpectContinueIsToldToGoOnAndOnlyThen)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    const std::string body = R"({"content":"waited"})";
    auto http = open();
    http.send(postHead(chat, "Expect: 100-Continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"));
    EXPECT_EQ(http.read().status, 100);
    http.send(body);
    EXPECT_EQ(http.read().status, 201);

    auto stranger = open();
    stranger.send("POST " + messagesOf(chat) + " HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nContent-Length: 20\r\n\r\n");
    EXPECT_EQ(stranger.read().status, 401) << "Who may not call is told so before the body.";

    auto large = open();
    large.send(postHead(chat, "Expect: 100-continue\r\nContent-Length: 99999999\r\n"));
    EXPECT_EQ(large.read().status, 413);
}

TEST_F(HttpGoodForms, HeadAndOptionsHaveNoBody)
{
    auto http = open();
    http.send("HEAD /healthz HTTP/1.1\r\n" + host + "\r\n" + plain);
    const auto head = http.read(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(http.read().status, 200) << "A body behind HEAD would be read as the next reply.";

    http.send("OPTIONS /api/chats HTTP/1.1\r\n" + host + "\r\nOPTIONS * HTTP/1.1\r\n" + host + "\r\n" + plain);
    const auto options = http.read();
    EXPECT_EQ(options.status, 204);
    EXPECT_NE(options.header("allow").find("POST"), std::string::npos);
    EXPECT_EQ(http.read().status, 204);
    EXPECT_EQ(http.read().status, 200);
}

TEST_F(HttpGoodForms, AnUnknownMethodIs405AndTheConnectionGoesOn)
{
    auto http = open();
    http.send("BREW /healthz HTTP/1.1\r\n" + host + "\r\nget /healthz HTTP/1.1\r\n" + host + "\r\n" + plain);
    EXPECT_EQ(http.read().status, 405);
    EXPECT_EQ(http.read().status, 405) << "Methods are told apart by case.";
    EXPECT_EQ(http.read().status, 200);
}

TEST_F(HttpGoodForms, ABodyThatNobodyWantsDoesNotSpoilTheNextRequest)
{
    auto http = open();
    const std::string body = plain; // would be answered if it were taken for a request
    http.send("POST /api/nothing HTTP/1.1\r\n" + host + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body + plain);
    EXPECT_EQ(http.read().status, 404);
    http.send("GET /healthz HTTP/1.1\r\n" + host + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_EQ(http.read().status, 200);
    EXPECT_EQ(http.read().status, 200);
    http.send("GET /healthz HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n");
    EXPECT_EQ(http.read().status, 200);
    EXPECT_TRUE(http.endsHere()) << "A body was answered as if it were a request.";
}

TEST_F(HttpGoodForms, WhoEndsItsSideStillGetsTheAnswer)
{
    auto http = open();
    http.send(plain);
    http.socket().endSending();
    EXPECT_EQ(http.read().status, 200);
    EXPECT_TRUE(http.endsHere());
}

} // namespace netbit::test
