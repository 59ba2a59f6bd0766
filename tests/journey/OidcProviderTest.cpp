// A login at a provider that others have written: Glewlwyd, of Debian. Skipped where it is not installed.

#include "journey/OidcStage.h"
#include "support/Eventually.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace netbit::test {

namespace {

constexpr const char* program = "/usr/bin/glewlwyd";
constexpr const char* schema = "/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz";

/// One that runs for this test, with one client and one person.
class Glewlwyd {
public:
    static bool installed() { return ::access(program, X_OK) == 0 && ::access(schema, R_OK) == 0; }

    Glewlwyd() : _port(std::to_string(freePort()))
    {
        const auto here = _folder.path();
        const auto shell = [&](const std::string& line) {
            const auto ran = runProgram({"/bin/sh", "-c", line});
            if (ran.exitCode != 0)
                throw std::runtime_error(line + ": " + ran.err);
        };
        shell("zcat " + std::string(schema) + " | sqlite3 " + here + "/g.db");
        shell("openssl genrsa -out " + here + "/key.pem 2048 && openssl rsa -in " + here + "/key.pem -pubout -out " + here +
              "/pub.pem");
        writeFile(here + "/g.conf",
                  "port=" + _port + "\nbind_address=\"127.0.0.1\"\nexternal_url=\"" + base() +
                      "\"\nlogin_url=\"login.html\"\napi_prefix=\"api\"\nstatic_files_path=\"" + here +
                      "\"\nlog_mode=\"console\"\nlog_level=\"INFO\"\ncookie_domain=\"localhost\"\ncookie_secure=0\n"
                      "user_module_path=\"/usr/lib/glewlwyd/user\"\nclient_module_path=\"/usr/lib/glewlwyd/client\"\n"
                      "user_auth_scheme_module_path=\"/usr/lib/glewlwyd/scheme\"\n"
                      "plugin_module_path=\"/usr/lib/glewlwyd/plugin\"\nhash_algorithm=\"SHA512\"\n"
                      "database={type=\"sqlite3\" path=\"" +
                      here + "/g.db\"};\n");
        const int log = ::open((here + "/log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        _process = startProgram({program, "--config-file=" + here + "/g.conf"}, log, log, log);
        ::close(log);
        if (!comesTrue([this] { return listens(); })) // "Glewlwyd started" stands in its log before
            throw TimedOut("glewlwyd does not start: " + readFile(here + "/log"));
    }
    ~Glewlwyd()
    {
        ::kill(_process, SIGTERM);
        waitForProgram(_process);
    }

    std::string base() const { return "http://localhost:" + _port; }
    std::string issuer() const { return base() + "/api/oidc"; }

    void setUp(const std::string& callback)
    {
        const auto admin = signIn("admin", "password");
        const auto here = _folder.path();
        const json::object claim{{"name", "preferred_username"}, {"user-property", "username"}, {"type", "string"},
                                 {"mandatory", true}, {"on-demand", false}, {"scope", json::array{"openid"}}};
        send(admin, "POST", "/api/mod/plugin/",
             {{"module", "oidc"},
              {"name", "oidc"},
              {"display_name", "oidc"},
              {"parameters", json::object{{"iss", issuer()},
                                          {"jwt-type", "rsa"},
                                          {"jwt-key-size", "256"},
                                          {"key", readFile(here + "/key.pem")},
                                          {"cert", readFile(here + "/pub.pem")},
                                          {"access-token-duration", 3600},
                                          {"refresh-token-duration", 3600},
                                          {"code-duration", 600},
                                          {"refresh-token-rolling", true},
                                          {"allow-non-oidc", false},
                                          {"auth-type-code-enabled", true},
                                          {"auth-type-token-enabled", false},
                                          {"auth-type-id-token-enabled", true},
                                          {"auth-type-none-enabled", false},
                                          {"auth-type-password-enabled", false},
                                          {"auth-type-client-enabled", false},
                                          {"auth-type-refresh-enabled", false},
                                          {"pkce-allowed", true},
                                          {"pkce-method-plain-allowed", false},
                                          {"scope", json::array{}},
                                          {"additional-parameters", json::array{}},
                                          {"claims", json::array{claim}},
                                          {"email-claim", "mandatory"},
                                          {"email-claim-scope", json::array{}},
                                          {"subject-type", "public"},
                                          {"jwks-show", true},
                                          {"oauth-as-iss-id", true}}}});
        send(admin, "POST", "/api/client/",
             {{"client_id", "netbit"},
              {"name", "NetBit"},
              {"confidential", true},
              {"client_secret", "one-that-it-keeps"},
              {"enabled", true},
              {"redirect_uri", json::array{callback}},
              {"authorization_type", json::array{"code"}},
              {"scope", json::array{}},
              {"token_endpoint_auth_method", json::array{"client_secret_basic"}}});
        send(admin, "POST", "/api/user/",
             {{"username", "lina"},
              {"name", "Lina"},
              {"email", "lina@example.org"},
              {"password", "a pass for lina"},
              {"enabled", true},
              {"scope", json::array{"openid"}}});
        _lina = signIn("lina", "a pass for lina");
        send(_lina, "PUT", "/api/auth/grant/netbit/", {{"scope", "openid"}});
    }

    /// What lina's browser, which is signed in there, is sent back with: path and query.
    std::string letThrough(const std::string& authorizationUrl)
    {
        const auto target = authorizationUrl.substr(base().size()) + "&g_continue";
        const auto reply = http().get(target, {{"Cookie", _lina}});
        const auto location = reply.header("location");
        if (reply.status != 302 || location.find("/callback?") == std::string::npos)
            throw std::runtime_error("it sends nobody back: " + std::to_string(reply.status) + " " + location);
        return location.substr(location.find("/api/"));
    }

private:
    bool listens() const
    {
        try {
            return Socket::tcp(static_cast<std::uint16_t>(std::stoi(_port))).open();
        } catch (const std::exception&) {
            return false;
        }
    }
    HttpClient http() const { return HttpClient(static_cast<std::uint16_t>(std::stoi(_port))); }
    std::string signIn(const std::string& name, const std::string& secret)
    {
        const auto reply = http().post("/api/auth/", json::serialize(json::object{{"username", name}, {"password", secret}}));
        if (reply.status != 200)
            throw std::runtime_error(name + " cannot sign in there: " + reply.body);
        const auto cookie = reply.header("set-cookie");
        return cookie.substr(0, cookie.find(';'));
    }
    void send(const std::string& cookie, std::string_view method, const std::string& target, json::object body)
    {
        const auto reply = http().request(method, target, json::serialize(body), {{"Cookie", cookie}});
        if (reply.status != 200)
            throw std::runtime_error(target + " gave " + std::to_string(reply.status) + ": " + reply.body);
    }

    TemporaryFolder _folder;
    std::string _port;
    pid_t _process = -1;
    std::string _lina;
};

} // namespace

TEST(OidcWithGlewlwyd, APersonWhoIsSignedInThereComesIn)
{
    if (!Glewlwyd::installed())
        GTEST_SKIP() << "glewlwyd is not installed (packaging/packages, kind test)";
    Glewlwyd provider;
    TemporaryFolder secrets;
    writeFile(secrets.path() + "/secret", "one-that-it-keeps\n");
    const std::string here = "http://127.0.0.1:9";
    provider.setUp(here + "/api/auth/oidc/glew/callback");
    Daemon daemon({"oidc.public_url=" + here, "oidc.glew.issuer=" + provider.issuer(), "oidc.glew.client_id=netbit",
                   "oidc.glew.client_secret_file=" + secrets.path() + "/secret", "oidc.glew.scopes=openid",
                   "oidc.glew.allow_http=true", "oidc.glew.register=true"});
    Browser browser(daemon);
    std::int64_t first = 0;
    for (int i = 0; i < 2; ++i) {
        const auto back = provider.letThrough(browser.start({}, "glew"));
        EXPECT_NE(back.find("iss="), std::string::npos) << "it names itself (RFC 9207)";
        const auto reply = browser.comeBack(back);
        ASSERT_EQ(reply.status, 200) << reply.body << daemon.log();
        EXPECT_EQ(textAt(reply.document(), "/user/username"), "lina");
        EXPECT_EQ(textAt(reply.document(), "/user/email"), "") << "it does not say that the address is verified";
        daemon.client(textAt(reply.document(), "/access_token")).expect(200, "GET", "/api/user/profile");
        const auto id = integerAt(reply.document(), "/user/id");
        EXPECT_TRUE(i == 0 || id == first) << "the same account again";
        first = id;
        expectProblem(browser.comeBack(back), 401, "oidc_bad_state");
    }
    // Its code for another login of ours: it holds us to the verifier.
    const auto back = provider.letThrough(browser.start({}, "glew"));
    const auto state = queryValue(browser.start({}, "glew"), "state");
    expectProblem(browser.comeBack("/api/auth/oidc/glew/callback?state=" + state + "&iss=" + provider.issuer() +
                                   "&code=" + queryValue("http://x" + back, "code")),
                  401, "oidc_code_refused");
}

} // namespace netbit::test
