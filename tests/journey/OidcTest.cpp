// Logins at an OpenID provider: who comes in, as whom, and how clients take the session.

#include "journey/OidcStage.h"
#include "support/Totp.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

namespace netbit::test {

namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Oidc : public WithProvider {
protected:
    static json::object session(const HttpReply& reply)
    {
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(reply.header("cache-control"), "no-store");
        return reply.document().as_object();
    }
    static std::string nameIn(const HttpReply& reply) { return textAt(session(reply), "/user/username"); }
    static std::string text(json::object object) { return json::serialize(object); }
};

} // namespace

TEST_F(Oidc, TheFirstLoginMakesAUserAndTheNextOnesFindIt)
{
    Browser browser(daemon());
    for (const auto* algorithm : {"RS256", "ES256", "EdDSA"}) {
        const auto reply = browser.signIn(provider(), claimsOf("first", "wanda"), {.algorithm = algorithm});
        const auto made = session(reply);
        EXPECT_EQ(textAt(made, "/user/username"), "wanda") << algorithm;
        EXPECT_EQ(textAt(made, "/user/role"), "member");
        EXPECT_THAT(reply.header("set-cookie"), HasSubstr("Max-Age=0"));
        daemon().client(textAt(made, "/access_token")).expect(200, "GET", "/api/chats");
        daemon().client().expect(200, "POST", "/api/auth/refresh", text({{"refresh_token", textAt(made, "/refresh_token")}}));
    }
    daemon().restart();
    Browser later(daemon());
    EXPECT_EQ(nameIn(later.signIn(provider(), claimsOf("first", "another name now"))), "wanda");
    EXPECT_EQ(later.http().post("/api/auth/login", R"({"username":"wanda","password":""})").status, 401)
        << "there is no password";
}

TEST_F(Oidc, NamesAndMailAddressesLinkNothing)
{
    const auto ada = makeUser(daemon(), "ada");
    Browser browser(daemon());
    auto claims = claimsOf("not-ada", "ada");
    claims["email"] = "ada@example.org";
    claims["email_verified"] = true;
    const auto made = session(browser.signIn(provider(), claims));
    EXPECT_EQ(textAt(made, "/user/username"), "ada-2");
    EXPECT_NE(integerAt(made, "/user/id"), ada.id);
    EXPECT_EQ(textAt(made, "/user/email"), "ada@example.org");
    auto unverified = claimsOf("unverified", "ada@example.org");
    unverified["email"] = "root@example.org";
    unverified["email_verified"] = "true";
    const auto other = session(browser.signIn(provider(), unverified));
    EXPECT_EQ(textAt(other, "/user/username"), "ada-3");
    EXPECT_EQ(textAt(other, "/user/email"), "") << "what the provider has not verified is not believed";
    EXPECT_EQ(nameIn(browser.signIn(provider(), claimsOf("odd", "<b>\xC3\xA9milie d'Arc</b>"))), "b-milie-d-Arc-b");
    EXPECT_EQ(nameIn(browser.signIn(provider(), claimsOf("nameless"))), "user");
}

TEST_F(Oidc, APageGetsACodeInItsFragmentAndTakesTheSessionWithItsVerifier)
{
    const std::string verifier(50, 'v');
    const auto challenge = "CrlVwe1WSHWuTQYh3iczmx3aS-faRx6C92k9_hNxl4A"; // SHA-256 of it, in base64url
    const auto begin = [&](Browser& browser, const std::string& to) {
        return browser.start("?return_to=" + to + "&code_challenge=" + challenge);
    };
    const auto take = [&](const std::string& code, const std::string& with) {
        return daemon().client().post("/api/auth/oidc/token", text({{"code", code}, {"code_verifier", with}}));
    };
    Browser browser(daemon());
    const auto landed = browser.comeBack(provider().signIn(begin(browser, "/app/in"), claimsOf("page", "paige")));
    ASSERT_EQ(landed.status, 302) << landed.body;
    EXPECT_EQ(landed.header("referrer-policy"), "no-referrer");
    ASSERT_THAT(landed.header("location"), StartsWith("/app/in#code=nbo_"));
    const auto code = landed.header("location").substr(std::string("/app/in#code=").size());
    EXPECT_EQ(nameIn(take(code, verifier)), "paige");
    expectProblem(take(code, verifier), 401, "oidc_bad_code");

    const auto program = browser.comeBack(
        provider().signIn(begin(browser, "http%3A%2F%2F127.0.0.1%3A4711%2Fdone"), claimsOf("page", "paige")));
    ASSERT_THAT(program.header("location"), StartsWith("http://127.0.0.1:4711/done?code=nbo_"));
    const auto other = program.header("location").substr(std::string("http://127.0.0.1:4711/done?code=").size());
    expectProblem(take(other, std::string(50, 'w')), 401, "oidc_bad_code");
    expectProblem(take(other, verifier), 401, "oidc_bad_code"); // it was shown to somebody else

    const auto denied = begin(browser, "/app/in");
    EXPECT_EQ(browser.comeBack("/api/auth/oidc/corp/callback?error=access_denied&state=" + queryValue(denied, "state"))
                  .header("location"),
              "/app/in#error=oidc_denied");
}

