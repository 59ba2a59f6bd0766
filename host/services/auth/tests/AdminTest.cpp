// Accounts in the hands of admins, passwords and invitations as operations.

#include "services/auth/tests/Called.h"

#include <algorithm>

namespace netbit::services::auth::test {
namespace {

namespace json = boost::json;

class Administration : public Called {
protected:
    Administration()
    {
        addUser("root", "admin");
        addUser("alice");
        root = session("root");
        alice = session("alice");
    }
    Id idOf(const std::string& name) { return users->byName(name)->id; }

    PrincipalPtr root;
    PrincipalPtr alice;
};

TEST_F(Administration, IsForAdminsOnly)
{
    const json::object id{{"id", idOf("alice")}};
    for (const auto* operation : {"users.deactivate", "users.reactivate", "users.reset_link", "second_factor.reset"}) {
        EXPECT_EQ(code(call(alice, operation, id)), "admin_only") << operation;
        EXPECT_EQ(code(call(nullptr, operation, id)), "token_missing") << operation;
    }
    EXPECT_EQ(code(call(alice, "users.set_role", {{"id", idOf("alice")}, {"role", "admin"}})), "admin_only");
    EXPECT_EQ(code(call(alice, "users.add", {{"username", "x"}})), "admin_only");
    EXPECT_EQ(code(call(alice, "users.accounts")), "admin_only");
    EXPECT_EQ(code(call(alice, "audit.list")), "admin_only");
    const auto limited = *auth->verify(textOf(
        call(root, "tokens.create", {{"name", "x"}, {"scopes", json::array{"read", "write"}}}), "token"));
    EXPECT_EQ(code(call(limited, "users.accounts")), "admin_only") << "an admin's token without the scope";
}

TEST_F(Administration, AnotherRoleHoldsAtOnceForWhoHasSignedIn)
{
    const auto pair = enter("alice");
    EXPECT_EQ(textOf(call(root, "users.set_role", {{"id", idOf("alice")}, {"role", "admin"}}), "role"), "admin");
    EXPECT_FALSE(alice->valid()) << "what was held as a member's ends";
    ASSERT_TRUE(auth->verify(pair.access)) << "the token stays good";
    EXPECT_TRUE((*auth->verify(pair.access))->admin());
    EXPECT_EQ(textOf(call(root, "users.set_role", {{"id", idOf("alice")}, {"role", "guest"}}), "role"), "guest");
    EXPECT_FALSE((*auth->verify(pair.access))->admin());
    restartAll();
    EXPECT_EQ(users->byName("alice")->role, "guest");
    EXPECT_EQ(code(call(*auth->verify(pair.access), "users.accounts")), "admin_only");
}

TEST_F(Administration, TheLastActiveAdminCannotBeLost)
{
    const auto id = idOf("root");
    EXPECT_EQ(code(call(root, "users.set_role", {{"id", id}, {"role", "member"}})), "last_admin");
    EXPECT_EQ(code(call(root, "users.deactivate", {{"id", id}})), "last_admin");
    EXPECT_EQ(code(call(root, "users.erase", {{"password", password}})), "last_admin");
    EXPECT_EQ(auth->deactivate("root").error().code, "last_admin");
    addUser("second", "admin");
    ASSERT_EQ(code(call(root, "users.deactivate", {{"id", idOf("second")}})), "ok");
    EXPECT_EQ(code(call(root, "users.deactivate", {{"id", id}})), "last_admin") << "one that is deactivated does not count";
    ASSERT_EQ(code(call(root, "users.reactivate", {{"id", idOf("second")}})), "ok");
    EXPECT_EQ(code(call(root, "users.set_role", {{"id", id}, {"role", "member"}})), "ok");
}

TEST_F(Administration, OfTwoAdminsWhoRemoveEachOtherAtOnceOneStays)
{
    addUser("second", "admin");
    const auto second = session("second");
    const auto demote = [&](const PrincipalPtr& who, const std::string& whom) {
        return std::async(std::launch::async, [this, who, id = idOf(whom)] {
            return code(call(who, "users.set_role", {{"id", id}, {"role", "member"}}));
        });
    };
    auto one = demote(root, "second");
    auto two = demote(second, "root");
    one.get();
    two.get();
    const auto all = users->all();
    EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& user) { return user->role == "admin"; }), 1);
}

