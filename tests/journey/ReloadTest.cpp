// Plugins are exchanged while people talk: nobody's connection ends, nothing is lost, nothing comes twice.

#include "journey/Stage.h"
#include "support/TcpClient.h"
#include "support/UdpClient.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <poll.h>
#include <thread>

namespace netbit::test {

namespace {

constexpr int reloadsOfEach = 12;

/// Threads that go on until they are told to stop, and the first thing that went wrong in one of them.
class Crowd {
public:
    ~Crowd() { stop(); }

    /// Runs `step` again and again; connections are made by `begin` and kept.
    template <class Begin, class Step>
    void add(std::string who, Begin begin, Step step)
    {
        _threads.emplace_back([this, name = std::move(who), begin = std::move(begin), step = std::move(step)]() mutable {
            try {
                for (auto state = begin(); !_over.load();)
                    step(state);
            } catch (const std::exception& lost) {
                const std::lock_guard lock(_mutex);
                _complaints += name + ": " + lost.what() + "\n";
            }
        });
    }

    std::string stop()
    {
        _over = true;
        for (auto& thread : _threads)
            thread.join();
        _threads.clear();
        return _complaints;
    }

private:
    std::atomic<bool> _over{false};
    std::vector<std::thread> _threads;
    std::mutex _mutex; // guards _complaints
    std::string _complaints;
};

/// What was acknowledged, by content, in no order.
class Told {
public:
    void add(std::string content)
    {
        const std::lock_guard lock(_mutex);
        _contents.push_back(std::move(content));
    }
    std::vector<std::string> all() const
    {
        const std::lock_guard lock(_mutex);
        return _contents;
    }

private:
    mutable std::mutex _mutex;
    std::vector<std::string> _contents;
};

RawHttp openStream(Daemon& daemon, const User& user, std::int64_t after)
{
    RawHttp stream(Socket::tcp(daemon.http()));
    stream.send("GET /api/events?topics=message.created&after=" + std::to_string(after) +
                " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + user.token + "\r\n\r\n");
    if (stream.readHead().status != 200)
        throw std::runtime_error("no stream");
    return stream;
}

/// The contents of messages up to and with `last`. Each event is one line of JSON.
std::vector<std::string> readStream(RawHttp& stream, const std::string& last)
{
    std::vector<std::string> contents;
    while (contents.empty() || contents.back() != last) {
        stream.takeText("data: ");
        const auto line = stream.takeText("\n");
        contents.push_back(textAt(parseJson(line.substr(0, line.size() - 1)), "/data/content"));
    }
    return contents;
}

std::vector<std::string> readPackets(TcpClient& tcp, const std::string& last)
{
    std::vector<std::string> contents;
    while (contents.empty() || contents.back() != last) {
        const auto packet = tcp.read();
        if (has(packet, "/event/data/content"))
            contents.push_back(textAt(packet, "/event/data/content"));
    }
    return contents;
}

class ReloadUnderUse : public OnStage {
protected:
    static void reload(HttpClient& admin, const std::string& id)
    {
        const auto reply = admin.post("/admin/plugins/" + id + "/reload", "{}");
        ASSERT_EQ(reply.status, 200) << reply.body;
    }
};

} // namespace

TEST_F(ReloadUnderUse, NobodyIsSentAwayAndNothingIsLost)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto stream = openStream(daemon(), bob(), 0);
    TcpClient subscriber(daemon().tcp(), bob().token);
    ASSERT_TRUE(truthAt(subscriber.ask(R"({"packet_type":"Subscribe","after":0,"topics":["message.created"]})"), "/success"));

    Told told;
    std::atomic<int> reads{0};
    Crowd crowd;
    for (int writer = 0; writer < 2; ++writer) {
        crowd.add("HTTP writer", [&] { return daemon().client(ada().token); },
                  [&, writer, count = 0](HttpClient& http) mutable {
                      const auto content = "h" + std::to_string(writer) + "." + std::to_string(count++);
                      say(http, chat, content);
                      told.add(content);
                  });
        crowd.add("TCP writer", [&] { return TcpClient(daemon().tcp(), ada().token); },
                  [&, writer, count = 0](TcpClient& tcp) mutable {
                      const auto content = "t" + std::to_string(writer) + "." + std::to_string(count++);
                      const auto ack = tcp.ask(sendPacket(chat, content, content));
                      if (!truthAt(ack, "/success"))
                          throw std::runtime_error(json::serialize(ack));
                      told.add(content);
                  });
    }
    crowd.add("HTTP reader", [&] { return daemon().client(bob().token); },
              [&](HttpClient& http) {
                  http.expect(200, "GET", messagesOf(chat));
                  ++reads;
              });
    crowd.add("UDP pings", [&] { return std::make_unique<UdpClient>(daemon().udp()); },
              [](std::unique_ptr<UdpClient>& udp) {
                  udp->send(R"({"packet_type":"Ping"})");
                  if (udp->receive() != "pong")
                      throw std::runtime_error("no pong");
              });

    auto admin = daemon().admin();
    for (int round = 0; round < reloadsOfEach; ++round)
        for (const auto* id : {"chat", "tcp", "udp", "user"}) {
            const auto seen = reads.load();
            reload(admin, id);
            for (const Deadline deadline; reads.load() == seen && !deadline.over();)
                poll(nullptr, 0, 1); // at least one whole request in each life
        }
    EXPECT_EQ(crowd.stop(), "");

    auto http = as(ada());
    say(http, chat, "last");
    auto sent = told.all();
    sent.emplace_back("last");
    auto heard = readStream(stream, "last");
    EXPECT_EQ(readPackets(subscriber, "last"), heard) << "all hear the same in the same order";
    std::sort(sent.begin(), sent.end());
    std::sort(heard.begin(), heard.end());
    EXPECT_EQ(heard, sent) << "on the same stream, each once";
    EXPECT_GT(reads.load(), 4 * reloadsOfEach);
}

TEST_F(ReloadUnderUse, WhoListensOverUdpGoesOnListening)
{
    makeChat(daemon(), ada(), "group", {bob()});
    auto hers = as(ada());
    auto his = as(bob());
    UdpClient talker(daemon().udp());
    talker.use(UdpKey::ask(hers));
    UdpClient listener(daemon().udp());
    listener.use(UdpKey::ask(his));
    listener.subscribe();
    auto admin = daemon().admin();
    for (int round = 0; round < 3; ++round) {
        for (const auto* id : {"udp", "user", "chat"})
            reload(admin, id);
        talker.sendSigned(R"("packet_type":"Status","status_data":"round )" + std::to_string(round) + '"');
        const auto heard = listener.receive();
        ASSERT_TRUE(heard) << "round " << round;
        EXPECT_NE(heard->find("round " + std::to_string(round)), std::string::npos) << *heard;
    }
}

TEST_F(ReloadUnderUse, HalfAPacketIsReadOnByTheNextOne)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    TcpClient tcp(daemon().tcp(), ada().token);
    const auto packet = sendPacket(chat, "in two halves", "one-key");
    tcp.send(packet.substr(0, packet.size() / 2));
    auto admin = daemon().admin();
    reload(admin, "tcp");
    tcp.send(packet.substr(packet.size() / 2));
    const auto ack = tcp.read();
    EXPECT_TRUE(truthAt(ack, "/success")) << json::serialize(ack);
    EXPECT_EQ(textAt(tcp.ask(R"({"packet_type":"Ping"})"), "/packet_type"), "Pong");
}

} // namespace netbit::test
