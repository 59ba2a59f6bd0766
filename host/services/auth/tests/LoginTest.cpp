#include "services/auth/tests/House.h"

#include <sodium.h>

namespace netbit::services::auth::test {
namespace {

class LoginThrottle : public House {
};
class Login : public House {
};

std::string saidOf(const Result<Completed>& result)
{
    return result ? "ok" : result.error().code + "|" + result.error().detail + "|" + result.error().pointer;
}

TEST_F(Login, TellsAlikeForEveryReasonThatItFails)
{
    options.loginFailuresPerMinute = 100;
    auth->setOptions(options);
    addUser("alice");
    addUser("gone");
    ASSERT_TRUE(auth->deactivate("gone"));
    ASSERT_TRUE(auth->addUser({"robot", "", "", ""}, "bot"));
    const auto wrongPassword = login("alice", "wrong password");
    EXPECT_EQ(wrongPassword.error().code, "bad_credentials");
    EXPECT_EQ(wrongPassword.status(), Status::unauthenticated);
    for (const auto& [name, with] : std::vector<std::pair<std::string, std::string>>{
             {"nobody", password}, {"gone", password}, {"robot", ""}, {"robot", password}, {"not a name", password},
             {"", ""}, {"alice", std::string(5'000, 'x')}, {"alice", "no password of anyone"}, {"nobody", "no password of anyone"}})
        EXPECT_EQ(saidOf(login(name, with)), saidOf(wrongPassword)) << name;
}

TEST_F(Login, AnswersWithTokensAndTheOwnProfile)
{
    const auto pair = enter("alice");
    EXPECT_EQ(pair.whole.at("token_type").as_string(), "Bearer");
    EXPECT_EQ(pair.whole.at("expires_in").as_int64(), 900);
    EXPECT_EQ(pair.whole.at("user").as_object().at("username").as_string(), "alice");
    EXPECT_TRUE(pair.whole.at("user").as_object().contains("email"));
    EXPECT_EQ(pair.whole.size(), 5U);
    EXPECT_EQ(verified(pair.access), "alice");
    EXPECT_EQ((*auth->verify(pair.access))->kind(), Principal::Kind::session);
}

TEST_F(Login, StoresNoTokenAndNoPassword)
{
    const auto pair = enter("alice");
    auth->createAccessToken("alice", "ci", std::chrono::seconds(0)).value();
    database->read([&](storage::Connection& connection) {
        const auto user = storage::UserRepository::byName(connection, "alice");
        EXPECT_TRUE(user->password.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << user->password;
        EXPECT_FALSE(storage::CredentialRepository::refreshToken(connection, pair.refresh).has_value());
    });
}

TEST_F(Login, APasswordOfOldCostIsHashedAnewAndStaysGood)
{
    const auto user = addUser("alice");
    char old[crypto_pwhash_STRBYTES];
    ASSERT_EQ(crypto_pwhash_str_alg(old, password.data(), password.size(), 1, 8192, crypto_pwhash_ALG_ARGON2ID13), 0);
    ASSERT_TRUE(writer->run([&](storage::Connection& connection) -> Result<void> {
        storage::UserRepository::setPassword(connection, user->id, old);
        return {};
    }));
    ASSERT_TRUE(login("alice", password));
    ASSERT_TRUE(writer->run([](storage::Connection&) -> Result<void> { return {}; })); // the rehash came before it
    database->read([&](storage::Connection& connection) {
        EXPECT_TRUE(storage::UserRepository::byId(connection, user->id)->password.starts_with("$argon2id$v=19$m=19456,t=2"));
    });
    EXPECT_TRUE(login("alice", password));
}

TEST_F(Login, ANewPasswordEndsAllSessionsAndTheOldPassword)
{
    const auto one = enter("alice");
    const auto two = enter("alice");
    const auto held = auth->verify(one.access);
    ASSERT_TRUE(held);
    ASSERT_TRUE(auth->setPassword("Alice", "another password"));
    EXPECT_FALSE((*held)->valid());
    EXPECT_EQ(verified(one.access), "(invalid_token)");
    EXPECT_EQ(verified(two.access), "(invalid_token)");
    EXPECT_EQ(refresh(two.refresh).error().code, "bad_refresh_token");
    EXPECT_EQ(login("alice", password).error().code, "bad_credentials");
    EXPECT_TRUE(login("alice", "another password"));
    EXPECT_EQ(auth->setPassword("nobody", password).error().code, "user_not_found");
    EXPECT_EQ(auth->setPassword("alice", "x").error().code, "weak_password");
}

TEST_F(Login, AnImportedUserComesInOnceAnAdminGaveAPassword)
{
    const auto id = users->nextId();
    ASSERT_TRUE(writer->run(
        [&](storage::Connection& connection) -> Result<void> {
            storage::UserRepository::insert(connection, {.id = id, .username = "old", .state = "imported", .createdAt = 1});
            return {};
        },
        [&] { users->put(std::make_shared<const users::User>(users::User{id, "old", "", "member", "imported", 1})); }));
    EXPECT_EQ(login("old", "").error().code, "bad_credentials");
    ASSERT_TRUE(auth->setPassword("old", password));
    EXPECT_EQ(verified(enter("old").access), "old");
}

TEST_F(LoginThrottle, SixthWrongPasswordInAMinuteIsRefused)
{
    addUser("alice");
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(login("alice", "wrong password", "192.0.2." + std::to_string(i)).error().code, "bad_credentials");
    const auto sixth = login("ALICE", password, "192.0.2.9");
    EXPECT_EQ(sixth.error().code, "too_many_failed_logins") << "not even the right one, or guessing would go on";
    EXPECT_EQ(sixth.status(), Status::rateLimited);
    time += 60'000;
    EXPECT_TRUE(login("alice", password));
}

TEST_F(LoginThrottle, AnAddressThatFailsIsRefusedForEveryAccount)
{
    addUser("alice");
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(login("name" + std::to_string(i), "wrong password", "2001:db8::" + std::to_string(i)).error().code,
                  "bad_credentials");
    EXPECT_EQ(login("alice", password, "2001:db8::99").error().code, "too_many_failed_logins") << "one /64 is one address";
    EXPECT_TRUE(login("alice", password, "2001:db8:1::1"));
}

TEST_F(LoginThrottle, GoodLoginsDoNotCount)
{
    addUser("alice");
    for (int i = 0; i < 8; ++i)
        EXPECT_TRUE(login("alice", password)) << i;
}

TEST_F(LoginThrottle, GuessesInParallelLearnNoMoreThanTheLimit)
{
    addUser("alice");
    std::vector<std::future<std::string>> guesses;
    for (int i = 0; i < 12; ++i)
        guesses.push_back(std::async(std::launch::async, [this, i] {
            return login("alice", "wrong password", "192.0.2." + std::to_string(i)).error().code;
        }));
    int told = 0;
    for (auto& guess : guesses)
        told += guess.get() == "bad_credentials" ? 1 : 0;
    EXPECT_EQ(told, 5);
}

} // namespace
} // namespace netbit::services::auth::test
