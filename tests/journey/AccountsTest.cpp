// Accounts over HTTP: passwords, reset links, admins' acts, invitations, the audit log, export and erasure.

#include "journey/Stage.h"
#include "support/TcpClient.h"

namespace netbit::test {

namespace {

class Accounts : public OnStage {
protected:
    static std::string path(const User& user, std::string_view act = {}) { return "/api/admin/users/" + std::to_string(user.id) + std::string(act); }
    static std::string text(json::object object) { return json::serialize(object); }
    static HttpReply tryLogin(const std::string& name, std::string_view with, const std::string& from = {})
    {
        return daemon().client({}, from).post("/api/auth/login", text({{"username", name}, {"password", with}}));
    }
};

} // namespace

TEST_F(Accounts, ANewPasswordNeedsTheOldOneAndEndsOtherSessions)
{
    makeUser(daemon(), "penny");
    const auto other = login(daemon(), "penny");
    auto http = daemon().client(textAt(login(daemon(), "penny"), "/access_token"), "127.0.4.1");
    const auto change = [&](std::string_view old, std::string_view fresh) {
        return http.post("/api/user/password", text({{"old_password", old}, {"new_password", fresh}}));
    };
    expectProblem(change("wrong", "quite another one"), 403, "wrong_password");
    expectProblem(change(password, "short"), 422, "weak_password");
    expectProblem(http.post("/api/user/password", text({{"new_password", "quite another one"}})), 422, "missing_member");
    EXPECT_EQ(change(password, "quite another one").status, 204);
    EXPECT_EQ(http.get("/api/user/profile").status, 200);
    expectProblem(daemon().client(textAt(other, "/access_token")).get("/api/user/profile"), 401);
    expectProblem(tryLogin("penny", password, "127.0.4.2"), 401, "bad_credentials");
    EXPECT_EQ(tryLogin("penny", "quite another one").status, 200);
}

TEST_F(Accounts, AResetLinkLetsItsUserInOnce)
{
    const auto oscar = makeUser(daemon(), "oscar");
    const auto before = login(daemon(), "oscar");
    expectProblem(as(ada()).post(path(oscar, "/reset"), ""), 403, "admin_only");
    const auto made = as(root()).request("POST", path(oscar, "/reset"));
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("cache-control"), "no-store");
    const auto token = textAt(made.document(), "/token");
    daemon().restart();
    auto http = daemon().client({}, "127.0.4.3");
    expectProblem(http.post("/api/auth/reset", text({{"token", token}, {"password", "short"}})), 422, "weak_password");
    EXPECT_EQ(http.post("/api/auth/reset", text({{"token", token}, {"password", "oscar's own one"}})).status, 204);
    expectProblem(http.post("/api/auth/reset", text({{"token", token}, {"password", "and again"}})), 401, "bad_reset_token");
    expectProblem(daemon().client(textAt(before, "/access_token")).get("/api/user/profile"), 401);
    EXPECT_EQ(tryLogin("oscar", "oscar's own one").status, 200);
    expectProblem(as(root()).post("/api/admin/users/999999/reset", ""), 404, "user_not_found");
}

TEST_F(Accounts, AnAdminAddsUsersAndChangesWhatTheyAre)
{
    auto http = as(root());
    const auto made = http.post("/api/admin/users", text({{"username", "quinn"}, {"password", password}, {"role", "guest"}}));
    ASSERT_EQ(made.status, 201) << made.body;
    const auto id = integerAt(made.document(), "/id");
    EXPECT_EQ(made.header("location"), "/api/users/" + std::to_string(id));
    EXPECT_EQ(textAt(made.document(), "/state"), "active");
    expectProblem(http.post("/api/admin/users", text({{"username", "QUINN"}, {"password", password}})), 409, "username_taken");
    expectProblem(http.post("/api/admin/users", text({{"username", "no spaces"}})), 422, "invalid_username");
    expectProblem(http.post("/api/admin/users", text({{"username", "x"}, {"is_admin", true}})), 422, "unknown_member");

    const auto target = "/api/admin/users/" + std::to_string(id);
    const auto quinn = textAt(login(daemon(), "quinn"), "/access_token");
    EXPECT_EQ(textAt(http.expect(200, "PATCH", target, R"({"role":"admin"})"), "/role"), "admin");
    auto promoted = daemon().client(quinn);
    promoted.expect(200, "GET", "/api/admin/users");
    http.expect(200, "PATCH", target, R"({"role":"member"})");
    expectProblem(promoted.get("/api/admin/users"), 403, "admin_only");
    promoted.expect(200, "GET", "/api/user/profile");
    expectProblem(http.request("PATCH", target, R"({"role":"god"})"), 422, "out_of_range");
    expectProblem(http.request("PATCH", target, "{}"), 422, "missing_member");
    expectProblem(http.request("PATCH", "/api/admin/users/999999", R"({"role":"guest"})"), 404, "user_not_found");
}

