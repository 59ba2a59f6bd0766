// HTTP and packets through TLS: as its clients speak it, with certificates that change, and against who does not speak it.

#include "journey/Stage.h"
#include "journey/TlsPlaces.h"
#include "support/Eventually.h"
#include "support/TcpClient.h"

#include <atomic>
#include <csignal>
#include <functional>
#include <mutex>
#include <random>
#include <thread>

namespace netbit::test {

namespace {

constexpr int clients = 8;
constexpr int requestsOfEach = sanitized ? 150 : 600;
constexpr int requestsOfAConnection = 10;
constexpr int swaps = 20;
constexpr int exitConfig = 78;

struct Pair : TlsPlace {
    std::vector<std::string> settings(std::vector<std::string> more = {}) const
    {
        more.insert(more.end(), {"http.tls_port=0", "plugin.tcp.tls=true", "tls.certificate=" + certificate(), "tls.key=" + key()});
        return more;
    }
};

class Tls : public testing::Test {
protected:
    static HttpClient as(const User& user) { return daemon().client(user.token); }
    static void SetUpTestSuite()
    {
        _pair = std::make_unique<Pair>();
        _stage = std::make_unique<Stage>(_pair->settings({"http.hsts_s=3600", std::string("tls.handshake_timeout_ms=") + (sanitized ? "10000" : "1000")}));
    }
    static void TearDownTestSuite()
    {
        _stage.reset();
        _pair.reset();
    }