TEST_F(Administration, WhoIsDeactivatedIsOutUntilReactivated)
{
    const auto pair = enter("alice");
    const auto token = auth->createAccessToken("alice", "ci", std::chrono::seconds(0))->token;
    ASSERT_EQ(textOf(call(root, "users.deactivate", {{"id", idOf("alice")}}), "state"), "deactivated");
    EXPECT_FALSE(alice->valid());
    EXPECT_EQ(verified(token), "(invalid_token)");
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_EQ(login("alice", password).error().code, "bad_credentials");
    EXPECT_EQ(refresh(pair.refresh).error().code, "bad_refresh_token");
    EXPECT_EQ(code(call(root, "users.reset_link", {{"id", idOf("alice")}})), "user_not_active");
    ASSERT_EQ(textOf(call(root, "users.reactivate", {{"id", idOf("alice")}}), "state"), "active");
    EXPECT_EQ(code(call(root, "users.reactivate", {{"id", idOf("alice")}})), "user_not_deactivated");
    EXPECT_EQ(verified(token), "(invalid_token)") << "what was revoked stays so";
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_TRUE(login("alice", password));
    EXPECT_EQ(code(call(root, "users.deactivate", {{"id", 999}})), "user_not_found");
}

TEST_F(Administration, AUserMayBeAddedWithoutAPasswordAndSetItByALink)
{
    const auto made = call(root, "users.add", {{"username", "carol"}, {"email", "carol@example.org"}, {"role", "guest"}});
    EXPECT_EQ(textOf(made, "role"), "guest");
    EXPECT_EQ(login("carol", "").error().code, "bad_credentials");
    const auto token = textOf(call(root, "users.reset_link", {{"id", made->id}}), "token");
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", token}, {"password", "short"}})), "weak_password/password");
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", token}, {"password", "long enough"}})), "ok");
    EXPECT_TRUE(login("carol", "long enough"));
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", token}, {"password", "once more, no"}})), "bad_reset_token");
    EXPECT_EQ(code(call(root, "users.add", {{"username", "CAROL"}})), "username_taken/username");
    EXPECT_EQ(code(call(root, "users.add", {{"username", "d"}, {"role", "king"}})), "out_of_range/role");
    EXPECT_EQ(code(call(root, "users.add", {{"username", "d"}, {"password", "short"}})), "weak_password/password");
}

TEST_F(Administration, AResetLinkEndsSessionsAndIsGoodOnceForADayAndTheNewestOnly)
{
    const auto pair = enter("alice");
    const json::object id{{"id", idOf("alice")}};
    const auto older = textOf(call(root, "users.reset_link", id), "token");
    const auto token = textOf(call(root, "users.reset_link", id), "token");
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", older}, {"password", "a new password"}})), "bad_reset_token");
    EXPECT_EQ(verified(pair.access), "alice");
    restartAll();
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", token}, {"password", "a new password"}})), "ok");
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_FALSE(login("alice", password));
    EXPECT_TRUE(login("alice", "a new password"));
    root = session("root");
    const auto late = textOf(call(root, "users.reset_link", id), "token");
    time += 24 * 3'600'000;
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", late}, {"password", "a new password"}})), "bad_reset_token");
}

TEST_F(Administration, WrongResetTokensAreSlowedDown)
{
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", "nbp_x"}, {"password", "a new password"}}, "198.51.100.1")), "bad_reset_token");
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", "nbp_x"}, {"password", "a new password"}}, "198.51.100.1")),
              "too_many_failed_logins");
}

TEST_F(Administration, ANewPasswordEndsTheOtherSessionsAndNeedsTheOldOne)
{
    const auto other = enter("alice");
    const auto change = [&](std::string_view old, std::string_view fresh) {
        return code(call(alice, "users.change_password", {{"old_password", old}, {"new_password", fresh}}));
    };
    EXPECT_EQ(change("wrong", "quite another"), "wrong_password/old_password");
    EXPECT_EQ(change(password, "short"), "weak_password/new_password");
    EXPECT_EQ(verified(other.access), "alice");
    const auto link = textOf(call(root, "users.reset_link", {{"id", idOf("alice")}}), "token");
    EXPECT_EQ(change(password, "quite another"), "ok");
    EXPECT_EQ(verified(other.access), "(invalid_token)");
    EXPECT_TRUE(alice->valid()) << "the session that asked stays";
    EXPECT_FALSE(login("alice", password));
    EXPECT_TRUE(login("alice", "quite another"));
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", link}, {"password", "a new password"}})), "bad_reset_token");
}