TEST_F(Accounts, WhoIsDeactivatedIsOutOfEveryPortAtOnce)
{
    const auto rita = makeUser(daemon(), "rita");
    const auto chat = makeChat(daemon(), rita, "group", {bob()});
    TcpClient tcp(daemon().tcp(), rita.token);
    ASSERT_TRUE(truthAt(tcp.ask(sendPacket(chat, "still here")), "/success"));
    EXPECT_EQ(textAt(as(root()).expect(200, "POST", path(rita, "/deactivate")), "/state"), "deactivated");
    expectProblem(as(rita).get("/api/user/profile"), 401);
    expectProblem(tryLogin("rita", password, "127.0.4.4"), 401, "bad_credentials");
    try {
        EXPECT_FALSE(truthAt(tcp.ask(sendPacket(chat, "gone")), "/success"));
    } catch (const ConnectionLost&) {
        // Closing the connection is as good an answer.
    }
    EXPECT_EQ(as(bob()).get("/api/users").body.find("\"rita\""), std::string::npos);
    EXPECT_NE(as(root()).get("/api/admin/users?state=deactivated").body.find("\"rita\""), std::string::npos);
    as(root()).expect(200, "POST", path(rita, "/reactivate"));
    EXPECT_EQ(tryLogin("rita", password, "127.0.4.5").status, 200);
    expectProblem(as(rita).get("/api/user/profile"), 401);
}

TEST_F(Accounts, AKeyMakesNoSecondUserAndIsNotTakenForWhatIsShownOnce)
{
    // Nobody's keys are kept where nobody is signed in, nor a digest of a password: the name itself makes a repetition harmless.
    const Headers key{{"Idempotency-Key", "once"}};
    const auto invite = textAt(as(root()).expect(201, "POST", "/api/invites", "{}"), "/invite");
    const auto joining = text({{"username", "keyed"}, {"email", "k@example.org"}, {"password", password}, {"invite", invite}});
    EXPECT_EQ(daemon().client().post("/api/auth/register", joining, key).status, 201);
    EXPECT_EQ(daemon().client().post("/api/auth/register", joining, key).status, 403) << "the invitation is used up";
    const auto adding = text({{"username", "keyed2"}, {"password", password}});
    EXPECT_EQ(as(root()).post("/api/admin/users", adding, key).status, 201);
    expectProblem(as(root()).post("/api/admin/users", adding, key), 409, "username_taken");
    // A secret that is kept to be told again would be no secret.
    const auto user = makeUser(daemon(), "keyed3");
    auto session = daemon().client(textAt(login(daemon(), "keyed3"), "/access_token"));
    expectProblem(session.post("/api/user/tokens", R"({"name":"t","scopes":["read"]})", key), 422, "bad_key");
    EXPECT_EQ(listAt(session.expect(200, "GET", "/api/user/tokens"), "/data").size(), 1U) << "the one that it was made with";
    expectProblem(session.post("/api/user/second-factor", text({{"password", password}}), key), 422, "bad_key");
    expectProblem(as(root()).post(path(user, "/reset"), "{}", key), 422, "bad_key");
    const auto open = as(root()).get("/api/invites").body;
    expectProblem(as(root()).post("/api/invites", "{}", key), 422, "bad_key");
    EXPECT_EQ(as(root()).get("/api/invites").body, open);
    const auto chat = makeChat(daemon(), user, "group", {});
    expectProblem(as(user).post("/api/chats/" + std::to_string(chat) + "/hooks", R"({"name":"keyed-bot"})", key), 422, "bad_key");
}