    static Daemon& daemon() { return _stage->daemon; }
    static Pair& pair() { return *_pair; }
    static std::uint16_t https() { return static_cast<std::uint16_t>(integerAt(daemon().ready(), "/ports/https")); }
    static std::string request(const std::string& target, const std::string& token = {})
    {
        return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" +
               (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n";
    }
    /// The head of the next reply, whose body is read as well.
    static std::string reply(TlsPeer& peer)
    {
        auto head = peer.readUntil("\r\n\r\n");
        const auto at = head.find("Content-Length: ");
        if (at != std::string::npos)
            peer.read(std::stoul(head.substr(at + 16)));
        return head;
    }
    static Finished netbit(std::vector<std::string> words, const std::string& home = "/nonexistent", std::string_view input = {})
    {
        words.insert(words.begin(), netbitPath());
        return runProgram(words, input, {"HOME=" + home, "XDG_CONFIG_HOME=" + home, "NETBIT_DATA="});
    }
    static Finished reload() { return netbit({"reload", "--data", daemon().data()}); }

    static inline std::unique_ptr<Pair> _pair;
    static inline std::unique_ptr<Stage> _stage;
};

std::size_t count(const std::string& text, std::string_view part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

} // namespace

TEST_F(Tls, CurlIsServedAndTheServerIsVerified)
{
    const auto url = "https://localhost:" + std::to_string(https()) + "/healthz";
    const auto good = runProgram({"/usr/bin/curl", "-sS", "-i", "--cacert", pair().certificate(), url});
    EXPECT_EQ(good.exitCode, 0) << good.err;
    EXPECT_NE(good.out.find("HTTP/1.1 200 OK"), std::string::npos) << good.out;
    EXPECT_NE(good.out.find("Strict-Transport-Security: max-age=3600"), std::string::npos) << good.out;
    EXPECT_NE(runProgram({"/usr/bin/curl", "-sS", url}).exitCode, 0) << "nobody vouches for it";
    const auto plain = daemon().client().get("/healthz");
    EXPECT_EQ(plain.status, 200);
    EXPECT_EQ(plain.header("strict-transport-security"), "") << "RFC 6797: never in plain text";
}

TEST_F(Tls, TheCommandLineSpeaksItAndVerifies)
{
    const TemporaryFolder home;
    const auto url = "https://localhost:" + std::to_string(https());
    const auto refused = netbit({"login", url, "--user", "ada", "--password-stdin"}, home.path(), std::string(password) + "\n");
    EXPECT_EQ(refused.exitCode, 1);
    EXPECT_NE(refused.err.find("no trustworthy TLS"), std::string::npos) << refused.err;
    const auto in = netbit({"login", url, "--ca", pair().certificate(), "--user", "ada", "--password-stdin"}, home.path(),
                           std::string(password) + "\n");
    ASSERT_EQ(in.exitCode, 0) << in.err;
    const auto listed = netbit({"chats"}, home.path());
    EXPECT_EQ(listed.exitCode, 0) << listed.err;
    const auto ping = netbit({"ping"}, home.path());
    EXPECT_EQ(ping.exitCode, 0) << ping.out << ping.err;
    EXPECT_NE(ping.out.find("tcp"), std::string::npos) << "the packets' port is asked through TLS too: " << ping.out;
    makeProject(daemon(), _stage->ada, "sealed");
    const auto cloned = netbit({"repo", "clone", "ada/sealed/code", home.path() + "/copy"}, home.path());
    EXPECT_EQ(cloned.exitCode, 0) << "git is told whom to trust: " << cloned.err;
    EXPECT_EQ(netbit({"ping", "http://localhost:" + std::to_string(daemon().http()), "--ca", pair().certificate()}).exitCode, 1);
}

TEST_F(Tls, PacketsComeInSingleBytesAndAThousandAtOnce)
{
    const auto chat = makeChat(daemon(), _stage->ada, "group", {_stage->bob});
    TlsPeer peer(daemon().tcp(), pair().pem.certificate);
    ASSERT_TRUE(peer.shaken());
    const auto authenticate = json::serialize(json::object{{"packet_type", "Authenticate"}, {"token", _stage->ada.token}});
    for (const char each : authenticate)
        ASSERT_TRUE(peer.send({&each, 1})); // a record for each byte
    EXPECT_NE(peer.readUntil("}").find("\"success\":true"), std::string::npos);
    std::string many;
    for (int i = 0; i < 1'000; ++i)
        many += sendPacket(chat, "number " + std::to_string(i));
    for (std::size_t at = 0; at < many.size(); at += 30'000) // cut where it comes
        ASSERT_TRUE(peer.send(std::string_view(many).substr(at, 30'000)));
    std::string answers;
    while (count(answers, "\"success\":true") < 1'000) {
        const auto piece = peer.readUntil("}");
        ASSERT_FALSE(piece.empty()) << count(answers, "\"success\":true");
        answers += piece;
    }
    const auto last = as(_stage->bob).expect(200, "GET", messagesOf(chat, "limit=1"));
    EXPECT_NE(json::serialize(last).find("number 999"), std::string::npos);
}

TEST_F(Tls, ACertificateIsChangedUnderLoadAndNobodyNotices)
{
    const std::vector<TlsPair> pairs{makeTlsPair("first"), makeTlsPair("second")};
    const auto authorities = pair().pem.certificate + pairs[0].certificate + pairs[1].certificate;
    TlsPeer open(https(), authorities);
    TlsPeer packets(daemon().tcp(), authorities);
    ASSERT_TRUE(open.shaken() && packets.shaken());

    std::atomic<int> served{0};
    std::atomic<int> failed{0};
    std::atomic<bool> seen[2] = {};
    std::vector<std::thread> crowd;
    std::atomic<bool> swapped{false};
    for (int i = 0; i < clients; ++i)
        crowd.emplace_back([&] {
            // At least so many, and as long as certificates change.
            for (int done = 0; done < requestsOfEach || !swapped;) {
                TlsPeer peer(https(), authorities);
                if (!peer.shaken()) {
                    ++failed;
                    return;
                }
                const auto subject = peer.subject();
                seen[0] = seen[0] || subject == "first";
                seen[1] = seen[1] || subject == "second";
                for (int each = 0; each < requestsOfAConnection; ++each, ++done) {
                    const bool good = peer.send(request("/healthz")) && reply(peer).starts_with("HTTP/1.1 200");
                    ++(good ? served : failed);
                }
            }
        });
    for (int i = 0; i < swaps; ++i) {
        const auto before = count(daemon().log(), "TLS with this certificate");
        pair().put(pairs[static_cast<std::size_t>(i % 2)]);
        daemon().signal(SIGHUP);
        const bool taken = comesTrue([&] { return count(daemon().log(), "TLS with this certificate") > before; });
        EXPECT_TRUE(taken);
        if (!taken)
            break;
        EXPECT_TRUE(open.send(request("/healthz")) && reply(open).starts_with("HTTP/1.1 200")) << "it was open before the first change";
        EXPECT_TRUE(packets.send(R"({"packet_type":"Ping"})") && !packets.readUntil("}").empty()) << "and so was this";
    }
    swapped = true;
    for (auto& each : crowd)
        each.join();
    std::cout << served << " requests served over " << swaps << " changes of the certificate, " << failed << " failed\n";
    EXPECT_EQ(failed, 0);
    EXPECT_GE(served, clients * requestsOfEach);
    EXPECT_TRUE(seen[0] && seen[1]);
    EXPECT_EQ(TlsPeer(daemon().tcp(), authorities).subject(), "second") << "the packets' port changes with it";
}

TEST_F(Tls, ABadNewPairIsRefusedByNameAndTheOldOneStays)
{
    const auto good = pair().pem;
    pair().put({good.certificate, makeTlsPair().key});
    const auto ran = reload();
    EXPECT_NE(ran.exitCode, 0) << ran.out;
    EXPECT_NE(ran.err.find("tls.key: " + pair().key() + " is not the key of the certificate in"), std::string::npos) << ran.err;
    EXPECT_TRUE(TlsPeer(https(), good.certificate).shaken());
    pair().put(makeTlsPair("old", -1, -9));
    EXPECT_NE(reload().err.find("ran out on"), std::string::npos);
    EXPECT_TRUE(TlsPeer(https(), good.certificate).shaken());
    pair().put(good);
    EXPECT_EQ(reload().exitCode, 0);
    pair().put(makeTlsPair("short", 3));
    EXPECT_EQ(reload().exitCode, 0);
    EXPECT_NE(daemon().log().find("The certificate runs out soon"), std::string::npos);
    pair().put(good);
    EXPECT_EQ(reload().exitCode, 0);
    EXPECT_NE(daemon().client().get("/metrics").body.find("\nnetbit_tls_certificate_expires_seconds 1"), std::string::npos);
    EXPECT_EQ(daemon().log().find("PRIVATE"), std::string::npos);
    EXPECT_EQ(daemon().log().find(good.key.substr(30, 40)), std::string::npos) << "no part of a key is logged";
}

TEST_F(Tls, WhoDoesNotSpeakItIsToldSoOrClosed)
{
    for (const auto* const method : {"GET", "OPTIONS", "PATCH"}) {
        RawHttp plain(Socket::tcp(https()));
        plain.send(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto answer = plain.read();
        EXPECT_EQ(answer.status, 400);
        EXPECT_NE(answer.body.find("https"), std::string::npos) << answer.body;
        EXPECT_TRUE(plain.endsHere());
    }
    TcpClient packets(daemon().tcp());
    packets.send(R"({"packet_type":"Ping"})");
    std::string answer; // TLS says that this is none of it, in a record of its own, and ends
    for (auto got = packets.socket().receive(); !got.empty(); got = packets.socket().receive())
        answer += got;
    EXPECT_EQ(answer.find("pong"), std::string::npos);
    EXPECT_TRUE(answer.empty() || answer[0] == 21) << answer;
    TlsWishes old;
    old.least = TLS1_VERSION;
    old.most = TLS1_1_VERSION;
    EXPECT_FALSE(TlsPeer(https(), {}, old).shaken());
    TlsWishes next;
    next.protocols = {"h2", "http/1.1"};
    EXPECT_EQ(TlsPeer(https(), pair().pem.certificate, next).protocol(), "http/1.1");
}

TEST_F(Tls, SlowHandshakesTakeNothingFromTheOthersAndEndInTime)
{
    std::vector<Socket> slow;
    for (int i = 0; i < 200; ++i) {
        slow.push_back(Socket::tcp(i % 2 == 0 ? https() : daemon().tcp()));
        if (i % 4 < 2)
            slow.back().send(std::string_view("\x16\x03\x01\x02\x00\x01\x00", static_cast<std::size_t>(1 + i % 7)));
    }
    for (int i = 0; i < 50; ++i) {
        TlsPeer peer(https(), pair().pem.certificate);
        ASSERT_TRUE(peer.send(request("/healthz")));
        ASSERT_TRUE(reply(peer).starts_with("HTTP/1.1 200")) << i;
    }
    for (auto& each : slow)
        while (!each.receive().empty()) { }
}

TEST_F(Tls, RandomBytesCostTheirOwnConnectionOnly)
{
    std::minstd_rand random(5);
    for (int i = 0; i < 400; ++i) {
        Socket socket = Socket::tcp(i % 2 == 0 ? https() : daemon().tcp());
        std::string bytes(1 + random() % 1'500, '\0');
        for (auto& each : bytes)
            each = static_cast<char>(random());
        if (i % 3 != 0)
            bytes.replace(0, std::min<std::size_t>(bytes.size(), 5), std::string("\x16\x03\x01\x01\x00", 5).substr(0, bytes.size()));
        try {
            socket.send(bytes);
            socket.endSending();
            while (!socket.receive().empty()) { }
        } catch (const ConnectionLost&) {
            // It had had enough.
        }
    }
    TlsPeer peer(https(), pair().pem.certificate);
    ASSERT_TRUE(peer.send(request("/readyz")));
    EXPECT_TRUE(reply(peer).starts_with("HTTP/1.1 200"));
    EXPECT_EQ(daemon().generation(), 1U);
}

TEST_F(Tls, FilesGoUpAndComeDownAsTheyAre)
{
    constexpr std::size_t size = 24 * 1024 * 1024;
    std::string bytes(size, '\0');
    std::minstd_rand random(3);
    for (auto& each : bytes)
        each = static_cast<char>(random());
    const TemporaryFolder folder;
    writeFile(folder.path() + "/up", bytes);
    const auto url = "https://localhost:" + std::to_string(https()) + "/api/files";
    const std::vector<std::string> curl{"/usr/bin/curl", "-sS", "--fail", "--cacert", pair().certificate(), "-H",
                                        "Authorization: Bearer " + _stage->ada.token};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), curl.begin(), curl.end());
        return runProgram(more);
    };
    const auto up = with({"--data-binary", "@" + folder.path() + "/up", "-H", "Content-Type: application/octet-stream",
                          url + "?name=a.bin"});
    ASSERT_EQ(up.exitCode, 0) << up.err << up.out;
    const auto file = url + "/" + std::to_string(integerAt(parseJson(up.out), "/id"));
    for (const auto* const version : {"--tlsv1.3", "--tls-max"}) {
        std::vector<std::string> words{"-o", folder.path() + "/down", version};
        if (version == std::string_view("--tls-max"))
            words.emplace_back("1.2");
        words.push_back(file);
        const auto down = with(words);
        ASSERT_EQ(down.exitCode, 0) << down.err;
        EXPECT_TRUE(readFile(folder.path() + "/down") == bytes) << version;
    }
}

TEST_F(Tls, LongAnswersComeWhole)
{
    const auto chat = makeChat(daemon(), _stage->ada, "group", {_stage->bob});
    auto http = as(_stage->ada);
    for (int i = 0; i < 100; ++i)
        say(http, chat, std::string(4'000, static_cast<char>('a' + i % 26)));
    TlsWishes narrow;
    narrow.receiveBuffer = 4'096;
    TlsPeer peer(https(), pair().pem.certificate, narrow);
    const auto plain = http.get(messagesOf(chat, "limit=100"));
    constexpr int times = 20;
    for (int i = 0; i < times; ++i)
        ASSERT_TRUE(peer.send(request(messagesOf(chat, "limit=100"), _stage->ada.token)));
    for (int i = 0; i < times; ++i) {
        const auto head = peer.readUntil("\r\n\r\n");
        ASSERT_NE(head.find("Content-Length: " + std::to_string(plain.body.size())), std::string::npos) << head;
        ASSERT_TRUE(peer.read(plain.body.size()) == plain.body) << i;
    }
}

TEST(TlsStart, ItDoesNotStartWithoutAGoodPairWhereOneIsAskedFor)
{
    const TemporaryFolder data;
    const auto start = [&](std::vector<std::string> settings) {
        std::vector<std::string> words{netbitdPath(), "--data", data.path(), "--set", "http.port=0"};
        for (auto& each : settings)
            words.insert(words.end(), {"--set", each});
        return runProgram(words);
    };
    const auto none = start({"http.tls=true"});
    EXPECT_EQ(none.exitCode, exitConfig);
    EXPECT_NE(none.err.find("tls.certificate: This is needed, since http.tls is on."), std::string::npos) << none.err;
    Pair pair;
    std::filesystem::permissions(pair.key(), std::filesystem::perms(0644));
    const auto open = start(pair.settings());
    EXPECT_EQ(open.exitCode, exitConfig);
    EXPECT_NE(open.err.find("may be read or written by others"), std::string::npos) << open.err;
    const auto half = start({"tls.certificate=" + pair.certificate()});
    EXPECT_NE(half.err.find("go together"), std::string::npos) << half.err;
    const auto unequal = start({"tls.certificate=" + pair.certificate() + ", /second.pem", "tls.key=" + pair.key()});
    EXPECT_EQ(unequal.exitCode, exitConfig);
    EXPECT_NE(unequal.err.find("There are 1 keys for 2 certificates"), std::string::npos) << unequal.err;
}

TEST(TlsStart, TheOnePortSpeaksItWhenToldTo)
{
    Pair pair;
    const Daemon daemon(pair.settings({"http.tls=true"}));
    TlsPeer peer(daemon.http(), pair.pem.certificate);
    ASSERT_TRUE(peer.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    EXPECT_TRUE(peer.readAll().starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(peer.endedWell()) << "it says goodbye";
    EXPECT_EQ(daemon.client().get("/healthz").status, 400);
}

} // namespace netbit::test