TEST_F(Administration, GuessesOfTheOldPasswordAreSlowedDown)
{
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(code(call(alice, "users.change_password", {{"old_password", "x"}, {"new_password", "quite another"}})),
                  "wrong_password/old_password");
    EXPECT_EQ(code(call(alice, "users.change_password", {{"old_password", password}, {"new_password", "quite another"}})),
              "too_many_failed_logins");
    time += 60'000;
    EXPECT_EQ(code(call(alice, "users.change_password", {{"old_password", password}, {"new_password", "quite another"}})), "ok");
}

TEST_F(Administration, AccountsAreListedWithTheirStateInPages)
{
    for (const auto* name : {"bob", "bert", "carl"})
        addUser(name);
    ASSERT_EQ(code(call(root, "users.deactivate", {{"id", idOf("bob")}})), "ok");
    const auto names = [&](const json::object& arguments) {
        std::string out;
        const auto list = object(call(root, "users.accounts", arguments));
        for (const auto& user : list.at("data").as_array())
            out += (out.empty() ? "" : " ") + std::string(user.at("username").as_string());
        return out;
    };
    EXPECT_EQ(names({{"limit", 2}}), "root alice");
    EXPECT_EQ(names({{"limit", 9}, {"after", 2}}), "bob bert carl");
    EXPECT_EQ(names({{"q", "B"}}), "bob bert");
    EXPECT_EQ(names({{"state", "deactivated"}}), "bob");
    EXPECT_EQ(names({{"role", "admin"}}), "root");
    EXPECT_EQ(call(root, "users.accounts", {{"limit", 2}})->id, 2);
    EXPECT_EQ(call(root, "users.accounts", {{"limit", 5}})->id, 0);
}

class Invitations : public Administration {
protected:
    Invitations()
    {
        options.registration = Registration::invite;
        auth->setOptions(options);
    }
    void membersInvite()
    {
        options.membersInvite = true;
        auth->setOptions(options);
    }
};

TEST_F(Invitations, CarryARoleAndAnAddress)
{
    const auto invite = textOf(call(root, "invites.create", {{"email", "Guest@Example.org"}, {"role", "guest"}}), "invite");
    const auto with = [&](const std::string& name, const std::string& email) {
        return wait([&](Done done) { return auth->registerUser({name, email, password, invite}, std::move(done)); });
    };
    EXPECT_EQ(with("mallory", "mallory@example.org").error().code, "invite_invalid");
    const auto made = with("gus", "guest@example.org");
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(textOf(made, "role"), "guest");
    EXPECT_EQ(users->byName("gus")->role, "guest");
    EXPECT_EQ(with("again", "guest@example.org").error().code, "invite_invalid");
}

TEST_F(Invitations, GiveTheirRoleWhereRegistrationIsOpenToo)
{
    options.registration = Registration::open;
    auth->setOptions(options);
    const auto invite = textOf(call(root, "invites.create", {{"role", "admin"}}), "invite");
    EXPECT_EQ(textOf(registerUser("chief", invite), "role"), "admin");
    EXPECT_EQ(registerUser("x", invite).error().code, "invite_invalid");
}

TEST_F(Invitations, AreForAdminsUnlessMembersMay)
{
    EXPECT_EQ(code(call(alice, "invites.create")), "admin_only");
    membersInvite();
    EXPECT_EQ(code(call(alice, "invites.create", {{"role", "admin"}})), "admin_only/role");
    const auto invite = textOf(call(alice, "invites.create"), "invite");
    addUser("guest", "guest");
    EXPECT_EQ(code(call(session("guest"), "invites.create")), "admin_only");
    EXPECT_TRUE(registerUser("newcomer", invite));
}

