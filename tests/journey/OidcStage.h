#pragma once
// A daemon that knows one provider, and browsers that sign in there.

#include "journey/Stage.h"
#include "support/FakeProvider.h"

namespace netbit::test {

/// Holds what the provider calls the client's secret.
inline std::string secretFile()
{
    static const TemporaryFolder folder;
    const auto file = folder.path() + "/secret";
    writeFile(file, std::string(FakeProvider::clientSecret) + "\n");
    return file;
}

inline std::vector<std::string> oidcSettings(const FakeProvider& provider, std::vector<std::string> more = {},
                                             const std::string& name = "corp")
{
    const auto key = "oidc." + name + '.';
    more.insert(more.begin(), {"oidc.public_url=http://127.0.0.1:1", "oidc.timeout_ms=500", key + "issuer=" + provider.issuer(),
                               key + "client_id=" + FakeProvider::clientId, key + "client_secret_file=" + secretFile(),
                               key + "allow_http=true", key + "title=The Corporation"});
    return more;
}

/// What a person's browser does: follows where it is sent, and brings its cookie along.
class Browser {
public:
    explicit Browser(const Daemon& daemon, std::string source = {}) : _http(daemon.client({}, source)) {}

    /// Where the provider's page is, after `GET …/start`.
    std::string start(const std::string& query = {}, const std::string& provider = "corp")
    {
        return sentBy(_http.get("/api/auth/oidc/" + provider + "/start" + query));
    }
    std::string sentBy(const HttpReply& reply)
    {
        if (reply.status != 302)
            throw std::runtime_error("the start gave " + std::to_string(reply.status) + ": " + reply.body);
        keepCookie(reply);
        return reply.header("location");
    }
    void keepCookie(const HttpReply& reply)
    {
        const auto set = reply.header("set-cookie");
        cookie = set.substr(0, set.find(';'));
    }
    HttpReply comeBack(const std::string& target)
    {
        return cookie.empty() ? _http.get(target) : _http.get(target, {{"Cookie", "theme=dark; " + cookie}});
    }
    /// From the start to the answer that ends it.
    HttpReply signIn(FakeProvider& provider, json::object claims, Forgery forgery = {})
    {
        return comeBack(provider.signIn(start(), std::move(claims), std::move(forgery)));
    }
    HttpClient& http() noexcept { return _http; }

    std::string cookie; ///< "name=value"

private:
    HttpClient _http;
};

inline json::object claimsOf(const std::string& subject, const std::string& name = {})
{
    json::object claims{{"sub", subject}};
    if (!name.empty())
        claims["preferred_username"] = name;
    return claims;
}

/// Suites with one provider and one daemon that makes accounts for whoever signs in there.
class WithProvider : public testing::Test {
protected:
    static void SetUpTestSuite() { begin({"oidc.corp.register=true", "auth.login_failures_per_minute=10000"}); }
    static void begin(std::vector<std::string> more)
    {
        _provider = std::make_unique<FakeProvider>();
        _daemon = std::make_unique<Daemon>(oidcSettings(*_provider, std::move(more)));
    }
    static void TearDownTestSuite()
    {
        _daemon.reset();
        _provider.reset();
    }
    void TearDown() override { showLogOnFailure(*_daemon); }

    static Daemon& daemon() { return *_daemon; }
    static FakeProvider& provider() { return *_provider; }
    static std::int64_t userCount() { return integerAt(daemon().admin().expect(200, "GET", "/admin/status"), "/counts/users"); }

    static inline std::unique_ptr<FakeProvider> _provider;
    static inline std::unique_ptr<Daemon> _daemon;
};

} // namespace netbit::test
