#include "edge/ByteRange.h"
#include "edge/tests/ServerFixture.h"

#include <future>

namespace netbit::edge {
namespace {

using tests::Client;
using tests::eventually;
using tests::textReply;

/// Keeps what comes, and says when it is to wait.
class Keeper final : public BodySink {
public:
    explicit Keeper(std::shared_ptr<Exchange> of, bool waits = false) : exchange(std::move(of)), _waits(waits) {}

    bool data(std::string bytes) override
    {
        const std::lock_guard lock(_mutex);
        _kept += bytes;
        ++pieces;
        return !_waits;
    }
    void end() override
    {
        ended = true;
        if (answers)
            exchange->reply(textReply(std::to_string(size())));
    }
    void failed(const base::Error& error) override
    {
        {
            const std::lock_guard lock(_mutex);
            _failure = error.code;
        }
        didFail = true;
    }
    std::size_t size() const
    {
        const std::lock_guard lock(_mutex);
        return _kept.size();
    }
    std::string failure() const
    {
        const std::lock_guard lock(_mutex);
        return _failure;
    }

    const std::shared_ptr<Exchange> exchange;
    std::atomic<bool> answers{true};
    std::atomic<int> pieces{0};
    std::atomic<bool> ended{false};
    std::atomic<bool> didFail{false};

private:
    mutable std::mutex _mutex; // guards _kept, _failure
    std::string _kept;
    std::string _failure;
    const bool _waits;
};

class StreamedBody : public tests::ServerFixture {
protected:
    StreamedBody()
    {
        take("/take", [this](Exchange& exchange) { keep(exchange, false); });
        take("/wait", [this](Exchange& exchange) { keep(exchange, true); });
        take("/refuse", [](Exchange& exchange) { exchange.reply(textReply("no")); });
        take("/early", [this](Exchange& exchange) {
            keep(exchange, false);
            exchange.reply(textReply("early"));
        });
        take("/duplex", [this](Exchange& exchange) {
            keep(exchange, false);
            keeper()->answers = false;
            stream = exchange.stream(textReply("begun"));
        });
    }
    void take(std::string pattern, std::function<void(Exchange&)> call)
    {
        add("POST", std::move(pattern), [call](Exchange& exchange) {
            call(exchange);
            return Outcome::replied;
        }, false);
        routes.back().streamed = true;
    }
    void keep(Exchange& exchange, bool waits)
    {
        auto made = std::make_shared<Keeper>(exchange.shared_from_this(), waits);
        {
            const std::lock_guard lock(_mutex);
            _keeper = made;
        }
        exchange.receive(std::move(made), most);
    }
    std::shared_ptr<Keeper> keeper()
    {
        std::shared_ptr<Keeper> out;
        eventually([&] {
            const std::lock_guard lock(_mutex);
            return (out = _keeper) != nullptr;
        });
        return out;
    }
    static void post(Client& client, std::string_view target, std::string_view fields, std::string_view body = {})
    {
        client.send("POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" +
                    std::string(body));
    }