TEST_F(Invitations, AreListedAndTakenBackByWhoMadeThem)
{
    membersInvite();
    const auto mine = call(alice, "invites.create");
    const auto theirs = call(root, "invites.create");
    const auto count = [&](const PrincipalPtr& who) { return object(call(who, "invites.list")).at("data").as_array().size(); };
    EXPECT_EQ(count(alice), 1U);
    EXPECT_EQ(count(root), 2U);
    EXPECT_EQ(call(root, "invites.list")->json.find("nbi_"), std::string::npos);
    EXPECT_EQ(code(call(alice, "invites.revoke", {{"id", theirs->id}})), "invite_not_found");
    EXPECT_EQ(code(call(alice, "invites.revoke", {{"id", mine->id}})), "ok");
    EXPECT_EQ(registerUser("late", textOf(mine, "invite")).error().code, "invite_invalid");
    EXPECT_EQ(code(call(alice, "invites.revoke", {{"id", mine->id}})), "invite_not_found");
    EXPECT_EQ(code(call(root, "invites.revoke", {{"id", theirs->id}})), "ok");
    restartAll();
    EXPECT_GT(call(session("root"), "invites.create")->id, theirs->id);
}

TEST_F(Invitations, OfSomebodyWhoIsGoneAreWorthNothing)
{
    membersInvite();
    const auto invite = textOf(call(alice, "invites.create"), "invite");
    ASSERT_EQ(code(call(root, "users.deactivate", {{"id", idOf("alice")}})), "ok");
    EXPECT_EQ(registerUser("friend", invite).error().code, "invite_invalid");
}

TEST_F(Invitations, WhatDoesNotFitIsRefusedWithAPointer)
{
    EXPECT_EQ(code(call(root, "invites.create", {{"email", "nobody"}})), "invalid_email/email");
    EXPECT_EQ(code(call(root, "invites.create", {{"role", "bot"}})), "out_of_range/role");
    EXPECT_EQ(code(call(root, "invites.create", {{"expires_at", "2001-01-01T00:00:00Z"}})), "invalid_life/expires_at");
    EXPECT_EQ(code(call(root, "invites.create", {{"expires_at", "2999-01-01T00:00:00Z"}})), "invalid_life/expires_at");
}

TEST_F(Administration, WhatChangesRightsIsInTheAuditLog)
{
    const auto id = idOf("alice");
    EXPECT_EQ(code(call(root, "users.set_role", {{"id", id}, {"role", "guest"}}, "203.0.113.5")), "ok");
    EXPECT_EQ(code(call(root, "users.deactivate", {{"id", id}})), "ok");
    EXPECT_EQ(code(call(root, "users.reactivate", {{"id", id}})), "ok");
    const auto link = textOf(call(root, "users.reset_link", {{"id", id}}), "token");
    EXPECT_EQ(code(call(nullptr, "auth.reset", {{"token", link}, {"password", "a new password"}})), "ok");
    const auto invite = call(root, "invites.create");
    EXPECT_EQ(code(call(root, "invites.revoke", {{"id", invite->id}})), "ok");
    EXPECT_EQ(code(call(root, "users.set_role", {{"id", 999}, {"role", "guest"}})), "user_not_found");
    EXPECT_EQ(code(call(root, "users.set_role", {{"id", idOf("root")}, {"role", "guest"}})), "last_admin");
    auto rows = audited();
    rows.erase(rows.begin(), std::find(rows.begin(), rows.end(), "user.role.guest user:2 by 1"));
    EXPECT_EQ(rows, (std::vector<std::string>{"user.role.guest user:2 by 1", "user.deactivate user:2 by 1",
                                              "user.reactivate user:2 by 1", "user.reset_link user:2 by 1",
                                              "user.password_reset user:2 by 2", "invite.create invite:1 by 1",
                                              "invite.revoke invite:1 by 1"}))
        << "and what was refused is not";
    const auto newest = object(call(root, "audit.list", {{"limit", 2}}));
    EXPECT_EQ(newest.at("data").as_array().size(), 2U);
    const auto next = newest.at("pagination").at("next_before").as_int64();
    EXPECT_EQ(object(call(root, "audit.list", {{"limit", 1}, {"before", next}})).at("data").as_array()[0].at("act").as_string(),
              "user.password_reset");
    const auto role = object(call(root, "audit.list", {{"act", "user.role.guest"}, {"object", "user:2"}, {"actor_id", 1}}));
    ASSERT_EQ(role.at("data").as_array().size(), 1U);
    EXPECT_EQ(role.at("data").as_array()[0].at("address").as_string(), "203.0.113.5");
    EXPECT_EQ(role.at("data").as_array()[0].at("actor").as_string(), "root");
}

