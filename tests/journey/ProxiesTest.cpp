// Behind a proxy: the client is whom a trusted one names, in all that is told or limited by address, and nobody else's word counts.

#include "journey/Stage.h"

namespace netbit::test {

namespace {

const std::string proxy = "127.0.0.2";
const std::string outer = "127.0.1.9";
const std::string stranger = "127.0.0.3";

Headers forwarded(const std::string& chain, const std::string& scheme = {})
{
    Headers headers{{"X-Forwarded-For", chain}};
    if (!scheme.empty())
        headers.emplace_back("X-Forwarded-Proto", scheme);
    return headers;
}

class Proxies : public testing::Test {
protected:
    static std::vector<std::string> settings(std::vector<std::string> more = {})
    {
        more.push_back("http.trusted_proxies=" + proxy + ", 127.0.1.0/24");
        return more;
    }
    /// The address of the newest session of `name`, who signs in from there.
    static std::string addressOfLogin(Daemon& daemon, const std::string& name, const std::string& source, const Headers& headers)
    {
        auto http = daemon.client({}, source);
        const auto in = http.expect(200, "POST", "/api/auth/login",
                                    json::serialize(json::object{{"username", name}, {"password", password}}), headers);
        auto own = daemon.client(textAt(in, "/access_token"));
        const auto sessions = own.expect(200, "GET", "/api/user/sessions");
        for (const auto& each : sessions.at("data").as_array())
            if (truthAt(each, "/current"))
                return textAt(each, "/address");
        return "none";
    }
};

} // namespace

TEST_F(Proxies, SessionsTellTheClientThatATrustedProxyNames)
{
    Stage stage(settings());
    auto& daemon = stage.daemon;
    EXPECT_EQ(addressOfLogin(daemon, "ada", proxy, forwarded("203.0.113.7")), "203.0.113.7");
    EXPECT_EQ(addressOfLogin(daemon, "ada", proxy, forwarded("8.8.8.8, 2001:db8::7, " + outer)), "2001:db8::7");
    EXPECT_EQ(addressOfLogin(daemon, "ada", proxy, {}), proxy);
    EXPECT_EQ(addressOfLogin(daemon, "ada", proxy, forwarded("nonsense")), proxy);
    EXPECT_EQ(addressOfLogin(daemon, "ada", proxy, {{"Forwarded", "for=8.8.8.8"}}), proxy) << "it is not said there";
    EXPECT_EQ(addressOfLogin(daemon, "ada", stranger, forwarded("203.0.113.7")), stranger) << "anybody can write that";
}

TEST_F(Proxies, LimitsCountTheClientAndNotTheProxy)
{
    Stage stage(settings({"limits.address_requests_per_minute=20"}));
    const auto statusOf = [&](const std::string& source, const Headers& headers) {
        return stage.daemon.client({}, source).get("/api/server", headers).status;
    };
    for (int client = 1; client <= 5; ++client) {
        int refused = 0;
        for (int i = 0; i < 30; ++i)
            refused += statusOf(proxy, forwarded("203.0.113." + std::to_string(client))) == 429 ? 1 : 0;
        EXPECT_GT(refused, 0) << client;
        EXPECT_LT(refused, 15) << client;
    }
    int refused = 0;
    for (int i = 0; i < 60; ++i)
        refused += statusOf(stranger, forwarded("198.51.100." + std::to_string(i))) == 429 ? 1 : 0;
    EXPECT_GE(refused, 30) << "a new name for each request helps nobody who is not trusted";
}

TEST_F(Proxies, HstsGoesToWhoCameThroughTlsToTheProxy)
{
    const Daemon daemon(settings({"http.hsts_s=60"}));
    const auto strict = [&](const std::string& source, const Headers& headers) {
        return daemon.client({}, source).get("/healthz", headers).header("strict-transport-security");
    };
    EXPECT_EQ(strict(proxy, forwarded("203.0.113.7", "https")), "max-age=60");
    EXPECT_EQ(strict(proxy, forwarded("203.0.113.7", "http")), "");
    EXPECT_EQ(strict(proxy, forwarded("203.0.113.7")), "");
    EXPECT_EQ(strict(stranger, forwarded("203.0.113.7", "https")), "");
    auto kept = daemon.client({}, proxy); // each request of a connection is its own
    EXPECT_EQ(kept.get("/healthz", forwarded("203.0.113.7", "https")).header("strict-transport-security"), "max-age=60");
    EXPECT_EQ(kept.get("/healthz", forwarded("203.0.113.8", "http")).header("strict-transport-security"), "");
}

TEST_F(Proxies, ForwardedIsReadWhereThatIsTheirHeader)
{
    const Daemon daemon({"http.proxy_header=forwarded", "http.trusted_proxies=" + proxy, "http.hsts_s=60"});
    const auto strict = [&](const Headers& headers) {
        return daemon.client({}, proxy).get("/healthz", headers).header("strict-transport-security");
    };
    EXPECT_EQ(strict({{"Forwarded", "for=\"[2001:db8::7]:4711\";proto=https"}}), "max-age=60");
    EXPECT_EQ(strict(forwarded("203.0.113.7", "https")), "") << "only the one header is looked at";
}

} // namespace netbit::test
