#include "services/auth/tests/House.h"

namespace netbit::services::auth::test {
namespace {

using std::chrono::seconds;

class PersonalTokens : public House {
};

TEST_F(PersonalTokens, LiveUntilTheyExpireAcrossRestarts)
{
    addUser("alice");
    const auto hour = auth->createAccessToken("ALICE", "ci", seconds(3600));
    const auto ever = auth->createAccessToken("alice", "cron", seconds(0));
    ASSERT_TRUE(hour && ever);
    EXPECT_EQ(hour->expiresAt, time + 3'600'000);
    EXPECT_EQ(ever->expiresAt, 0);
    EXPECT_TRUE(hour->token.starts_with("nbt_"));
    EXPECT_EQ(hour->token.size(), 47U);
    EXPECT_EQ(verified(hour->token), "alice");
    EXPECT_EQ((*auth->verify(hour->token))->kind(), Principal::Kind::accessToken);
    restart();
    EXPECT_EQ(verified(hour->token), "alice");
    time += 3'600'000;
    EXPECT_EQ(verified(hour->token), "(invalid_token)");
    auth->prune();
    EXPECT_EQ(verified(ever->token), "alice");
    restart();
    EXPECT_EQ(verified(hour->token), "(invalid_token)");
    EXPECT_EQ(verified(ever->token), "alice");
}

TEST_F(PersonalTokens, RevokingOneHoldsAtOnceAndForGood)
{
    addUser("alice");
    const auto one = auth->createAccessToken("alice", "one", seconds(0));
    const auto two = auth->createAccessToken("alice", "two", seconds(0));
    ASSERT_TRUE(one && two);
    const auto held = auth->verify(one->token);
    ASSERT_TRUE(held);
    ASSERT_TRUE(auth->revokeAccessToken(one->id));
    EXPECT_FALSE((*held)->valid());
    EXPECT_EQ(verified(one->token), "(invalid_token)");
    EXPECT_EQ(verified(two->token), "alice");
    EXPECT_EQ(auth->revokeAccessToken(one->id).error().code, "token_not_found");
    restart();
    EXPECT_EQ(verified(one->token), "(invalid_token)");
    EXPECT_EQ(verified(two->token), "alice");
    EXPECT_GT(auth->createAccessToken("alice", "three", seconds(0))->id, two->id);
}

TEST_F(PersonalTokens, AChangedByteIsAnotherToken)
{
    addUser("alice");
    const auto issued = auth->createAccessToken("alice", "ci", seconds(0));
    ASSERT_TRUE(issued);
    EXPECT_EQ(verified(issued->token), "alice") << "the control";
    for (std::size_t i = 0; i < issued->token.size(); ++i) {
        auto changed = issued->token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(verified(changed), "(invalid_token)") << i;
    }
    EXPECT_EQ(verified(issued->token + "A"), "(invalid_token)");
    EXPECT_EQ(verified(issued->token.substr(0, 46)), "(invalid_token)");
}

TEST_F(PersonalTokens, NeedAUserANameAndALife)
{
    addUser("alice");
    EXPECT_EQ(auth->createAccessToken("nobody", "ci", seconds(0)).error().code, "user_not_found");
    EXPECT_EQ(auth->createAccessToken("alice", "", seconds(0)).error().code, "invalid_name");
    EXPECT_EQ(auth->createAccessToken("alice", "a\nb", seconds(0)).error().code, "invalid_name");
    EXPECT_EQ(auth->createAccessToken("alice", "ci", seconds(-1)).error().code, "invalid_life");
    EXPECT_EQ(auth->createAccessToken("alice", "ci", seconds::max()).error().code, "invalid_life");
}

} // namespace
} // namespace netbit::services::auth::test
