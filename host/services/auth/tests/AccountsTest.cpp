#include "services/auth/tests/House.h"

#include <thread>

namespace netbit::services::auth::test {
namespace {

class Accounts : public House {
protected:
    void mode(Registration registration)
    {
        options.registration = registration;
        auth->setOptions(options);
    }
};

TEST_F(Accounts, OpenRegistrationMakesAMember)
{
    const auto made = registerUser("Alice");
    ASSERT_TRUE(made) << made.error().detail;
    const auto user = boost::json::parse(made->json).as_object();
    EXPECT_EQ(user.at("username").as_string(), "Alice");
    EXPECT_EQ(user.at("email").as_string(), "Alice@example.org");
    EXPECT_EQ(user.at("role").as_string(), "member");
    EXPECT_EQ(made->json.find("password"), std::string::npos);
    EXPECT_EQ(users->byName("alice")->id, made->id);
    EXPECT_TRUE(login("alice", password)) << "names are the same whatever their case";
    restart();
    EXPECT_TRUE(login("ALICE", password));
}

TEST_F(Accounts, ClosedMeansClosed)
{
    mode(Registration::closed);
    EXPECT_EQ(registerUser("alice", "nbi_anything").error().code, "registration_closed");
}

TEST_F(Accounts, AnInvitationIsGoodForOne)
{
    mode(Registration::invite);
    addUser("admin", "admin");
    const auto invite = auth->createInvite(*auth->localAdmin());
    ASSERT_TRUE(invite) << invite.error().code;
    EXPECT_TRUE(invite->token.starts_with("nbi_"));

    EXPECT_EQ(registerUser("alice").error().code, "invite_required");
    EXPECT_EQ(registerUser("alice", "nbi_wrong").error().code, "invite_invalid");
    EXPECT_EQ(registerUser("admin", invite->token).error().code, "username_taken");
    EXPECT_TRUE(registerUser("alice", invite->token)) << "a refused registration must not use it up";
    EXPECT_EQ(registerUser("bob", invite->token).error().code, "invite_invalid");
    EXPECT_EQ(registerUser("bob", invite->token).status(), Status::forbidden);
}

TEST_F(Accounts, TwoAtOnceCannotUseOneInvitation)
{
    mode(Registration::invite);
    addUser("admin", "admin");
    const auto invite = auth->createInvite(*auth->localAdmin());
    ASSERT_TRUE(invite);
    auto one = std::async(std::launch::async, [&] { return registerUser("one", invite->token).ok(); });
    auto two = std::async(std::launch::async, [&] { return registerUser("two", invite->token).ok(); });
    EXPECT_EQ(int{one.get()} + int{two.get()}, 1);
    EXPECT_EQ(users->size(), 2U);
}

TEST_F(Accounts, AnInvitationExpires)
{
    mode(Registration::invite);
    addUser("admin", "admin");
    const auto invite = auth->createInvite(*auth->localAdmin());
    ASSERT_TRUE(invite);
    time = invite->expiresAt;
    EXPECT_EQ(registerUser("alice", invite->token).error().code, "invite_invalid");
}

TEST_F(Accounts, OnlyAnAdminInvites)
{
    const auto user = addUser("alice");
    const auto principal = auth->impersonate(user->id);
    ASSERT_TRUE(principal);
    EXPECT_EQ(auth->createInvite(**principal).error().code, "admin_only");
    EXPECT_EQ(auth->createInvite(*auth->localAdmin()).error().code, "no_admin");
}

TEST_F(Accounts, OfTwoRegistrationsOfOneNameAtOnceOneWins)
{
    for (int round = 0; round < 3; ++round) {
        const auto name = "twin" + std::to_string(round);
        const auto race = [&](const std::string& spelling) {
            return std::async(std::launch::async, [this, spelling] {
                const auto result = registerUser(spelling);
                return result ? std::string("made") : result.error().code + result.error().pointer;
            });
        };
        auto one = race(name);
        auto two = race("T" + name.substr(1));
        std::vector<std::string> ends{one.get(), two.get()};
        std::sort(ends.begin(), ends.end());
        EXPECT_EQ(ends, (std::vector<std::string>{"made", "username_taken/username"}));
    }
    EXPECT_EQ(users->size(), 3U);
}

TEST_F(Accounts, WhatAnAccountMayNotLookLikeIsToldWithAPointer)
{
    struct Case {
        std::string username;
        std::string email;
        std::string password;
        std::string code;
        std::string pointer;
    };
    const std::string good = "good password";
    const std::vector<Case> cases{
        {"", "a@b", good, "invalid_username", "/username"},
        {".alice", "a@b", good, "invalid_username", "/username"},
        {"al ice", "a@b", good, "invalid_username", "/username"},
        {"zoë", "a@b", good, "invalid_username", "/username"},
        {std::string(65, 'a'), "a@b", good, "invalid_username", "/username"},
        {"Chat", "a@b", good, "reserved_username", "/username"},
        {"alice", "", good, "invalid_email", "/email"},
        {"alice", "a", good, "invalid_email", "/email"},
        {"alice", "@b", good, "invalid_email", "/email"},
        {"alice", "a@", good, "invalid_email", "/email"},
        {"alice", "a@b@c", good, "invalid_email", "/email"},
        {"alice", "a\n@b", good, "invalid_email", "/email"},
        {"alice", "a@" + std::string(253, 'b'), good, "invalid_email", "/email"},
        {"alice", "a@b", "short", "weak_password", "/password"},
        {"alice", "a@b", std::string(1025, 'p'), "weak_password", "/password"},
        {"alice", "a@b", "not utf-8 \xff", "weak_password", "/password"},
    };
    for (const auto& one : cases) {
        const auto result =
            wait([&](Done done) { return auth->registerUser({one.username, one.email, one.password, ""}, std::move(done)); });
        ASSERT_FALSE(result) << one.username << ' ' << one.email;
        EXPECT_EQ(result.error().code, one.code);
        EXPECT_EQ(result.error().pointer, one.pointer);
        EXPECT_EQ(result.status(), Status::invalid);
    }
    EXPECT_EQ(users->size(), 0U);
}

TEST_F(Accounts, AdminsAddUsersOfAnyRole)
{
    EXPECT_EQ(addUser("root", "admin")->role, "admin");
    EXPECT_TRUE(auth->addUser({"robot", "", "", ""}, "bot"));
    EXPECT_EQ(auth->addUser({"x", "", password, ""}, "king").error().code, "invalid_role");
    EXPECT_EQ(auth->addUser({"ROOT", "", password, ""}, "member").error().code, "username_taken");
    EXPECT_EQ(auth->addUser({"y", "", "", ""}, "member").error().code, "weak_password");
}

TEST_F(Accounts, TheProfileShowsTheEmailToItsOwnerOnly)
{
    const auto alice = registerUser("alice");
    const auto bob = registerUser("bob");
    const auto principal = auth->impersonate(alice->id);
    ASSERT_TRUE(principal);
    EXPECT_NE(auth->profile(**principal, alice->id, true)->str().find("alice@example.org"), std::string::npos);
    EXPECT_EQ(auth->profile(**principal, bob->id, true)->str().find("email"), std::string::npos);
    EXPECT_EQ(auth->profile(**principal, 999, true).error().code, "user_not_found");
    (*principal)->revoke();
    EXPECT_EQ(auth->profile(**principal, alice->id, true).error().code, "invalid_token");
}

TEST_F(Accounts, TheLocalAdminActsAsTheOldestAdmin)
{
    const auto nobody = auth->localAdmin();
    EXPECT_EQ(nobody->userId(), 0);
    EXPECT_TRUE(nobody->admin());
    EXPECT_EQ(nobody->kind(), Principal::Kind::localAdmin);
    addUser("member");
    const auto root = addUser("root", "admin");
    addUser("root2", "admin");
    EXPECT_EQ(auth->localAdmin()->userId(), root->id);
    EXPECT_EQ(auth->localAdmin(), auth->localAdmin()) << "is made once";
}

} // namespace
} // namespace netbit::services::auth::test
