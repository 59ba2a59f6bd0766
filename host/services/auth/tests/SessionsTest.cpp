#include "services/auth/tests/House.h"

#include <thread>

namespace netbit::services::auth::test {
namespace {

class Sessions : public House {
};

TEST_F(Sessions, RefreshRotatesTheToken)
{
    const auto first = enter("alice");
    time += 10'000;
    const auto second = pairOf(refresh(first.refresh));
    EXPECT_NE(second.refresh, first.refresh);
    EXPECT_NE(second.access, first.access);
    EXPECT_EQ(second.whole.at("user").as_object().at("username").as_string(), "alice");
    EXPECT_EQ((*auth->verify(second.access))->source(), (*auth->verify(first.access))->source()) << "one session";
    const auto third = pairOf(refresh(second.refresh));
    EXPECT_EQ(verified(third.access), "alice");
}

TEST_F(Sessions, ReuseOfAReplacedTokenEndsTheWholeSessionDurably)
{
    const auto other = enter("alice");
    const auto first = enter("alice");
    const auto second = pairOf(refresh(first.refresh));
    const auto held = auth->verify(second.access);
    ASSERT_TRUE(held);

    const auto reused = refresh(first.refresh);
    EXPECT_EQ(reused.error().code, "bad_refresh_token");
    EXPECT_EQ(reused.status(), Status::unauthenticated);
    EXPECT_FALSE((*held)->valid()) << "who holds the principal must find it ended";
    EXPECT_EQ(verified(second.access), "(invalid_token)");
    EXPECT_EQ(verified(first.access), "(invalid_token)");
    EXPECT_EQ(refresh(second.refresh).error().code, "bad_refresh_token") << "the newest token is the family's too";
    EXPECT_EQ(verified(other.access), "alice") << "another session of the user goes on";

    restart();
    EXPECT_EQ(refresh(second.refresh).error().code, "bad_refresh_token") << "the revocation was not committed";
    EXPECT_EQ(verified(second.access), "(invalid_token)");
    EXPECT_EQ(verified(other.access), "alice");
}

TEST_F(Sessions, OfTwoRefreshesAtOnceOneWinsAndTheSessionEnds)
{
    const auto first = enter("alice");
    auto one = std::async(std::launch::async, [&] { return refresh(first.refresh).ok(); });
    auto two = std::async(std::launch::async, [&] { return refresh(first.refresh).ok(); });
    EXPECT_EQ(int{one.get()} + int{two.get()}, 1);
    EXPECT_EQ(verified(first.access), "(invalid_token)");
}

TEST_F(Sessions, LogoutEndsAccessTokensAtOnce)
{
    const auto pair = enter("alice");
    const auto held = auth->verify(pair.access);
    ASSERT_TRUE(held);
    ASSERT_TRUE((*held)->valid());
    const auto key = auth->issueSigningKey(*held);
    ASSERT_TRUE(key);
    ASSERT_TRUE(logout(pair.refresh));
    EXPECT_FALSE((*held)->valid());
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_EQ(refresh(pair.refresh).error().code, "bad_refresh_token");
    EXPECT_EQ(auth->issueSigningKey(*held).error().code, "invalid_token");
}

TEST_F(Sessions, LogoutOfWhatIsGoneSucceeds)
{
    const auto pair = enter("alice");
    EXPECT_TRUE(logout(pair.refresh));
    EXPECT_TRUE(logout(pair.refresh));
    EXPECT_TRUE(logout("nbr_" + std::string(43, 'A')));
    EXPECT_TRUE(logout("rubbish"));
    EXPECT_TRUE(logout(""));
}

TEST_F(Sessions, LogoutWithAReplacedTokenEndsTheSessionToo)
{
    const auto first = enter("alice");
    const auto second = pairOf(refresh(first.refresh));
    ASSERT_TRUE(logout(first.refresh));
    EXPECT_EQ(verified(second.access), "(invalid_token)");
}

TEST_F(Sessions, ARestartDoesNotReviveARevokedSession)
{
    options.accessTokenLife = std::chrono::hours(20);
    auth->setOptions(options);
    const auto revoked = enter("alice");
    const auto good = enter("alice");
    ASSERT_TRUE(logout(revoked.refresh));
    options.accessTokenLife = std::chrono::seconds(60); // the tokens that are out there keep their life
    restart();
    EXPECT_EQ(verified(good.access), "alice") << "the control";
    EXPECT_EQ(verified(revoked.access), "(invalid_token)");
    time += 19LL * 3'600'000;
    auth->prune();
    restart();
    EXPECT_EQ(verified(good.access), "alice");
    EXPECT_EQ(verified(revoked.access), "(invalid_token)") << "pruned too early";
}

TEST_F(Sessions, ANewSessionNeverHasTheIdOfAnOld)
{
    const auto before = enter("alice");
    const auto id = (*auth->verify(before.access))->source();
    ASSERT_TRUE(logout(before.refresh));
    time += 90LL * 24 * 3'600'000;
    auth->prune();
    restart();
    EXPECT_GT((*auth->verify(enter("alice").access))->source(), id);
}

TEST_F(Sessions, ARefreshTokenExpires)
{
    const auto pair = enter("alice");
    time += std::chrono::milliseconds(options.refreshTokenLife).count() - 1;
    const auto next = pairOf(refresh(pair.refresh));
    time += std::chrono::milliseconds(options.refreshTokenLife).count();
    EXPECT_EQ(refresh(next.refresh).error().code, "bad_refresh_token");
}

TEST_F(Sessions, AnAccessTokenExpiresAlsoWhenItWasSeenBefore)
{
    const auto pair = enter("alice");
    EXPECT_EQ(verified(pair.access), "alice");
    EXPECT_EQ(auth->verify(pair.access).value(), auth->verify(pair.access).value()) << "the second is remembered";
    time += 899'000;
    EXPECT_EQ(verified(pair.access), "alice");
    time += 1'000;
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
}

TEST_F(Sessions, RubbishIsRefusedAsARefreshToken)
{
    const auto pair = enter("alice");
    for (const auto& token : {std::string(), std::string("nbr_"), pair.access, "nbt_" + pair.refresh.substr(4),
                              pair.refresh + "A", std::string(100'000, 'x')})
        EXPECT_EQ(refresh(token).error().code, "bad_refresh_token");
    EXPECT_TRUE(refresh(pair.refresh)) << "the control";
}

TEST_F(Sessions, DeactivationEndsEverythingOfTheUser)
{
    const auto pair = enter("alice");
    const auto token = auth->createAccessToken("alice", "ci", std::chrono::seconds(0));
    ASSERT_TRUE(token);
    const auto session = auth->verify(pair.access);
    const auto personal = auth->verify(token->token);
    const auto lent = auth->impersonate(users->byName("alice")->id);
    ASSERT_TRUE(session && personal && lent);
    ASSERT_TRUE(auth->deactivate("alice"));
    for (const auto* const held : {&session, &personal, &lent})
        EXPECT_FALSE((**held)->valid());
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_EQ(verified(token->token), "(invalid_token)");
    EXPECT_EQ(refresh(pair.refresh).error().code, "bad_refresh_token");
    EXPECT_EQ(auth->impersonate(users->byName("alice")->id).error().code, "user_not_found");
    EXPECT_EQ(auth->createAccessToken("alice", "ci", std::chrono::seconds(0)).error().code, "user_not_active");
    restart();
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_EQ(verified(token->token), "(invalid_token)");
}

TEST_F(Sessions, VerifyNeverGivesAPrincipalThatOutlivesTheLogout)
{
    for (int round = 0; round < 5; ++round) {
        const auto pair = enter("alice");
        std::atomic<bool> over{false};
        std::vector<std::future<std::vector<PrincipalPtr>>> askers;
        for (int t = 0; t < 3; ++t)
            askers.push_back(std::async(std::launch::async, [&] {
                std::vector<PrincipalPtr> got;
                while (!over) {
                    auto principal = auth->verify(pair.access);
                    if (principal && (got.empty() || got.back() != *principal))
                        got.push_back(*principal);
                }
                return got;
            }));
        ASSERT_TRUE(logout(pair.refresh));
        over = true;
        for (auto& asker : askers)
            for (const auto& principal : asker.get())
                EXPECT_TRUE(principal->revoked());
        EXPECT_EQ(verified(pair.access), "(invalid_token)");
    }
}

TEST_F(Sessions, ImpersonationIsSharedAndRevocable)
{
    const auto id = addUser("alice")->id;
    const auto one = auth->impersonate(id);
    ASSERT_TRUE(one);
    EXPECT_EQ((*one)->kind(), Principal::Kind::impersonated);
    EXPECT_EQ(auth->impersonate(id).value(), *one);
    (*one)->revoke();
    EXPECT_TRUE((*auth->impersonate(id))->valid()) << "a revoked one is not given again";
    EXPECT_EQ(auth->impersonate(12'345).error().code, "user_not_found");
}

} // namespace
} // namespace netbit::services::auth::test
