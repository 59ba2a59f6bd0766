// What is bounded stays bounded.
#include "services/auth/Passwords.h"
#include "services/auth/Revocations.h"
#include "services/auth/Throttle.h"
#include "services/auth/VerifiedTokens.h"

#include <gtest/gtest.h>

namespace netbit::services::auth {
namespace {

PrincipalPtr make(storage::Id user, base::Millis expiresAt = 0, storage::Id source = 1)
{
    return std::make_shared<const Principal>(Principal::Kind::session, user, "u", false, source, expiresAt);
}

TEST(VerifiedTokens, KeepABoundedNumberAndDropTheDeadFirst)
{
    VerifiedTokens tokens(64 * 4);
    const auto alive = make(1);
    for (int i = 0; i < 5'000; ++i)
        tokens.put("dead " + std::to_string(i), make(1, 10), 5);
    EXPECT_LE(tokens.size(), 256U);
    for (int i = 0; i < 100; ++i)
        tokens.put("alive " + std::to_string(i), alive, 20);
    EXPECT_LE(tokens.size(), 256U);
    int found = 0;
    for (int i = 0; i < 100; ++i)
        found += tokens.find("alive " + std::to_string(i)) ? 1 : 0;
    EXPECT_GE(found, 80) << "shards of four may overflow now and then, but the dead go first";
    tokens.prune(20);
    EXPECT_LE(tokens.size(), 100U);
    alive->revoke();
    tokens.prune(20);
    EXPECT_EQ(tokens.size(), 0U);
}

TEST(VerifiedTokens, CompareTheWholeToken)
{
    VerifiedTokens tokens;
    const std::string end(60, 'e');
    tokens.put("a" + end, make(1), 0);
    EXPECT_NE(tokens.find("a" + end), nullptr);
    EXPECT_EQ(tokens.find("b" + end), nullptr) << "the same end, and so the same hash";
    EXPECT_EQ(tokens.find(end), nullptr);
}

TEST(Throttle, IsBoundedHoweverManyNamesFail)
{
    Throttle throttle(100);
    for (int i = 0; i < 1'000; ++i)
        throttle.settle("name" + std::to_string(i), "10.0.0." + std::to_string(i), false, 5, 1'000);
    EXPECT_LE(throttle.size(), 200U);
    throttle.prune(61'000);
    EXPECT_EQ(throttle.size(), 0U);
}

TEST(Throttle, MapsAddressesToWhoHasThem)
{
    EXPECT_EQ(addressKey("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(addressKey("2001:db8::1"), addressKey("2001:db8:0:0:ffff::2"));
    EXPECT_NE(addressKey("2001:db8::1"), addressKey("2001:db8:0:1::1"));
    EXPECT_NE(addressKey("::ffff:192.0.2.1"), addressKey("::ffff:192.0.2.2"));
    EXPECT_EQ(addressKey(""), "");
}

TEST(Revocations, ForgetPrincipalsThatNobodyHolds)
{
    Revocations revocations;
    for (int i = 0; i < 10'000; ++i)
        revocations.enrol(make(7));
    const auto held = make(7, 0, 3);
    const auto other = make(7, 0, 4);
    revocations.enrol(held);
    revocations.enrol(other);
    revocations.prune(0);
    revocations.revokeSession(3, 7, 100);
    EXPECT_TRUE(held->revoked());
    EXPECT_FALSE(other->revoked());
    EXPECT_TRUE(revocations.sessionRevoked(3));
    revocations.prune(100);
    EXPECT_FALSE(revocations.sessionRevoked(3));
    revocations.revokeUser(7);
    EXPECT_TRUE(other->revoked());
}

TEST(Passwords, NobodysPasswordBelongsToNobody)
{
    const auto stored = hashPassword("right");
    EXPECT_TRUE(verifyPassword(stored, "right"));
    EXPECT_FALSE(verifyPassword(stored, "wrong"));
    EXPECT_FALSE(verifyPassword("", "no password of anyone"));
    EXPECT_FALSE(verifyPassword("", ""));
    EXPECT_FALSE(needsRehash(stored));
    const auto longest = std::string(maxPasswordBytes, 'p');
    EXPECT_TRUE(verifyPassword(hashPassword(longest), longest));
    EXPECT_FALSE(verifyPassword(hashPassword(longest), longest + "p")) << "must not be compared cut";
}

} // namespace
} // namespace netbit::services::auth
