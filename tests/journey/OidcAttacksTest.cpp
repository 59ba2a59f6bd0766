// What a login at a provider must not let through: forged tokens, mixed-up answers, providers that misbehave.

#include "journey/OidcStage.h"

#include <gmock/gmock.h>

#include <csignal>
#include <fcntl.h>
#include <future>
#include <thread>
#include <unistd.h>

namespace netbit::test {

namespace {

using testing::HasSubstr;

class OidcAttacks : public WithProvider {
protected:
    void SetUp() override
    {
        provider().release();
        provider().describe({});
    }
    static Forgery claiming(std::function<void(json::object&)> claims) { return {.claims = std::move(claims)}; }
    static Forgery heading(std::function<void(json::object&)> header) { return {.header = std::move(header)}; }
    /// One daemon that knows all of them, as p0, p1…
    static std::vector<std::string> severalSettings(const std::vector<FakeProvider>& providers)
    {
        std::vector<std::string> settings;
        for (std::size_t i = 0; i < providers.size(); ++i)
            for (auto& setting : oidcSettings(providers[i], {}, "p" + std::to_string(i)))
                settings.push_back(std::move(setting));
        return settings;
    }
    static std::int64_t seconds() { return std::time(nullptr); }
};

/// The last character of the last part but one bit, so that it is still base64url.
void spoilSignature(std::string& token)
{
    auto& c = token[token.size() - 10];
    c = c == 'A' ? 'B' : 'A';
}

} // namespace

TEST_F(OidcAttacks, NoForgedTokenComesIn)
{
    const auto now = seconds();
    const std::vector<std::pair<std::string, Forgery>> forgeries{
        {"another nonce", claiming([](auto& claims) { claims["nonce"] = "of another login"; })},
        {"no nonce", claiming([](auto& claims) { claims.erase("nonce"); })},
        {"another issuer", claiming([](auto& claims) { claims["iss"] = "http://127.0.0.1:2"; })},
        {"an issuer with a slash more", claiming([](auto& claims) { claims["iss"] = provider().issuer() + "/"; })},
        {"no issuer", claiming([](auto& claims) { claims.erase("iss"); })},
        {"another audience", claiming([](auto& claims) { claims["aud"] = "another client"; })},
        {"an empty list of audiences", claiming([](auto& claims) { claims["aud"] = json::array{}; })},
        {"an audience that is a number", claiming([](auto& claims) { claims["aud"] = 1; })},
        {"two audiences and no word of who asked", claiming([](auto& claims) {
             claims["aud"] = json::array{FakeProvider::clientId, "another"};
         })},
        {"another party", claiming([](auto& claims) { claims["azp"] = "another client"; })},
        {"expired", claiming([now](auto& claims) { claims["exp"] = now - 61; })},
        {"never expiring", claiming([](auto& claims) { claims.erase("exp"); })},
        {"an expiry that is a text", claiming([now](auto& claims) { claims["exp"] = std::to_string(now + 300); })},
        {"an expiry beyond all time", claiming([](auto& claims) { claims["exp"] = 1e300; })},
        {"issued long ago", claiming([now](auto& claims) { claims["iat"] = now - 3'600; })},
        {"issued tomorrow", claiming([now](auto& claims) { claims["iat"] = now + 86'400; })},
        {"not issued", claiming([](auto& claims) { claims.erase("iat"); })},
        {"not good yet", claiming([now](auto& claims) { claims["nbf"] = now + 600; })},
        {"no subject", claiming([](auto& claims) { claims.erase("sub"); })},
        {"an empty subject", claiming([](auto& claims) { claims["sub"] = ""; })},
        {"a subject that is a number", claiming([](auto& claims) { claims["sub"] = 7; })},
        {"an endless subject", claiming([](auto& claims) { claims["sub"] = std::string(256, 's'); })},
        {"alg none", {.algorithm = "none"}},
        {"alg none with a signature", {.header = [](auto& header) { header["alg"] = "none"; }}},
        {"alg None", {.header = [](auto& header) { header["alg"] = "None"; }}},
        {"no alg", {.header = [](auto& header) { header.erase("alg"); }}},
        {"HS256 with the public key", {.algorithm = "HS256"}},
        {"HS256 by name", heading([](auto& header) { header["alg"] = "HS256"; })},
        {"RS512 by name", heading([](auto& header) { header["alg"] = "RS512"; })},
        {"the key of another algorithm", heading([](auto& header) { header["kid"] = "ES256"; })},
        {"another algorithm for the key", heading([](auto& header) { header["alg"] = "ES256"; })},
        {"a header that brings its key",
         {.header =
              [](auto& header) {
                  header["jku"] = provider().issuer() + "/evil";
                  header["jwk"] = json::object{};
              },
          .otherKey = true}},
        {"critical and not known", heading([](auto& header) { header["crit"] = json::array{"b64"}; })},
        {"an unknown key", heading([](auto& header) { header["kid"] = "nobody's"; })},
        {"a key by path", heading([](auto& header) { header["kid"] = "../../etc/passwd"; })},
        {"a key that is symmetric", heading([](auto& header) { header["kid"] = "HS256"; })},
        {"signed by another RSA key", {.otherKey = true}},
        {"signed by another EC key", {.algorithm = "ES256", .otherKey = true}},
        {"signed by another Ed25519 key", {.algorithm = "EdDSA", .otherKey = true}},
        {"a spoilt RSA signature", {.token = spoilSignature}},
        {"a spoilt EC signature", {.algorithm = "ES256", .token = spoilSignature}},
        {"a spoilt Ed25519 signature", {.algorithm = "EdDSA", .token = spoilSignature}},
        {"an EC signature of nothing",
         {.algorithm = "ES256",
          .token =
              [](auto& token) {
                  token.resize(token.rfind('.') + 1);
                  token += base64Url(std::string(64, '\0'));
              }}},
        {"no signature", {.token = [](auto& token) { token.resize(token.rfind('.') + 1); }}},
        {"two parts", {.token = [](auto& token) { token.resize(token.rfind('.')); }}},
        {"four parts", {.token = [](auto& token) { token += ".x"; }}},
        {"padding", {.token = [](auto& token) { token += "="; }}},
        {"no token", {.token = [](auto& token) { token.clear(); }}},
        {"a huge token", claiming([](auto& claims) { claims["more"] = std::string(20'000, 'x'); })},
        {"no JSON within", {.token = [](auto& token) { token = base64Url("{") + "." + base64Url("}") + ".AAAA"; }}},
        {"deep JSON within", {.token = [](auto& token) { token = base64Url(std::string(5'000, '[')) + ".e30.AAAA"; }}},
    };
    Browser browser(daemon());
    const auto before = userCount();
    for (const auto& [name, forgery] : forgeries) {
        SCOPED_TRACE(name);
        const auto reply = browser.signIn(provider(), claimsOf("victim", "victim"), forgery);
        expectProblem(reply, 401, "oidc_bad_token");
        EXPECT_EQ(reply.header("set-cookie"), "");
    }
    EXPECT_EQ(userCount(), before);
    EXPECT_EQ(browser.signIn(provider(), claimsOf("victim", "victim"), claiming([now](auto& claims) {
                  claims["aud"] = json::array{"another", FakeProvider::clientId};
                  claims["azp"] = FakeProvider::clientId;
                  claims["nbf"] = now;
                  claims["iat"] = static_cast<double>(now) + 0.5;
              })).status, 200) << "what is good is taken";
    EXPECT_EQ(browser.signIn(provider(), claimsOf("victim"), heading([](auto& header) { header.erase("kid"); })).status, 200)
        << "one key of that algorithm needs no name";
}

TEST_F(OidcAttacks, AStateIsGoodOnceInTheBrowserThatBegan)
{
    Browser browser(daemon());
    const auto back = provider().signIn(browser.start(), claimsOf("one"));
    Browser other(daemon());
    expectProblem(other.comeBack(back), 401, "oidc_bad_state"); // a browser that began nothing
    other.start();
    expectProblem(other.comeBack(back), 401, "oidc_bad_state"); // one that began another login
    EXPECT_EQ(browser.comeBack(back).status, 200) << "what others tried costs it nothing";
    expectProblem(browser.comeBack(back), 401, "oidc_bad_state");

    const auto again = browser.start();
    const auto state = queryValue(again, "state");
    const auto code = queryValue("http://x" + back, "code");
    expectProblem(browser.comeBack("/api/auth/oidc/corp/callback?state=" + state + "&code=" + code), 401, "oidc_code_refused");
    for (const auto* query : {"", "?code=x", "?state=&code=x", "?state=nbs_&code=x", "?error=access_denied"})
        expectProblem(browser.comeBack("/api/auth/oidc/corp/callback" + std::string(query)), 401, "oidc_bad_state");
    const auto empty = queryValue(browser.start(), "state");
    expectProblem(browser.comeBack("/api/auth/oidc/corp/callback?state=" + empty), 400, "oidc_no_code");
}

TEST_F(OidcAttacks, ACodeOfSomebodyElsesLoginIsNotTaken)
{
    Browser attacker(daemon());
    Browser victim(daemon());
    const auto theirs = provider().signIn(attacker.start(), claimsOf("attacker"));
    const auto state = queryValue(victim.start(), "state");
    // The attacker's code in the victim's login: PKCE and the nonce both say no.
    expectProblem(
        victim.comeBack("/api/auth/oidc/corp/callback?state=" + state + "&code=" + queryValue("http://x" + theirs, "code")), 401,
        "oidc_code_refused");
}

TEST_F(OidcAttacks, AnAnswerOfAnotherProviderIsRefused)
{
    Browser browser(daemon());
    auto back = provider().signIn(browser.start(), claimsOf("mixed"));
    expectProblem(browser.comeBack(back + "&iss=https%3A%2F%2Fevil.example"), 401, "oidc_wrong_issuer");
    EXPECT_EQ(browser.comeBack(provider().signIn(browser.start(), claimsOf("mixed")) + "&iss=" + provider().issuer()).status,
              200);
    FakeProvider naming;
    naming.describe([](auto& document) { document["authorization_response_iss_parameter_supported"] = true; });
    FakeProvider second;
    auto settings = oidcSettings(naming);
    for (auto& setting : oidcSettings(second, {}, "second"))
        settings.push_back(setting);
    Daemon two(settings);
    Browser both(two);
    expectProblem(both.comeBack(naming.signIn(both.start(), claimsOf("x"))), 401, "oidc_wrong_issuer");
    // A login that began at one and comes back to the other.
    back = second.signIn(both.start({}, "second"), claimsOf("x"));
    back.replace(back.find("/second/"), 8, "/corp/");
    expectProblem(both.comeBack(back), 401, "oidc_bad_state");
}

TEST_F(OidcAttacks, AKeyThatIsNewIsFetchedAndOnesThatNeverCameAreNotAskedForEachTime)
{
    FakeProvider rotating;
    Daemon fresh(oidcSettings(rotating, {"oidc.corp.register=true", "auth.login_failures_per_minute=10000"}));
    const auto provider = [&]() -> FakeProvider& { return rotating; };
    Browser browser(fresh);
    ASSERT_EQ(browser.signIn(provider(), claimsOf("rotor")).status, 200);
    provider().rotateKeys();
    EXPECT_EQ(browser.signIn(provider(), claimsOf("rotor")).status, 200) << "with the new key";
    const auto before = provider().asked("/jwks");
    for (int i = 0; i < 20; ++i)
        expectProblem(browser.signIn(provider(), claimsOf("rotor"),
                                     heading([i](auto& header) { header["kid"] = "unknown-" + std::to_string(i); })),
                      401, "oidc_bad_token");
    EXPECT_LE(provider().asked("/jwks") - before, 3);
    EXPECT_EQ(browser.signIn(provider(), claimsOf("rotor")).status, 200) << "who has a good key does not suffer from it";
}

TEST_F(OidcAttacks, AProviderThatMisbehavesCostsItsOwnLoginsAndNothingElse)
{
    struct Mischief {
        std::string name, path;
        int status;
        std::string body;
        std::string location{};
    };
    const std::string huge(1024 * 1024, ' ');
    std::string manyKeys = R"({"keys":[)";
    for (int i = 0; i < 101; ++i)
        manyKeys += R"({"kty":"oct","k":"AA"},)";
    manyKeys += "{}]}";
    const std::vector<Mischief> mischiefs{
        {"a huge discovery document", "/.well-known/openid-configuration", 200, huge},
        {"no JSON", "/.well-known/openid-configuration", 200, "<html>"},
        {"deep JSON", "/.well-known/openid-configuration", 200, std::string(100'000, '[')},
        {"a list", "/.well-known/openid-configuration", 200, "[]"},
        {"nothing there", "/.well-known/openid-configuration", 404, "{}"},
        {"a redirect to itself", "/.well-known/openid-configuration", 302, "", "/.well-known/openid-configuration"},
        {"huge keys", "/jwks", 200, huge},
        {"too many keys", "/jwks", 200, manyKeys},
        {"keys that are none", "/jwks", 200, R"({"keys":{}})"},
        {"a redirect of the keys", "/jwks", 307, "", "/jwks"},
        {"a failing token endpoint", "/token", 500, "{}"},
        {"a redirect of the code", "/token", 307, "", "http://127.0.0.1:1/token"},
        {"a huge token answer", "/token", 200, huge},
        {"a client that is not known", "/token", 401, R"({"error":"invalid_client"})"}};
    std::vector<FakeProvider> providers(mischiefs.size());
    Daemon many(severalSettings(providers));
    Browser browser(many);
    for (std::size_t i = 0; i < mischiefs.size(); ++i) {
        const auto& [name, path, status, body, location] = mischiefs[i];
        SCOPED_TRACE(name);
        auto& one = providers[i];
        one.answer(path, status, body, location);
        const auto provider = "p" + std::to_string(i);
        if (path.starts_with("/.well"))
            expectProblem(browser.http().get("/api/auth/oidc/" + provider + "/start"), 503, "oidc_provider_unavailable");
        else
            expectProblem(browser.comeBack(one.signIn(browser.start({}, provider), claimsOf("x"))), 503,
                          "oidc_provider_unavailable");
        EXPECT_EQ(one.asked(path), 1) << "no redirect is followed, nothing is asked twice";
    }
    EXPECT_THAT(many.log(), HasSubstr("A provider cannot be used"));
    EXPECT_THAT(many.log(), testing::Not(HasSubstr(FakeProvider::clientSecret)));
}

TEST_F(OidcAttacks, ADiscoveryDocumentCannotSendUsJustAnywhere)
{
    const std::vector<std::pair<std::string, json::value>> documents{
        {"issuer", "https://evil.example"},
        {"token_endpoint", "http://evil.example/token"},
        {"token_endpoint", "file:///etc/passwd"},
        {"jwks_uri", "http://169.254.169.254/latest"},
        {"jwks_uri", "gopher://127.0.0.1:25/x"},
        {"authorization_endpoint", "javascript:alert(1)"},
        {"authorization_endpoint", "https://user:pass@evil.example/"},
        {"authorization_endpoint", "https://a.example/\r\nX: y"},
        {"authorization_endpoint", "https://a.example/#fragment"},
        {"token_endpoint", 7},
        {"jwks_uri", nullptr}};
    std::vector<FakeProvider> providers(documents.size());
    Daemon many(severalSettings(providers));
    for (std::size_t i = 0; i < documents.size(); ++i) {
        SCOPED_TRACE(documents[i].first + json::serialize(documents[i].second));
        providers[i].describe([&, i](auto& document) { document[documents[i].first] = documents[i].second; });
        expectProblem(many.client().get("/api/auth/oidc/p" + std::to_string(i) + "/start"), 503, "oidc_provider_unavailable");
    }
}

TEST_F(OidcAttacks, AProviderThatNeverAnswersHoldsUpNobodyElse)
{
    FakeProvider silent;
    silent.hang("/.well-known/openid-configuration");
    auto settings = oidcSettings(silent, {"threads.workers=1"});
    FakeProvider lively;
    for (auto& setting : oidcSettings(lively, {"oidc.timeout_ms=2000"}, "second"))
        settings.push_back(setting);
    Daemon alone(settings);
    makeUser(alone, "ann");
    std::vector<std::future<HttpReply>> waiting;
    for (int i = 0; i < 12; ++i)
        waiting.push_back(std::async(std::launch::async, [&] { return alone.client().get("/api/auth/oidc/corp/start"); }));
    const Deadline deadline;
    while (silent.asked("/.well-known/openid-configuration") == 0 && !deadline.over())
        std::this_thread::yield();
    ASSERT_EQ(silent.asked("/.well-known/openid-configuration"), 1);
    EXPECT_TRUE(has(login(alone, "ann"), "/access_token")) << "the only worker is free";
    EXPECT_EQ(waiting.front().wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "that was while it hung";
    for (auto& each : waiting)
        expectProblem(each.get(), 503, "oidc_provider_unavailable");
    EXPECT_EQ(silent.asked("/.well-known/openid-configuration"), 1) << "those who waited behind it were not made to wait again";
    EXPECT_EQ(alone.client().get("/api/auth/oidc/second/start").status, 302);
    silent.release();
    while (alone.client().get("/api/auth/oidc/corp/start").status != 302 && !deadline.over())
        std::this_thread::yield();
    EXPECT_EQ(alone.client().get("/api/auth/oidc/corp/start").status, 302) << "and it comes back by itself";
}

TEST_F(OidcAttacks, AStopDoesNotWaitForAProvider)
{
    FakeProvider silent;
    silent.hang("/.well-known/openid-configuration");
    Daemon alone(oidcSettings(silent, {"oidc.timeout_ms=60000"}));
    RawHttp raw(Socket::tcp(alone.http()));
    raw.send("GET /api/auth/oidc/corp/start HTTP/1.1\r\nHost: a\r\n\r\n");
    const Deadline deadline;
    while (silent.asked("/.well-known/openid-configuration") == 0 && !deadline.over())
        std::this_thread::yield();
    EXPECT_EQ(alone.stop(), 0);
}

TEST_F(OidcAttacks, ACertificateThatNobodyVouchesForIsRefused)
{
    if (runProgram({"/usr/bin/openssl", "version"}).exitCode != 0)
        GTEST_SKIP() << "openssl is not installed";
    TemporaryFolder folder;
    const auto cert = folder.path() + "/cert.pem";
    const auto key = folder.path() + "/key.pem";
    const auto made =
        runProgram({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert});
    ASSERT_EQ(made.exitCode, 0) << made.err;
    // A free port, as good as certainly free a moment later.
    const auto port = [] {
        const FakeProvider gone;
        return gone.issuer().substr(gone.issuer().rfind(':') + 1);
    }();
    const auto issuer = "https://localhost:" + port;
    ASSERT_EQ(runProgram({"/bin/mkdir", folder.path() + "/.well-known"}).exitCode, 0);
    writeFile(folder.path() + "/.well-known/openid-configuration",
              json::serialize(json::object{{"issuer", issuer},
                                           {"authorization_endpoint", issuer + "/a"},
                                           {"token_endpoint", issuer + "/t"},
                                           {"jwks_uri", issuer + "/j"}}));
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const auto server = startProgram({"/usr/bin/env", "-C", folder.path(), "/usr/bin/openssl", "s_server", "-accept",
                                      "127.0.0.1:" + port, "-key", key, "-cert", cert, "-WWW", "-quiet"},
                                     null, null, null);
    ::close(null);
    const Deadline deadline;
    for (bool up = false; !up && !deadline.over();) {
        try {
            up = Socket::tcp(static_cast<std::uint16_t>(std::stoi(port))).open();
        } catch (const std::exception&) {
            std::this_thread::yield();
        }
    }
    const std::vector<std::string> settings{"oidc.public_url=https://chat.example.org", "oidc.corp.issuer=" + issuer,
                                            "oidc.corp.client_id=x"};
    {
        Daemon wary(settings);
        expectProblem(wary.client().get("/api/auth/oidc/corp/start"), 503, "oidc_provider_unavailable");
        EXPECT_THAT(wary.log(), HasSubstr("certificate"));
    }
    auto vouching = settings;
    vouching.push_back("oidc.corp.ca_file=" + cert);
    Daemon trusting(vouching);
    const auto reply = trusting.client().get("/api/auth/oidc/corp/start");
    EXPECT_EQ(reply.status, 302) << reply.body << trusting.log();
    ::kill(server, SIGKILL);
    waitForProgram(server);
}

} // namespace netbit::test
