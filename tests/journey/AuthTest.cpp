// Sessions: how they are renewed, how they end, and that the end is at once and everywhere.

#include "journey/Stage.h"
#include "support/TcpClient.h"

#include <vector>

namespace netbit::test {

namespace {

class Auth : public OnStage {};

std::string refreshBody(const json::value& session)
{
    return json::serialize(json::object{{"refresh_token", textAt(session, "/refresh_token")}});
}

std::string credentials(std::string_view name, std::string_view secret)
{
    return json::serialize(json::object{{"username", name}, {"password", secret}});
}

/// The token with one character of one of its parts changed.
std::string mutated(std::string token, std::size_t at)
{
    token[at] = token[at] == 'A' ? 'B' : 'A';
    return token;
}

} // namespace

TEST_F(Auth, RefreshGivesNewTokensOfTheSameSession)
{
    const auto first = login(daemon(), "ada");
    auto http = daemon().client();
    const auto second = http.expect(200, "POST", "/api/auth/refresh", refreshBody(first));

    EXPECT_NE(textAt(second, "/refresh_token"), textAt(first, "/refresh_token"));
    EXPECT_EQ(textAt(second, "/token_type"), "Bearer");
    daemon().client(textAt(second, "/access_token")).expect(200, "GET", "/api/user/profile");
    http.expect(200, "POST", "/api/auth/refresh", refreshBody(second));
}

TEST_F(Auth, ARefreshTokenThatIsUsedTwiceEndsTheWholeSession)
{
    const auto first = login(daemon(), "ada");
    const auto other = login(daemon(), "ada");
    auto http = daemon().client();
    const auto second = http.expect(200, "POST", "/api/auth/refresh", refreshBody(first));

    expectProblem(http.post("/api/auth/refresh", refreshBody(first)), 401);

    expectProblem(http.post("/api/auth/refresh", refreshBody(second)), 401);
    expectProblem(daemon().client(textAt(first, "/access_token")).get("/api/user/profile"), 401);
    expectProblem(daemon().client(textAt(second, "/access_token")).get("/api/user/profile"), 401);
    daemon().client(textAt(other, "/access_token")).expect(200, "GET", "/api/user/profile");
}

TEST_F(Auth, ASessionThatWasRevokedStaysSoOverARestart)
{
    const auto session = login(daemon(), "ada");
    auto http = daemon().client();
    EXPECT_LT(http.post("/api/auth/logout", refreshBody(session)).status, 300);
    daemon().restart();
    expectProblem(daemon().client(textAt(session, "/access_token")).get("/api/user/profile"), 401);
    expectProblem(daemon().client().post("/api/auth/refresh", refreshBody(session)), 401);
}

TEST_F(Auth, LogoutHoldsAtOnceForHttp)
{
    const auto session = login(daemon(), "ada");
    auto http = daemon().client(textAt(session, "/access_token"));
    http.expect(200, "GET", "/api/user/profile");
    EXPECT_LT(daemon().client().post("/api/auth/logout", refreshBody(session)).status, 300);
    expectProblem(http.get("/api/user/profile"), 401);
    EXPECT_LT(daemon().client().post("/api/auth/logout", refreshBody(session)).status, 300) << "Logging out twice is no error.";
}

TEST_F(Auth, LogoutHoldsAtOnceForAnOpenTcpConnection)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto session = login(daemon(), "ada");
    TcpClient tcp(daemon().tcp(), textAt(session, "/access_token"));
    ASSERT_TRUE(truthAt(tcp.ask(sendPacket(chat, "still signed in")), "/success"));

    daemon().client().post("/api/auth/logout", refreshBody(session));

    try {
        const auto answer = tcp.ask(sendPacket(chat, "signed out"));
        EXPECT_FALSE(truthAt(answer, "/success")) << json::serialize(answer);
        EXPECT_EQ(textAt(answer, "/code"), "unauthenticated");
    } catch (const ConnectionLost&) {
        // Closing the connection is as good an answer.
    }
    auto http = as(bob());
    const auto page = http.expect(200, "GET", messagesOf(chat));
    EXPECT_EQ(textAt(page, "/data/0/content"), "still signed in");
    EXPECT_EQ(listAt(page, "/data").size(), 1u);
}

