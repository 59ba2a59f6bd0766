// Several certificates on one port, chosen by the name that a client asks for, and OCSP responses stapled to them: as OpenSSL's own
// tools see it.

#include "journey/Stage.h"
#include "journey/TlsPlaces.h"
#include "support/Eventually.h"
#include "support/TcpClient.h"

#include <atomic>
#include <csignal>
#include <thread>

namespace netbit::test {

namespace {

struct Host {
    const char* subject;
    const char* names;
    const char* asked; ///< what a client asks for
};
constexpr Host hosts[] = {
    {"first", "DNS:chat.example.org,DNS:localhost", "chat.example.org"},
    {"second", "DNS:git.example.net", "git.example.net"},
    {"wild", "DNS:*.example.com", "any.example.com"},
};

TlsPair pairFor(const Host& host, const TlsPair* authority = nullptr)
{
    return makeTlsPair(host.subject, 30, -1, nullptr, {.names = host.names, .authority = authority});
}

class TlsByName : public testing::Test {
protected:
    TlsByName()
    {
        for (const auto& host : hosts)
            places.emplace_back(std::make_unique<TlsPlace>(pairFor(host)));
        daemon = std::make_unique<Daemon>(std::vector<std::string>{"http.tls_port=0", "plugin.tcp.tls=true",
                                                                   "tls.certificate=" + list(&TlsPlace::certificate),
                                                                   "tls.key=" + list(&TlsPlace::key)});
    }
    std::string list(std::string (TlsPlace::*what)() const) const
    {
        std::string out;
        for (const auto& each : places)
            out += (out.empty() ? "" : ", ") + (*each.*what)();
        return out;
    }
    std::uint16_t https() const { return static_cast<std::uint16_t>(integerAt(daemon->ready(), "/ports/https")); }
    std::string authorities() const
    {
        std::string out;
        for (const auto& each : places)
            out += each->pem.certificate;
        return out;
    }
    Finished reload() const { return runProgram({netbitPath(), "reload", "--data", daemon->data()}); }
    /// Whose certificate `openssl s_client` gets.
    std::string subjectFor(std::uint16_t port, std::vector<std::string> more) const
    {
        more.insert(more.begin(), {"/usr/bin/openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(port)});
        const auto said = runProgram(more).out;
        const auto at = said.find("subject=CN = ");
        return at == std::string::npos ? said : said.substr(at + 13, said.find('\n', at) - at - 13);
    }

    std::vector<std::unique_ptr<TlsPlace>> places;
    std::unique_ptr<Daemon> daemon;
};

} // namespace

TEST_F(TlsByName, OpensslGetsTheCertificateOfTheNameThatItAsksFor)
{
    for (const auto port : {https(), daemon->tcp()})
        for (const auto* const version : {"-tls1_2", "-tls1_3"}) {
            for (const auto& host : hosts)
                EXPECT_EQ(subjectFor(port, {version, "-servername", host.asked}), host.subject) << port << version;
            for (const auto* const unknown : {"unknown.example.org", "example.com", "a.b.example.com"})
                EXPECT_EQ(subjectFor(port, {version, "-servername", unknown}), "first") << unknown;
            EXPECT_EQ(subjectFor(port, {version, "-noservername"}), "first");
        }
}

TEST_F(TlsByName, SessionsAreResumedForEveryName)
{
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
        for (const auto& host : hosts) {
            TlsWishes wishes{.most = version, .name = host.asked};
            TlsPeer first(https(), authorities(), wishes);
            ASSERT_TRUE(first.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
            ASSERT_FALSE(first.readUntil("\r\n\r\n").empty());
            wishes.session = first.session();
            TlsPeer second(https(), authorities(), wishes);
            EXPECT_TRUE(second.shaken() && second.resumed()) << host.asked;
            EXPECT_EQ(second.subject(), host.subject);
        }
}

TEST_F(TlsByName, AReloadTakesAllOfThemOrNone)
{
    const auto second = pairFor(hosts[1]);
    const auto old = authorities();
    const auto reached = [&](const Host& host, const std::string& by) {
        return TlsPeer(https(), by, {.name = host.asked}).shaken();
    };
    places[0]->put(pairFor(hosts[0]));
    places[1]->put({second.certificate, pairFor(hosts[1]).key});
    const auto refused = reload();
    EXPECT_NE(refused.exitCode, 0);
    EXPECT_NE(refused.err.find("tls.key: " + places[1]->key() + " is not the key"), std::string::npos) << refused.err;
    for (const auto& host : hosts)
        EXPECT_TRUE(reached(host, old)) << host.asked;
    places[1]->put(second);
    EXPECT_EQ(reload().exitCode, 0);
    for (const auto& host : hosts)
        EXPECT_TRUE(reached(host, authorities())) << host.asked;
    EXPECT_FALSE(reached(hosts[1], old));
    places[2]->put(makeTlsPair("short", 3, -1, nullptr, {.names = hosts[2].names}));
    EXPECT_EQ(reload().exitCode, 0);
    const auto metrics = daemon->client().get("/metrics").body;
    const std::string series = "\nnetbit_tls_certificate_expires_seconds ";
    const auto first = std::stod(metrics.substr(metrics.find(series) + series.size()));
    EXPECT_NEAR(first, static_cast<double>(std::time(nullptr) + 3 * 86'400), 3'600) << "the first that runs out";
    places[2]->put(makeTlsPair("none", 30, -1, nullptr, {.names = hosts[0].names}));
    EXPECT_NE(reload().err.find("CN = none names no host that none before it names"), std::string::npos);
}

TEST_F(TlsByName, AllAreChangedUnderLoadAndNobodyNotices)
{
    constexpr int clients = 6;
    constexpr int connectionsOfEach = sanitized ? 40 : 200;
    constexpr int changes = 20;
    const auto authority = makeTlsPair("authority");
    std::vector<TlsPair> next;
    for (int i = 0; i < 2; ++i)
        for (const auto& host : hosts)
            next.push_back(pairFor(host, &authority));
    const auto trusted = authorities() + authority.certificate;
    std::atomic<int> served{0};
    std::atomic<int> failed{0};
    std::atomic<bool> changed{false};
    std::vector<std::thread> crowd;
    for (int i = 0; i < clients; ++i)
        crowd.emplace_back([&, i] {
            for (int done = 0; done < connectionsOfEach || !changed; ++done) {
                const auto& host = hosts[static_cast<std::size_t>(i + done) % std::size(hosts)];
                TlsPeer peer(https(), trusted, {.most = done % 2 == 0 ? TLS1_2_VERSION : 0, .name = host.asked});
                const bool good = peer.shaken() && peer.subject() == host.subject &&
                                  peer.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") &&
                                  peer.readAll().starts_with("HTTP/1.1 200");
                ++(good ? served : failed);
            }
        });
    for (int i = 0; i < changes; ++i) {
        for (std::size_t at = 0; at < places.size(); ++at)
            places[at]->put(next[static_cast<std::size_t>(i % 2) * places.size() + at]);
        EXPECT_EQ(reload().exitCode, 0) << i;
    }
    changed = true;
    for (auto& each : crowd)
        each.join();
    std::cout << served << " connections by " << std::size(hosts) << " names over " << changes << " changes of all certificates, " << failed
              << " failed\n";
    EXPECT_EQ(failed, 0);
    EXPECT_GE(served, clients * connectionsOfEach);
}

} // namespace netbit::test