TEST_F(Administration, TheExportHasWhatIsTheCallersAndNothingElse)
{
    ASSERT_TRUE(writer->run([&](storage::Connection& c) -> Result<void> {
        storage::ChatRepository::insert(c, {.id = 1, .name = "den", .chatType = "group", .creatorId = 2});
        storage::ChatRepository::insertParticipant(c, {.chatId = 1, .userId = 2, .role = "admin"});
        storage::ChatRepository::insertParticipant(c, {.chatId = 1, .userId = 1});
        storage::MessageRepository::insert(c, {.id = 1, .chatId = 1, .senderId = 2, .content = "mine \"1\""});
        storage::MessageRepository::insert(c, {.id = 2, .chatId = 1, .senderId = 1, .content = "the secret of root"});
        storage::MessageRepository::insert(c, {.id = 3, .chatId = 1, .senderId = 2, .content = "mine 2"});
        return {};
    }));
    const auto token = textOf(call(alice, "tokens.create", {{"name", "laptop"}, {"scopes", json::array{"read"}}}), "token");
    const auto done = call(alice, "users.export");
    const auto all = object(done);
    EXPECT_EQ(all.at("profile").at("username").as_string(), "alice");
    EXPECT_EQ(all.at("access_tokens").as_array()[0].at("name").as_string(), "laptop");
    EXPECT_EQ(all.at("chats").as_array()[0].at("name").as_string(), "den");
    ASSERT_EQ(all.at("messages").as_array().size(), 2U);
    EXPECT_EQ(all.at("messages").as_array()[0].at("content").as_string(), "mine \"1\"");
    EXPECT_EQ(all.at("messages").as_array()[1].at("id").as_int64(), 3);
    for (const auto* word : {"secret of root", "$argon2", token.c_str()})
        EXPECT_EQ(done->json.find(word), std::string::npos) << word;
}

TEST_F(Administration, WhoErasesItselfIsGoneAndItsMessagesStay)
{
    ASSERT_TRUE(writer->run([&](storage::Connection& c) -> Result<void> {
        storage::ChatRepository::insert(c, {.id = 1, .name = "den", .chatType = "group", .creatorId = 2});
        storage::MessageRepository::insert(c, {.id = 1, .chatId = 1, .senderId = 2, .content = "mine"});
        return {};
    }));
    const auto id = idOf("alice");
    const auto pair = enter("alice");
    const auto token = textOf(call(alice, "tokens.create", {{"name", "laptop"}, {"scopes", json::array{"read"}}}), "token");
    EXPECT_EQ(code(call(alice, "users.erase", {{"password", "wrong"}})), "wrong_password/password");
    ASSERT_EQ(code(call(alice, "users.erase", {{"password", password}})), "ok");
    const auto gone = [&] {
        EXPECT_EQ(verified(token), "(invalid_token)");
        EXPECT_EQ(verified(pair.access), "(invalid_token)");
        EXPECT_EQ(login("alice", password).error().code, "bad_credentials");
        EXPECT_EQ(login("erased user 2", password).error().code, "bad_credentials");
        EXPECT_EQ(users->byName("alice"), nullptr);
        ASSERT_TRUE(users->byId(id));
        EXPECT_EQ(users->byId(id)->username, "erased user 2");
        EXPECT_TRUE(users->byId(id)->erased);
    };
    EXPECT_FALSE(alice->valid());
    gone();
    restartAll();
    gone();
    database->read([&](storage::Connection& c) { EXPECT_EQ(storage::MessageRepository::byId(c, 1)->content, "mine"); });
    const auto admin = session("root");
    for (const auto* operation : {"users.reactivate", "users.reset_link", "users.deactivate"})
        EXPECT_EQ(code(call(admin, operation, {{"id", id}})), "user_not_found") << operation;
    EXPECT_TRUE(registerUser("alice")) << "the name is free";
}

} // namespace
} // namespace netbit::services::auth::test