TEST_F(Auth, LogoutEndsASubscription)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto session = login(daemon(), "ada");
    TcpClient listener(daemon().tcp(), textAt(session, "/access_token"));
    ASSERT_TRUE(truthAt(listener.ask(R"({"packet_type":"Subscribe"})"), "/success"));

    daemon().client().post("/api/auth/logout", refreshBody(session));
    auto http = as(bob());
    say(http, chat, "ada must not hear this");

    const Deadline deadline(shortly);
    try {
        while (const auto packet = listener.readUntil(deadline))
            EXPECT_FALSE(has(*packet, "/event/data")) << "An event after logout: " << json::serialize(*packet);
    } catch (const ConnectionLost&) {
        // Closing the connection is as good an answer.
    }
}

TEST_F(Auth, AWrongPasswordAndAnUnknownUserAreAnsweredAlike)
{
    auto http = daemon().client({}, "127.0.1.1");
    auto wrong = http.post("/api/auth/login", credentials("eve", "a wrong password"));
    auto unknown = http.post("/api/auth/login", credentials("nobody-of-that-name", "a wrong password"));
    expectProblem(wrong, 401);
    expectProblem(unknown, 401);
    const auto one = wrong.document();
    const auto two = unknown.document();
    EXPECT_EQ(textAt(one, "/code"), textAt(two, "/code"));
    EXPECT_EQ(textAt(one, "/detail"), textAt(two, "/detail"));
}

TEST_F(Auth, TheSixthWrongPasswordInAMinuteIsRefusedUnread)
{
    const auto victim = makeUser(daemon(), "victim");
    auto http = daemon().client({}, "127.0.2.1");
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(http.post("/api/auth/login", credentials("victim", "guess " + std::to_string(i))).status, 401);
    const auto sixth = http.post("/api/auth/login", credentials("victim", "guess 6"));
    expectProblem(sixth, 429);
    EXPECT_FALSE(sixth.header("retry-after").empty());
}

TEST_F(Auth, TokensThatAreNotOursAreRefusedAlike)
{
    const auto session = login(daemon(), "ada");
    const auto token = textAt(session, "/access_token");
    const auto head = token.find('.');
    const auto tail = token.rfind('.');
    ASSERT_NE(head, tail) << "no JWT: " << token;
    const auto payload = token.substr(head + 1, tail - head - 1);
    const std::vector<std::string> bad{
        "garbage",
        "a.b.c",
        "nbt_0000000000000000000000000000000000000000000",
        token + "A",
        token.substr(0, token.size() - 1),
        token.substr(0, tail) + ".",
        token.substr(0, tail),
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + payload + ".",                         // alg none
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + token.substr(head + 1),                // alg none, with a signature
        "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9." + token.substr(head + 1),               // alg HS512
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + token.substr(head + 1),               // alg RS256
        mutated(token, 1), mutated(token, head + 5), mutated(token, tail + 5),
        textAt(session, "/refresh_token"),
    };
    for (const auto& each : bad) {
        SCOPED_TRACE(each);
        expectProblem(daemon().client(each).get("/api/user/profile"), 401);
        TcpClient tcp(daemon().tcp());
        const auto answer = tcp.ask(json::serialize(json::object{{"packet_type", "Authenticate"}, {"token", each}}));
        EXPECT_FALSE(truthAt(answer, "/success"));
    }
    daemon().client(token).expect(200, "GET", "/api/user/profile");
}

TEST_F(Auth, ABadTokenIsRefusedAlsoWhereNoneIsNeeded)
{
    expectProblem(daemon().client("garbage").get("/api/server"), 401);
}

TEST_F(Auth, ANewPasswordEndsEverySession)
{
    makeUser(daemon(), "carol");
    const auto session = login(daemon(), "carol");
    daemon().admin().expect(204, "POST", "/admin/users/carol/password", R"({"password":"quite another one"})");
    expectProblem(daemon().client(textAt(session, "/access_token")).get("/api/user/profile"), 401);
    daemon().client().expect(200, "POST", "/api/auth/login", credentials("carol", "quite another one"));
}

TEST_F(Auth, AProfileShowsItsOwnerTheEmailAndOthersNot)
{
    auto http = as(ada());
    EXPECT_TRUE(has(http.expect(200, "GET", "/api/user/profile"), "/email"));
    const auto other = http.expect(200, "GET", "/api/users/" + std::to_string(bob().id));
    EXPECT_EQ(textAt(other, "/username"), "bob");
    EXPECT_FALSE(has(other, "/email"));
    expectProblem(http.get("/api/users/99999999"), 404);
    for (const auto& each : {http.get("/api/users/zero"), http.get("/api/users/-1")})
        EXPECT_TRUE(each.status == 404 || each.status == 422) << each.status;
}

} // namespace netbit::test
