// Own sessions and access tokens as operations.

#include "services/auth/tests/Called.h"

namespace netbit::services::auth::test {
namespace {

namespace json = boost::json;

class OwnCredentials : public Called {};

TEST_F(OwnCredentials, SessionsShowWhereTheyCameFromAndWhichIsTheCallers)
{
    addUser("alice");
    pairOf(login("alice", password, "2001:db8::1"));
    time += 1'000;
    const auto alice = session("alice");
    const auto data = object(call(alice, "sessions.list")).at("data").as_array();
    ASSERT_EQ(data.size(), 2U);
    EXPECT_EQ(data[0].at("current").as_bool(), true);
    EXPECT_EQ(data[1].at("current").as_bool(), false);
    EXPECT_EQ(data[1].at("address").as_string(), "2001:db8::1");
    EXPECT_EQ(data[1].at("client").as_string(), "test");
    EXPECT_EQ(data[1].at("last_used_at").as_string(), base::rfc3339(time - 1'000));
}

TEST_F(OwnCredentials, ASessionIsItsOwnersToEndAndNobodyElses)
{
    const auto pair = enter("alice");
    const auto bob = session("bob");
    const auto id = (*auth->verify(pair.access))->source();
    EXPECT_EQ(code(call(bob, "sessions.revoke", {{"id", id}})), "session_not_found");
    EXPECT_EQ(verified(pair.access), "alice");
    const auto alice = session("alice");
    EXPECT_EQ(code(call(alice, "sessions.revoke", {{"id", id}})), "ok");
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_EQ(refresh(pair.refresh).error().code, "bad_refresh_token");
    EXPECT_EQ(code(call(alice, "sessions.revoke", {{"id", id}})), "session_not_found");
    restartAll();
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
}

TEST_F(OwnCredentials, EndingAllOthersLeavesTheCallers)
{
    const auto one = enter("alice");
    const auto two = enter("alice");
    const auto bobs = enter("bob");
    const auto alice = session("alice");
    EXPECT_EQ(object(call(alice, "sessions.revoke_others")).at("revoked").as_int64(), 2);
    EXPECT_EQ(verified(one.access), "(invalid_token)");
    EXPECT_EQ(verified(two.access), "(invalid_token)");
    EXPECT_TRUE(alice->valid());
    EXPECT_EQ(verified(bobs.access), "bob");
}

TEST_F(OwnCredentials, ATokenHasTheScopesThatItWasMadeWithAcrossRestarts)
{
    addUser("root", "admin");
    const auto root = session("root");
    const auto made = textOf(call(root, "tokens.create", {{"name", "ci"}, {"scopes", json::array{"read", "git"}}}), "token");
    const auto check = [&] {
        const auto principal = auth->verify(made);
        ASSERT_TRUE(principal);
        EXPECT_TRUE((*principal)->has(Scope::read));
        EXPECT_TRUE((*principal)->has(Scope::git));
        EXPECT_FALSE((*principal)->has(Scope::write));
        EXPECT_FALSE((*principal)->admin()) << "an admin's token without the scope admin is no admin's";
    };
    check();
    restartAll();
    check();
    const auto all = textOf(call(session("root"), "tokens.create",
                                 {{"name", "all"}, {"scopes", json::array{"read", "write", "admin"}}}), "token");
    EXPECT_TRUE((*auth->verify(all))->admin());
}

TEST_F(OwnCredentials, ATokenIsStoredHashedAndListedWithoutItself)
{
    addUser("alice");
    const auto alice = session("alice");
    const auto made = call(alice, "tokens.create",
                           {{"name", "ci"}, {"scopes", json::array{"read"}}, {"expires_at", base::rfc3339(time + 60'000)}});
    const auto token = textOf(made, "token");
    const auto listed = call(alice, "tokens.list");
    EXPECT_EQ(listed->json.find(token), std::string::npos);
    EXPECT_NE(listed->json.find("\"name\":\"ci\""), std::string::npos);
    std::string stored;
    database->read([&](storage::Connection& connection) {
        stored = storage::CredentialRepository::accessToken(connection, made->id)->hash;
    });
    EXPECT_EQ(stored.size(), 32U);
    EXPECT_EQ(verified(token), "alice");
    time += 60'000;
    EXPECT_EQ(verified(token), "(invalid_token)");
}

TEST_F(OwnCredentials, ATokenIsItsOwnersToRevokeAndNobodyElses)
{
    addUser("alice");
    const auto alice = session("alice");
    const auto made = call(alice, "tokens.create", {{"name", "ci"}, {"scopes", json::array{"read"}}});
    const auto token = textOf(made, "token");
    addUser("root", "admin");
    EXPECT_EQ(code(call(session("root"), "tokens.revoke", {{"id", made->id}})), "token_not_found");
    EXPECT_EQ(verified(token), "alice");
    EXPECT_EQ(code(call(alice, "tokens.revoke", {{"id", made->id}})), "ok");
    EXPECT_EQ(verified(token), "(invalid_token)");
    EXPECT_EQ(audited(), (std::vector<std::string>{"user.add user:1 by 0", "token.create token:1 by 1", "user.add user:2 by 0",
                                                   "session.create session:2 by 2", "token.revoke token:1 by 1"}));
}

TEST_F(OwnCredentials, AnAccessTokenMakesNoAccessToken)
{
    addUser("alice");
    const auto token = *auth->verify(auth->createAccessToken("alice", "ci", std::chrono::seconds(0))->token);
    EXPECT_EQ(code(call(token, "tokens.create", {{"name", "x"}, {"scopes", json::array{"read"}}})), "session_required");
    EXPECT_EQ(code(call(token, "tokens.list")), "ok");
}

TEST_F(OwnCredentials, AUserHasAHundredTokensAtMost)
{
    addUser("alice");
    const auto alice = session("alice");
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(code(call(alice, "tokens.create", {{"name", "t"}, {"scopes", json::array{"read"}}})), "ok");
    EXPECT_EQ(code(call(alice, "tokens.create", {{"name", "t"}, {"scopes", json::array{"read"}}})), "too_many_tokens");
}

TEST_F(OwnCredentials, WhoIsDeactivatedHasNothingLeft)
{
    addUser("alice");
    const auto pair = enter("alice");
    const auto alice = session("alice");
    const auto token = textOf(call(alice, "tokens.create", {{"name", "ci"}, {"scopes", json::array{"read"}}}), "token");
    ASSERT_EQ(verified(token), "alice");
    ASSERT_TRUE(auth->deactivate("alice"));
    EXPECT_FALSE(alice->valid());
    EXPECT_EQ(verified(token), "(invalid_token)");
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_EQ(code(call(alice, "tokens.list")), "token_missing");
    restartAll();
    EXPECT_EQ(verified(token), "(invalid_token)");
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
}

} // namespace
} // namespace netbit::services::auth::test
