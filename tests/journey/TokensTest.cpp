// The own sessions and personal access tokens, over HTTP and TCP.

#include "journey/Stage.h"
#include "support/TcpClient.h"

namespace netbit::test {

namespace {

class Tokens : public OnStage {
protected:
    static HttpClient session(const std::string& name) { return daemon().client(textAt(login(daemon(), name), "/access_token")); }
    static std::string make(HttpClient& http, std::string_view scopes, std::string_view more = "")
    {
        return textAt(http.expect(201, "POST", "/api/user/tokens",
                                  R"({"name":"t","scopes":)" + std::string(scopes) + std::string(more) + "}"),
                      "/token");
    }
};

} // namespace

TEST_F(Tokens, SessionsAreListedAndEndedOneByOne)
{
    makeUser(daemon(), "walter");
    const auto first = login(daemon(), "walter");
    const auto second = login(daemon(), "walter");
    auto http = daemon().client(textAt(first, "/access_token"));
    const auto list = http.expect(200, "GET", "/api/user/sessions");
    ASSERT_EQ(listAt(list, "/data").size(), 2U);
    EXPECT_FALSE(truthAt(list, "/data/0/current")) << "newest first";
    EXPECT_TRUE(truthAt(list, "/data/1/current"));
    EXPECT_EQ(textAt(list, "/data/0/address"), "127.0.0.1");
    for (const auto* member : {"/client", "/created_at", "/last_used_at", "/expires_at"})
        EXPECT_TRUE(has(at(list, "/data/0"), member)) << member;
    const auto other = std::to_string(integerAt(list, "/data/0/id"));

    expectProblem(as(bob()).request("DELETE", "/api/user/sessions/" + other), 404, "session_not_found");
    EXPECT_EQ(daemon().client(textAt(second, "/access_token")).get("/api/user/profile").status, 200);
    EXPECT_EQ(http.request("DELETE", "/api/user/sessions/" + other).status, 204);
    expectProblem(daemon().client(textAt(second, "/access_token")).get("/api/user/profile"), 401);
    expectProblem(http.request("DELETE", "/api/user/sessions/" + other), 404, "session_not_found");
    for (const auto* id : {"0", "-1", "x", "99999999999999999999"})
        EXPECT_GE(http.request("DELETE", std::string("/api/user/sessions/") + id).status, 400) << id;
}

TEST_F(Tokens, AllOtherSessionsEndTogether)
{
    makeUser(daemon(), "wanda");
    const auto lost = login(daemon(), "wanda");
    login(daemon(), "wanda");
    auto http = session("wanda");
    EXPECT_EQ(integerAt(http.expect(200, "DELETE", "/api/user/sessions"), "/revoked"), 2);
    expectProblem(daemon().client(textAt(lost, "/access_token")).get("/api/user/profile"), 401);
    expectProblem(daemon().client().post("/api/auth/refresh",
                                         json::serialize(json::object{{"refresh_token", textAt(lost, "/refresh_token")}})),
                  401);
    EXPECT_EQ(listAt(http.expect(200, "GET", "/api/user/sessions"), "/data").size(), 1U);
}

TEST_F(Tokens, ATokenIsShownOnceListedAndRevoked)
{
    auto http = session("ada");
    const auto made = http.request("POST", "/api/user/tokens",
                                   R"({"name":"ci","scopes":["read","git"],"expires_at":"2090-01-01T00:00:00Z"})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("cache-control"), "no-store");
    const auto token = textAt(made.document(), "/token");
    const auto id = std::to_string(integerAt(made.document(), "/id"));
    EXPECT_TRUE(token.starts_with("nbt_"));
    const auto list = http.get("/api/user/tokens");
    EXPECT_EQ(list.body.find(token), std::string::npos);
    EXPECT_NE(list.body.find(R"("scopes":["read","git"])"), std::string::npos) << list.body;
    daemon().client(token).expect(200, "GET", "/api/user/profile");

    expectProblem(session("bob").request("DELETE", "/api/user/tokens/" + id), 404, "token_not_found");
    EXPECT_EQ(http.request("DELETE", "/api/user/tokens/" + id).status, 204);
    expectProblem(daemon().client(token).get("/api/user/profile"), 401);
    expectProblem(http.request("DELETE", "/api/user/tokens/" + id), 404, "token_not_found");
    daemon().restart();
    expectProblem(daemon().client(token).get("/api/user/profile"), 401);
}

TEST_F(Tokens, WhatDoesNotFitIsRefusedWithItsPointer)
{
    auto http = session("ada");
    const auto refused = [&](std::string_view body, std::string_view code, std::string_view pointer) {
        SCOPED_TRACE(body);
        const auto reply = http.post("/api/user/tokens", body);
        expectProblem(reply, 422, code);
        EXPECT_EQ(textAt(reply.document(), "/errors/0/pointer"), pointer);
    };
    refused(R"({"scopes":["read"]})", "missing_member", "/name");
    refused(R"({"name":"x"})", "missing_member", "/scopes");
    refused(R"({"name":"x","scopes":[]})", "out_of_range", "/scopes");
    refused(R"({"name":"x","scopes":["read","root"]})", "invalid_scope", "/scopes/1");
    refused(R"({"name":"","scopes":["read"]})", "invalid_name", "/name");
    refused(R"({"name":"x","scopes":["read"],"expires_at":"2001-01-01T00:00:00Z"})", "invalid_life", "/expires_at");
    refused(R"({"name":"x","scopes":["read"],"user_id":1})", "unknown_member", "/user_id");
}

TEST_F(Tokens, AReadingTokenReadsAndDoesNothingElseOnAnyPort)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto owner = session("ada");
    const auto token = make(owner, R"(["read"])");
    auto http = daemon().client(token);
    http.expect(200, "GET", messagesOf(chat));
    http.expect(200, "GET", "/api/users");
    expectProblem(http.post(messagesOf(chat), R"({"content":"x"})"), 403, "scope_missing");
    expectProblem(http.request("PATCH", "/api/user/profile", R"({"about":"x"})"), 403, "scope_missing");
    expectProblem(http.post("/api/user/tokens", R"({"name":"x","scopes":["write"]})"), 403, "scope_missing");
    TcpClient tcp(daemon().tcp(), token);
    const auto answer = tcp.ask(sendPacket(chat, "over TCP"));
    EXPECT_FALSE(truthAt(answer, "/success")) << json::serialize(answer);
    EXPECT_TRUE(listAt(as(bob()).expect(200, "GET", messagesOf(chat)), "/data").empty());
}

TEST_F(Tokens, AGitTokenIsForGitOnly)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    auto owner = session("ada");
    const auto token = make(owner, R"(["git"])");
    expectProblem(daemon().client(token).get("/api/user/profile"), 403, "scope_missing");
    TcpClient tcp(daemon().tcp(), token);
    EXPECT_FALSE(truthAt(tcp.ask(sendPacket(chat, "x")), "/success"));
}

TEST_F(Tokens, AnAccessTokenMakesNoOther)
{
    auto owner = session("ada");
    const auto token = make(owner, R"(["read","write","admin","git"])");
    expectProblem(daemon().client(token).post("/api/user/tokens", R"({"name":"x","scopes":["read"]})"), 403, "session_required");
}

} // namespace netbit::test