TEST_F(Oidc, TheCommandLineSignsInWithABrowserOfTheMachine)
{
    TemporaryFolder home;
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const std::vector<std::string> environment{"HOME=" + home.path(), "XDG_CONFIG_HOME=" + home.path()};
    const auto server = "http://127.0.0.1:" + std::to_string(daemon().http());
    const auto program = startProgram({netbitPath(), "login", server, "--provider", "corp"}, null, ends[1], null, environment);
    ::close(ends[1]);
    ::close(null);
    std::string told;
    const auto more = [&] {
        char room[512];
        const auto got = ::read(ends[0], room, sizeof room);
        told.append(room, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return got > 0;
    };
    while (told.find("code_challenge=") == std::string::npos || told.back() != '\n')
        ASSERT_TRUE(more()) << told;
    const auto address = told.substr(told.find("http://"), told.rfind('\n') - told.find("http://"));
    ASSERT_THAT(address, StartsWith("http://127.0.0.1:1/api/auth/oidc/corp/start?return_to=http%3A%2F%2F127.0.0.1%3A"));
    Browser browser(daemon());
    const auto landed =
        browser.comeBack(provider().signIn(browser.start(address.substr(address.find('?'))), claimsOf("terminal", "terry")));
    const auto back = landed.header("location");
    ASSERT_THAT(back, StartsWith("http://127.0.0.1:"));
    HttpClient loopback(static_cast<std::uint16_t>(std::stoi(back.substr(17))));
    EXPECT_EQ(loopback.get("/favicon.ico").status, 404) << "it goes on waiting";
    EXPECT_EQ(loopback.get(back.substr(back.find('/', 17))).status, 200);
    while (more()) {
    }
    ::close(ends[0]);
    EXPECT_EQ(waitForProgram(program), 0) << told;
    EXPECT_THAT(told, HasSubstr("as terry."));
    const auto chats = runProgram({netbitPath(), "chats"}, {}, environment);
    EXPECT_EQ(chats.exitCode, 0) << chats.err;
    const auto none = runProgram({netbitPath(), "login", server, "--provider", "nowhere"}, {}, environment);
    EXPECT_EQ(none.exitCode, 1);
    EXPECT_THAT(none.err, HasSubstr("This server has no provider nowhere; it has corp."));
}

TEST_F(Oidc, NobodyIsSentAnywhereElse)
{
    auto http = daemon().client();
    const std::string challenge = "&code_challenge=" + std::string(43, 'A');
    for (const auto* to : {"https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "%5C%5Cevil.example", "evil",
                           "", "http%3A%2F%2F127.0.0.1.evil.example%3A80%2F", "http%3A%2F%2F127.0.0.1%3A80%40evil.example%2F",
                           "http%3A%2F%2F127.0.0.1%3A0%2F", "http%3A%2F%2F127.0.0.1%3A70000%2F", "http%3A%2F%2F127.0.0.1%2F",
                           "http%3A%2F%2Flocalhost%3A80%2F", "javascript%3Aalert(1)", "%2Fa%0D%0ALocation%3A%20x",
                           "%2Fa%3Fcode%3Dx", "%2Fa%23code%3Dx", "%09%2F%2Fevil.example", "%2F%09%2Fevil.example", "%2F%252F"}) {
        const auto reply = http.get("/api/auth/oidc/corp/start?return_to=" + std::string(to) + challenge);
        EXPECT_EQ(reply.status, 422) << to << ": " << reply.header("location");
    }
    expectProblem(http.get("/api/auth/oidc/corp/start?return_to=%2Fapp"), 422, "bad_code_challenge");
    expectProblem(http.get("/api/auth/oidc/corp/start?return_to=%2Fapp&code_challenge=short"), 422, "bad_code_challenge");
    expectProblem(http.get("/api/auth/oidc/corp/start?return_to=%2F" + std::string(512, 'a') + challenge), 422);
    expectProblem(http.get("/api/auth/oidc/corp/start", {{"Host", "evil.example"}}), 400); // two Hosts
    expectProblem(http.get("/api/auth/oidc/none/start"), 404, "oidc_provider_not_found");
}

TEST_F(Oidc, TheRequestToTheProviderSaysWhatItMust)
{
    Browser browser(daemon());
    const auto url = browser.start();
    EXPECT_THAT(url, StartsWith(provider().issuer() + "/authorize?tenant=1&response_type=code&client_id=netbit-client&"));
    EXPECT_EQ(queryValue(url, "redirect_uri"), "http://127.0.0.1:1/api/auth/oidc/corp/callback")
        << "from the settings, whatever Host says";
    EXPECT_EQ(queryValue(url, "scope"), "openid profile email");
    EXPECT_EQ(queryValue(url, "code_challenge_method"), "S256");
    const auto again = browser.start();
    for (const auto* name : {"state", "nonce", "code_challenge"}) {
        EXPECT_GE(queryValue(url, name).size(), 43U);
        EXPECT_NE(queryValue(url, name), queryValue(again, name));
    }
    EXPECT_EQ(
        daemon().client().get("/api/auth/oidc").body,
        R"({"data":[{"name":"corp","title":"The Corporation","start":"http://127.0.0.1:1/api/auth/oidc/corp/start"}],)"
              R"("pagination":{"next_after":null}})");
}

TEST_F(Oidc, WhoHasASecondFactorIsAskedForIt)
{
    Browser browser(daemon());
    const auto userId = integerAt(session(browser.signIn(provider(), claimsOf("careful", "carla"))), "/user/id");
    const auto root = makeUser(daemon(), "root2fa", "admin");
    auto admin = daemon().client(root.token);
    const auto reset = textAt(admin.expect(201, "POST", "/api/admin/users/" + std::to_string(userId) + "/reset"), "/token");
    EXPECT_EQ(browser.http().post("/api/auth/reset", text({{"token", reset}, {"password", password}})).status, 204);
    auto own = daemon().client(textAt(login(daemon(), "carla"), "/access_token"));
    const auto secret = textAt(own.expect(201, "POST", "/api/user/second-factor", text({{"password", password}})), "/secret");
    own.expect(200, "POST", "/api/user/second-factor/confirm", text({{"code", authenticatorCode(secret, -1)}}));

    const auto asked = session(browser.signIn(provider(), claimsOf("careful", "carla")));
    EXPECT_FALSE(asked.contains("access_token"));
    const auto entered = daemon().client().post(
        "/api/auth/second-factor", text({{"ticket", textAt(asked, "/ticket")}, {"code", authenticatorCode(secret)}}));
    EXPECT_EQ(nameIn(entered), "carla");
}

TEST_F(Oidc, WhoIsDeactivatedStaysOutAndWhoIsErasedIsForgotten)
{
    Browser browser(daemon());
    const auto entered = session(browser.signIn(provider(), claimsOf("leaver", "leo")));
    const auto id = std::to_string(integerAt(entered, "/user/id"));
    auto admin = daemon().client(makeUser(daemon(), "root3", "admin").token);
    admin.expect(200, "POST", "/api/admin/users/" + id + "/deactivate");
    expectProblem(browser.signIn(provider(), claimsOf("leaver", "leo")), 403, "user_not_active");
    EXPECT_EQ(daemon().client(textAt(entered, "/access_token")).get("/api/user/profile").status, 401);
    admin.expect(200, "POST", "/api/admin/users/" + id + "/reactivate");
    const auto back = session(browser.signIn(provider(), claimsOf("leaver", "leo")));
    auto own = daemon().client(textAt(back, "/access_token"));
    expectProblem(own.request("DELETE", "/api/user", text({{"password", "x"}})), 409, "no_password");
    const auto reset = textAt(admin.expect(201, "POST", "/api/admin/users/" + id + "/reset"), "/token");
    browser.http().post("/api/auth/reset", text({{"token", reset}, {"password", password}}));
    own = daemon().client(textAt(login(daemon(), "leo"), "/access_token"));
    EXPECT_EQ(own.request("DELETE", "/api/user", text({{"password", password}})).status, 204);
    const auto anew = session(browser.signIn(provider(), claimsOf("leaver", "leo")));
    EXPECT_NE(std::to_string(integerAt(anew, "/user/id")), id);
}

TEST_F(Oidc, WhatHappenedIsInTheAuditLog)
{
    Browser browser(daemon(), "127.0.9.9");
    const auto id = integerAt(session(browser.signIn(provider(), claimsOf("audited", "audrey"))), "/user/id");
    const auto root = makeUser(daemon(), "root4", "admin");
    const auto log = daemon().client(root.token).expect(200, "GET", "/api/admin/audit?actor_id=" + std::to_string(id));
    std::string acts;
    for (const auto& row : listAt(log, "/data"))
        acts += textAt(row, "/act") + "@" + textAt(row, "/address") + " ";
    EXPECT_EQ(acts, "identity.link@127.0.9.9 user.add@127.0.9.9 ");
}

TEST_F(Oidc, AnAccountIsLinkedByItsOwnerWithThePassword)
{
    makeUser(daemon(), "olga");
    makeUser(daemon(), "pete");
    auto olga = daemon().client(textAt(login(daemon(), "olga"), "/access_token"));
    auto pete = daemon().client(textAt(login(daemon(), "pete"), "/access_token"));
    const auto link = [&](HttpClient& who, const std::string& subject) {
        Browser browser(daemon());
        const auto begun = who.post("/api/user/identities/corp", text({{"password", password}}));
        EXPECT_EQ(begun.status, 200) << begun.body;
        browser.keepCookie(begun);
        EXPECT_FALSE(has(begun.document(), "/browser")) << "what binds the browser is for its cookie alone";
        return browser.comeBack(provider().signIn(textAt(begun.document(), "/authorization_url"), claimsOf(subject)));
    };
    expectProblem(olga.post("/api/user/identities/corp", text({{"password", "wrong"}})), 403, "wrong_password");
    expectProblem(olga.post("/api/user/identities/none", text({{"password", password}})), 404, "oidc_provider_not_found");
    const auto linked = link(olga, "olga-there");
    ASSERT_EQ(linked.status, 200) << linked.body;
    EXPECT_EQ(textAt(linked.document(), "/subject"), "olga-there");
    expectProblem(link(pete, "olga-there"), 409, "identity_taken");
    Browser browser(daemon());
    EXPECT_EQ(nameIn(browser.signIn(provider(), claimsOf("olga-there"))), "olga");

    const auto own = "/api/user/identities/" + std::to_string(integerAt(linked.document(), "/id"));
    expectProblem(pete.request("DELETE", own), 404, "identity_not_found");
    EXPECT_EQ(listAt(olga.expect(200, "GET", "/api/user/identities"), "/data").size(), 1U);
    EXPECT_EQ(olga.request("DELETE", own).status, 204);
    EXPECT_EQ(nameIn(browser.signIn(provider(), claimsOf("olga-there", "olga-anew"))), "olga-anew")
        << "who is linked with nobody is somebody new";
}

namespace {

class OidcClosed : public Oidc {
protected:
    static void SetUpTestSuite()
    {
        begin({"oidc.corp.admin_claim=groups", "oidc.corp.admin_value=netbit-admins", "auth.login_failures_per_minute=5"});
    }
};

} // namespace

TEST_F(OidcClosed, WhoIsLinkedWithNobodyIsToldSoAndAnAdminLinks)
{
    const auto root = makeUser(daemon(), "root", "admin");
    const auto bob = makeUser(daemon(), "bob");
    const auto before = userCount();
    Browser browser(daemon());
    for (int i = 0; i < 7; ++i) // this is no failure that a throttle counts
        expectProblem(browser.signIn(provider(), claimsOf("bob-there", "bob")), 403, "oidc_not_registered");
    EXPECT_EQ(userCount(), before);
    const auto target = "/api/admin/users/" + std::to_string(bob.id) + "/identities";
    auto admin = daemon().client(root.token);
    expectProblem(daemon().client(bob.token).post(target, text({{"provider", "corp"}, {"subject", "bob-there"}})), 403,
                  "admin_only");
    expectProblem(admin.post("/api/admin/users/99999/identities", text({{"provider", "corp"}, {"subject", "x"}})), 404,
                  "user_not_found");
    admin.expect(201, "POST", target, text({{"provider", "corp"}, {"subject", "bob-there"}}));
    EXPECT_EQ(nameIn(browser.signIn(provider(), claimsOf("bob-there", "mallory"))), "bob");
}

TEST_F(OidcClosed, TheProviderSaysWhoIsAnAdminButNotThatNobodyIs)
{
    const auto root = makeUser(daemon(), "root5", "admin");
    const auto rita = makeUser(daemon(), "rita");
    auto admin = daemon().client(root.token);
    admin.expect(201, "POST", "/api/admin/users/" + std::to_string(rita.id) + "/identities",
                 text({{"provider", "corp"}, {"subject", "rita"}}));
    const auto enter = [&](json::value groups) {
        auto claims = claimsOf("rita");
        claims["groups"] = std::move(groups);
        return session(Browser(daemon()).signIn(provider(), claims));
    };
    EXPECT_EQ(textAt(enter(json::array{"staff", "netbit-admins"}), "/user/role"), "admin");
    const auto held = daemon().client(rita.token).get("/api/admin/users");
    EXPECT_EQ(held.status, 200);
    EXPECT_EQ(textAt(enter(json::array{"staff"}), "/user/role"), "member");
    expectProblem(daemon().client(rita.token).get("/api/admin/users"), 403, "admin_only");
    EXPECT_EQ(textAt(enter("netbit-admins"), "/user/role"), "admin");
    // She is made the last one: the provider's word does not lock everybody out.
    const auto admins = admin.expect(200, "GET", "/api/admin/users?role=admin&state=active");
    for (const auto& user : listAt(admins, "/data"))
        if (integerAt(user, "/id") != rita.id && integerAt(user, "/id") != root.id)
            admin.expect(200, "POST", "/api/admin/users/" + std::to_string(integerAt(user, "/id")) + "/deactivate");
    daemon().client(rita.token).expect(200, "POST", "/api/admin/users/" + std::to_string(root.id) + "/deactivate");
    EXPECT_EQ(textAt(enter(json::array{}), "/user/role"), "admin");
}

TEST_F(OidcClosed, FailuresSlowDownLikeWrongPasswords)
{
    Browser browser(daemon(), "127.0.9.5");
    makeUser(daemon(), "slow");
    for (int i = 0; i < 5; ++i)
        expectProblem(browser.comeBack("/api/auth/oidc/corp/callback?code=x&state=" + std::to_string(i)), 401, "oidc_bad_state");
    expectProblem(browser.comeBack("/api/auth/oidc/corp/callback?code=x&state=y"), 429, "too_many_failed_logins");
    expectProblem(browser.http().post("/api/auth/oidc/token", text({{"code", "x"}, {"code_verifier", "y"}})), 429,
                  "too_many_failed_logins");
    expectProblem(browser.http().post("/api/auth/login", text({{"username", "slow"}, {"password", password}})), 429,
                  "too_many_failed_logins");
    EXPECT_EQ(Browser(daemon(), "127.0.9.6")
                  .http()
                  .post("/api/auth/login", text({{"username", "slow"}, {"password", password}}))
                  .status,
              200);
}

TEST(OidcWithTls, TheCookieIsOneThatOnlyThisServerCanHaveSet)
{
    FakeProvider provider;
    auto settings = oidcSettings(provider);
    settings.emplace_back("oidc.public_url=https://chat.example.org");
    Daemon daemon(settings);
    Browser browser(daemon);
    const auto reply = browser.http().get("/api/auth/oidc/corp/start");
    ASSERT_EQ(reply.status, 302) << reply.body;
    EXPECT_THAT(reply.header("set-cookie"), StartsWith("__Host-netbit-login=nbb_"));
    EXPECT_THAT(reply.header("set-cookie"), HasSubstr("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600; Secure"));
    EXPECT_EQ(queryValue(reply.header("location"), "redirect_uri"), "https://chat.example.org/api/auth/oidc/corp/callback");
    browser.sentBy(reply);
    browser.cookie = browser.cookie.substr(std::string("__Host-").size()); // as a neighbour under the same domain may set it
    expectProblem(browser.comeBack(provider.signIn(reply.header("location"), claimsOf("x"))), 401, "oidc_bad_state");
}

} // namespace netbit::test