    std::uint64_t most = 10'000'000;
    std::shared_ptr<ReplyStream> stream;

private:
    std::mutex _mutex; // guards _keeper
    std::shared_ptr<Keeper> _keeper;
};

TEST_F(StreamedBody, ItIsGivenAsItComesAndTheConnectionGoesOn)
{
    serve();
    Client client(port);
    post(client, "/take", "Content-Length: 300000\r\n", std::string(100'000, 'a'));
    EXPECT_TRUE(eventually([&] { return keeper()->size() == 100'000; })) << "before the rest is there";
    client.send(std::string(200'000, 'b') + "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(readAnswer(client).body, "300000");
    EXPECT_EQ(readAnswer(client).body, "fast");
    post(client, "/take", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n");
    EXPECT_EQ(readAnswer(client).body, "3");
    post(client, "/take", "Content-Length: 0\r\n");
    EXPECT_EQ(readAnswer(client).body, "0");
}

TEST_F(StreamedBody, AFullSinkStopsTheReading)
{
    serve();
    Client client(port);
    post(client, "/wait", "Content-Length: 8000000\r\n");
    const auto sent = std::async(std::launch::async, [&] { client.send(std::string(8'000'000, 'x')); });
    const auto sink = keeper();
    EXPECT_TRUE(eventually([&] { return sink->pieces == 1; }));
    EXPECT_EQ(sink->pieces, 1) << "no second piece before it is asked for";
    for (int resumed = 1; !sink->ended; ++resumed) {
        sink->exchange->resumeBody();
        ASSERT_TRUE(eventually([&] { return sink->pieces > resumed || sink->ended; }));
        ASSERT_LE(sink->pieces, resumed + 1);
    }
    EXPECT_EQ(sink->size(), 8'000'000u);
    sent.wait();
    EXPECT_EQ(readAnswer(client).body, "8000000");
}

TEST_F(StreamedBody, ContinueIsSaidWhenTheBodyIsWanted)
{
    serve();
    Client client(port);
    post(client, "/take", "Content-Length: 5\r\nExpect: 100-continue\r\n");
    EXPECT_EQ(client.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hello");
    EXPECT_EQ(readAnswer(client).body, "5");
    Client other(port);
    post(other, "/refuse", "Content-Length: 5\r\nExpect: 100-continue\r\n");
    const auto answer = readAnswer(other);
    EXPECT_EQ(answer.body, "no") << "without a 100";
    EXPECT_EQ(answer.field("Connection"), "close");
}

TEST_F(StreamedBody, OneThatNobodyTakesIsSkippedOrEndsTheConnection)
{
    serve();
    Client client(port);
    post(client, "/refuse", "Content-Length: 5\r\n", "hello");
    EXPECT_EQ(readAnswer(client).body, "no");
    EXPECT_EQ(get(client, "/fast").body, "fast");
    post(client, "/refuse", "Content-Length: 100000\r\n", std::string(100'000, 'x'));
    EXPECT_EQ(readAnswer(client).field("Connection"), "close");
    Client early(port);
    post(early, "/early", "Content-Length: 100\r\n", "x");
    const auto answer = readAnswer(early);
    EXPECT_EQ(answer.body, "early");
    EXPECT_EQ(answer.field("Connection"), "close") << "where the next request would begin is not known";
}

TEST_F(StreamedBody, TooMuchIsRefusedAtOnceOrWhenItCame)
{
    most = 1'000;
    serve();
    for (const std::string fields : {"Content-Length: 1001\r\n", "Transfer-Encoding: chunked\r\n"}) {
        Client client(port);
        post(client, "/take", fields, "3E9\r\n" + std::string(1'001, 'x'));
        EXPECT_EQ(readAnswer(client).status, 413) << fields;
        EXPECT_TRUE(eventually([&] { return keeper()->didFail.load(); }));
        EXPECT_EQ(keeper()->failure(), "body_too_large");
        EXPECT_FALSE(keeper()->ended);
    }
}

TEST_F(StreamedBody, AClientThatGoesOrBreaksItIsTold)
{
    serve();
    {
        Client client(port);
        post(client, "/take", "Content-Length: 100\r\n", "half");
        EXPECT_TRUE(eventually([&] { return keeper()->size() == 4; }));
    }
    EXPECT_TRUE(eventually([&] { return keeper()->didFail.load(); }));
    EXPECT_EQ(keeper()->failure(), "client_gone");
    const auto gone = keeper();
    Client client(port);
    post(client, "/take", "Transfer-Encoding: chunked\r\n", "3\r\nabcX\r\n");
    EXPECT_EQ(readAnswer(client).status, 400);
    EXPECT_TRUE(client.closedByServer());
    EXPECT_TRUE(eventually([&] { return keeper() != gone && keeper()->didFail.load(); }));
    EXPECT_FALSE(keeper()->ended);
}

TEST_F(StreamedBody, ALargeOneHasAllTheTimeAsLongAsItComes)
{
    limits.bodyTimeout = std::chrono::milliseconds(400);
    serve();
    Client client(port);
    post(client, "/take", "Content-Length: 120000\r\n");
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 6; ++i) { // each in time, all together not
        const auto size = keeper()->size() + 20'000;
        client.send(std::string(20'000, 'x'));
        EXPECT_TRUE(eventually([&] { return keeper()->size() == size; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(200)); // the client's own pace
    }
    EXPECT_EQ(readAnswer(client).body, "120000");
    EXPECT_GT(std::chrono::steady_clock::now() - begin, limits.bodyTimeout);
    Client slow(port);
    post(slow, "/take", "Content-Length: 120000\r\n", "x");
    EXPECT_EQ(readAnswer(slow).status, 408);
}

TEST_F(StreamedBody, TheAnswerMayBeginWhileItComes)
{
    serve();
    Client client(port);
    post(client, "/duplex", "Content-Length: 10\r\n", "01234");
    EXPECT_NE(client.readUntil("begun\r\n").find("Connection: close"), std::string::npos);
    client.send("56789");
    EXPECT_TRUE(eventually([&] { return keeper()->size() == 10; }));
    stream->write("more");
    stream->end();
    stream.reset();
    EXPECT_EQ(client.readUntil("0\r\n\r\n"), "4\r\nmore\r\n0\r\n\r\n");
    EXPECT_TRUE(client.closedByServer());
}

TEST_F(StreamedBody, AStreamOfKnownLengthHoldsItOrEndsTheConnection)
{
    for (const auto& [target, bytes] :
         {std::pair<std::string, std::string>{"/exact", "12345"}, {"/short", "123"}, {"/long", "1234567"}})
        add("GET", target, [text = bytes](Exchange& exchange) {
            auto head = textReply("");
            head.length = 5;
            const auto out = exchange.stream(std::move(head));
            out->write(text);
            out->end();
            return Outcome::replied;
        });
    serve();
    Client client(port);
    const auto whole = get(client, "/exact");
    EXPECT_EQ(whole.field("Content-Length"), "5");
    EXPECT_EQ(whole.body, "12345");
    EXPECT_EQ(get(client, "/exact").body, "12345") << "the connection is kept";
    for (const std::string target : {"/short", "/long"}) {
        Client broken(port);
        broken.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto came = broken.read(10'000); // to the end of the connection
        EXPECT_FALSE(came.ends_with("12345")) << target;
        EXPECT_TRUE(broken.closedByServer()) << target;
    }
}

TEST(ByteRange, RandomTextChoosesAPartThatIsThere)
{
    std::uint32_t seed = 3;
    const auto random = [&seed] { return seed = seed * 1664525u + 1013904223u, seed >> 8; };
    constexpr std::string_view letters = "0123456789-,= bytes\x01";
    for (int round = 0; round < 100'000; ++round) {
        std::string text = round % 2 == 0 ? "bytes=" : "";
        for (auto length = random() % 12; length > 0; --length)
            text += letters[random() % letters.size()];
        const std::uint64_t size = random() % 20;
        const auto range = chooseRange(text, {}, "\"a\"", size);
        if (range.verdict == ByteRange::Verdict::part) {
            ASSERT_GT(range.length, 0u) << text;
            ASSERT_LE(range.first + range.length, size) << text;
        }
    }
}

} // namespace
} // namespace netbit::edge