TEST_F(Accounts, TheLastAdminStays)
{
    Daemon alone;
    const auto only = integerAt(alone.admin().expect(201, "POST", "/admin/users",
                                                     text({{"username", "boss"}, {"password", password}, {"role", "admin"}})),
                                "/id");
    const auto token = textAt(login(alone, "boss"), "/access_token");
    auto http = alone.client(token);
    // The one that the first start made goes first.
    const auto first = integerAt(http.expect(200, "GET", "/api/admin/users?q=admin"), "/data/0/id");
    http.expect(200, "POST", "/api/admin/users/" + std::to_string(first) + "/deactivate");
    const auto own = "/api/admin/users/" + std::to_string(only);
    expectProblem(http.post(own + "/deactivate", ""), 409, "last_admin");
    expectProblem(http.request("PATCH", own, R"({"role":"member"})"), 409, "last_admin");
    expectProblem(http.request("DELETE", "/api/user", text({{"password", password}})), 409, "last_admin");
    http.expect(200, "GET", "/api/admin/users");
}

TEST_F(Accounts, AnInvitationMakesTheUserThatItIsFor)
{
    auto http = as(root());
    expectProblem(as(ada()).post("/api/invites", "{}"), 403, "admin_only");
    const auto made = http.post("/api/invites", R"({"email":"sam@example.org","role":"guest"})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("cache-control"), "no-store");
    const auto invite = textAt(made.document(), "/invite");
    EXPECT_NE(http.get("/api/invites").body.find("sam@example.org"), std::string::npos);
    EXPECT_EQ(http.get("/api/invites").body.find(invite), std::string::npos);
    EXPECT_TRUE(listAt(as(ada()).expect(200, "GET", "/api/invites"), "/data").empty());

    const auto enter = [&](std::string_view name, std::string_view email) {
        return daemon().client().post("/api/auth/register",
                                      text({{"username", name}, {"email", email}, {"password", password}, {"invite", invite}}));
    };
    expectProblem(enter("mallory", "mallory@example.org"), 403, "invite_invalid");
    const auto sam = enter("sam", "sam@example.org");
    ASSERT_EQ(sam.status, 201) << sam.body;
    EXPECT_EQ(textAt(sam.document(), "/role"), "guest");
    expectProblem(enter("sam2", "sam@example.org"), 403, "invite_invalid");

    const auto other = http.expect(201, "POST", "/api/invites", "{}");
    const auto target = "/api/invites/" + std::to_string(integerAt(other, "/id"));
    expectProblem(as(ada()).request("DELETE", target), 404, "invite_not_found");
    EXPECT_EQ(http.request("DELETE", target).status, 204);
    expectProblem(http.request("DELETE", target), 404, "invite_not_found");
}

TEST_F(Accounts, MembersInviteWhereTheServerIsSetSo)
{
    Daemon open({"auth.members_invite=true"});
    const auto member = makeUser(open, "member");
    auto http = open.client(member.token);
    const auto made = http.expect(201, "POST", "/api/invites", "{}");
    EXPECT_EQ(listAt(http.expect(200, "GET", "/api/invites"), "/data").size(), 1U);
    expectProblem(http.post("/api/invites", R"({"role":"admin"})"), 403, "admin_only");
    open.client().expect(201, "POST", "/api/auth/register",
                         text({{"username", "friend"}, {"email", "f@example.org"}, {"password", password}, {"invite", textAt(made, "/invite")}}));
}

TEST_F(Accounts, TheAuditLogSaysWhoDidWhatFromWhere)
{
    const auto tess = makeUser(daemon(), "tess");
    auto http = as(root());
    http.expect(200, "PATCH", path(tess), R"({"role":"guest"})");
    const auto object = "user:" + std::to_string(tess.id);
    const auto rows = http.expect(200, "GET", "/api/admin/audit?object=" + object);
    EXPECT_EQ(textAt(rows, "/data/0/act"), "user.role.guest");
    EXPECT_EQ(textAt(rows, "/data/0/actor"), "root");
    EXPECT_EQ(textAt(rows, "/data/0/address"), "127.0.0.1");
    EXPECT_EQ(textAt(rows, "/data/1/act"), "user.add");
    EXPECT_TRUE(at(rows, "/data/1/actor_id").is_null()) << "the machine's admin";
    std::string last;
    std::string target = "/api/admin/audit?limit=1";
    for (int pages = 0; pages < 3; ++pages) {
        const auto reply = http.get(target);
        ASSERT_EQ(reply.status, 200);
        ASSERT_EQ(listAt(reply.document(), "/data").size(), 1U);
        EXPECT_NE(reply.body, last);
        last = reply.body;
        const auto link = reply.header("link");
        ASSERT_NE(link.find(">; rel=\"next\""), std::string::npos);
        target = link.substr(1, link.find('>') - 1);
    }
    expectProblem(as(ada()).get("/api/admin/audit"), 403, "admin_only");
    expectProblem(http.get("/api/admin/audit?before=x"), 422, "wrong_type");
}

TEST_F(Accounts, WhatIsOnesOwnCanBeTakenAlong)
{
    const auto uma = makeUser(daemon(), "uma");
    const auto chat = makeChat(daemon(), uma, "group", {bob()}, "the den");
    auto http = as(uma);
    auto other = as(bob());
    say(http, chat, "from uma");
    say(other, chat, "from bob");
    const auto reply = http.get("/api/user/export");
    ASSERT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("cache-control"), "no-store");
    const auto all = reply.document();
    EXPECT_EQ(textAt(all, "/profile/username"), "uma");
    EXPECT_EQ(textAt(all, "/chats/0/name"), "the den");
    EXPECT_EQ(textAt(all, "/access_tokens/0/name"), "test");
    ASSERT_EQ(listAt(all, "/messages").size(), 1U);
    EXPECT_EQ(textAt(all, "/messages/0/content"), "from uma");
    EXPECT_EQ(reply.body.find("from bob"), std::string::npos);
    EXPECT_EQ(reply.body.find(uma.token), std::string::npos);
}

