#include "services/auth/tests/House.h"

#include <map>
#include <vector>

namespace netbit::services::auth::test {
namespace {

class Source final : public Provider {
public:
    Source(std::string name, std::map<std::string, std::string> accounts)
        : passwords(std::move(accounts)), _name(std::move(name))
    {
    }
    const std::string& name() const noexcept override { return _name; }
    ProviderAnswer check(std::string_view username, std::string_view password) noexcept override
    {
        asked.emplace_back(username);
        if (down)
            return {Status::unavailable, {}};
        const auto found = passwords.find(std::string(username));
        if (found == passwords.end() || found->second != password)
            return {Status::unauthenticated, {}};
        return {Status::ok, std::string(username) + "@directory.example"};
    }

    std::map<std::string, std::string> passwords;
    std::vector<std::string> asked;
    bool down = false;

private:
    const std::string _name;
};

class ProvidedLogin : public House {
protected:
    ProvidedLogin() { auth->addProvider(directory); }

    std::string codeOf(const Result<Completed>& result) { return result ? "ok" : result.error().code; }

    std::shared_ptr<Source> directory = std::make_shared<Source>(
        "directory", std::map<std::string, std::string>{{"ada", "engine"}, {"root", "stolen"}, {"ADA", "another"}});
};

TEST_F(ProvidedLogin, MakesTheUserOnceAndSignsIn)
{
    const auto first = pairOf(login("ada", "engine"));
    EXPECT_EQ(verified(first.access), "ada");
    EXPECT_EQ(first.whole.at("user").as_object().at("email").as_string(), "ada@directory.example");
    EXPECT_EQ(first.whole.at("user").as_object().at("role").as_string(), "member");
    const auto id = users->byName("ada")->id;

    EXPECT_EQ(verified(pairOf(login("ada", "engine")).access), "ada");
    EXPECT_EQ(users->byName("ada")->id, id);
    EXPECT_EQ(verified(pairOf(refresh(first.refresh)).access), "ada") << "a session goes on without its provider";
}

TEST_F(ProvidedLogin, WrongPasswordsAreRefusedAsAnyOtherAndCounted)
{
    EXPECT_EQ(codeOf(login("ada", "wrong")), "bad_credentials");
    EXPECT_EQ(users->byName("ada"), nullptr);
    for (int i = 0; i < 4; ++i)
        EXPECT_FALSE(login("ada", "wrong"));
    EXPECT_EQ(codeOf(login("ada", "engine")), "too_many_failed_logins");
}

TEST_F(ProvidedLogin, AUserOfTheHostIsNeverItsToSignInAndItsPasswordNeverItsToSee)
{
    addUser("root", "admin");
    EXPECT_EQ(codeOf(login("root", "stolen")), "bad_credentials");
    EXPECT_EQ(codeOf(login("root", password)), "ok");
    ASSERT_TRUE(auth->addUser({"robot", "", "", ""}, "bot")); // nobody's password, and still not the provider's
    directory->passwords["robot"] = "stolen";
    EXPECT_EQ(codeOf(login("robot", "stolen")), "bad_credentials");
    EXPECT_TRUE(directory->asked.empty());
}

TEST_F(ProvidedLogin, ItsUserIsNoOtherProvidersToSignIn)
{
    ASSERT_TRUE(login("ada", "engine"));
    const auto other = std::make_shared<Source>("other", std::map<std::string, std::string>{{"ada", "stolen"}});
    auth->addProvider(other);
    EXPECT_EQ(codeOf(login("ada", "stolen")), "bad_credentials");
    EXPECT_TRUE(other->asked.empty());
}

TEST_F(ProvidedLogin, TwoAccountsThatDifferInCaseAloneAreNeverOneUser)
{
    ASSERT_TRUE(login("ada", "engine"));
    EXPECT_EQ(codeOf(login("ADA", "another")), "bad_credentials");
    EXPECT_EQ(codeOf(login("ADA", "engine")), "ok") << "the name of the user as it was first typed is asked for";
    EXPECT_EQ(directory->asked.back(), "ada");
}

TEST_F(ProvidedLogin, TheNextProviderIsAskedWhereTheFirstKnowsNobody)
{
    auth->addProvider(std::make_shared<Source>("other", std::map<std::string, std::string>{{"bob", "builder"}}));
    EXPECT_EQ(codeOf(login("bob", "builder")), "ok");
    database->read([](storage::Connection& connection) {
        EXPECT_EQ(storage::UserRepository::byName(connection, "bob")->provider, "other");
    });
}

TEST_F(ProvidedLogin, ASourceThatCannotBeAskedIsNotAWrongPassword)
{
    ASSERT_TRUE(login("ada", "engine"));
    directory->down = true;
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(codeOf(login("ada", "engine")), "provider_unavailable");
    directory->down = false;
    EXPECT_EQ(codeOf(login("ada", "engine")), "ok") << "and it does not count as a failed login";
    auth->removeProvider(*directory);
    EXPECT_EQ(codeOf(login("ada", "engine")), "provider_unavailable");
}

TEST_F(ProvidedLogin, ANewLifeTakesThePlaceOfTheOldOne)
{
    const auto next = std::make_shared<Source>("directory", std::map<std::string, std::string>{{"ada", "engine"}});
    auth->addProvider(next);
    auth->removeProvider(*directory); // the old one ends after the new one has begun
    EXPECT_EQ(codeOf(login("ada", "engine")), "ok");
    EXPECT_EQ(next->asked.size(), 1U);
    EXPECT_TRUE(directory->asked.empty());
}

TEST_F(ProvidedLogin, WhoMadeAUserIsKnownAfterARestartAndTheAdminsWordHolds)
{
    ASSERT_TRUE(login("ada", "engine"));
    restart();
    EXPECT_EQ(codeOf(login("ada", "engine")), "provider_unavailable") << "its plugin is not there";
    auth->addProvider(directory);
    EXPECT_EQ(codeOf(login("ada", "engine")), "ok");
    EXPECT_EQ(auth->setPassword("ada", "a password of the host").error().code, "provided_user");
    ASSERT_TRUE(auth->deactivate("ada"));
    EXPECT_EQ(codeOf(login("ada", "engine")), "bad_credentials");
}

} // namespace
} // namespace netbit::services::auth::test