TEST_F(Accounts, WhoErasesItselfIsGoneAndItsMessagesStayWithoutItsName)
{
    const auto vera = makeUser(daemon(), "vera");
    const auto chat = makeChat(daemon(), vera, "group", {bob()});
    auto http = as(vera);
    http.expect(200, "PATCH", "/api/user/profile", R"({"display_name":"Vera W."})");
    say(http, chat, "this stays");
    expectProblem(http.request("DELETE", "/api/user", text({{"password", "wrong"}})), 403, "wrong_password");
    expectProblem(http.request("DELETE", "/api/user"), 422, "missing_member");
    EXPECT_EQ(http.request("DELETE", "/api/user", text({{"password", password}})).status, 204);
    const auto check = [&] {
        expectProblem(as(vera).get("/api/user/profile"), 401);
        expectProblem(tryLogin("vera", password, "127.0.4.6"), 401, "bad_credentials");
        const auto seen = as(bob()).get("/api/users/" + std::to_string(vera.id));
        EXPECT_EQ(seen.status, 200);
        EXPECT_EQ(seen.body.find("vera"), std::string::npos) << seen.body;
        EXPECT_EQ(seen.body.find("Vera"), std::string::npos) << seen.body;
        const auto page = as(bob()).get(messagesOf(chat));
        EXPECT_NE(page.body.find("this stays"), std::string::npos);
        EXPECT_EQ(page.body.find("vera"), std::string::npos) << page.body;
        EXPECT_EQ(as(bob()).get("/api/users").body.find("erased"), std::string::npos);
    };
    check();
    daemon().restart();
    check();
}

} // namespace netbit::test
