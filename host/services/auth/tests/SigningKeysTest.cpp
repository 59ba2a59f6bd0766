#include "services/auth/SigningKeys.h"
#include "services/auth/Secrets.h"
#include "services/auth/tests/House.h"

#include <sodium.h>

namespace netbit::services::auth::test {
namespace {

std::string macOf(const SigningKey& key, std::string_view bytes)
{
    const auto raw = fromHex(key.key, 32).value();
    std::string mac(32, '\0');
    ::crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(mac.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                             reinterpret_cast<const unsigned char*>(raw.data()));
    return toHex(mac);
}

class PacketKeys : public House {
protected:
    std::string check(const SigningKey& key, std::string_view bytes, std::uint64_t sequence)
    {
        return check(key.session, bytes, macOf(key, bytes), sequence);
    }
    std::string check(std::string_view session, std::string_view bytes, std::string_view mac, std::uint64_t sequence)
    {
        const auto principal = auth->verifyMac(session, bytes, mac, sequence);
        return principal ? (*principal)->username() : principal.error().code;
    }
    SigningKey issue(const PrincipalPtr& principal) { return auth->issueSigningKey(principal).value(); }
};

TEST_F(PacketKeys, ProveTheirOwnerOnceForEachSequence)
{
    const auto key = issue(*auth->verify(enter("alice").access));
    EXPECT_EQ(key.session.size(), 32U);
    EXPECT_EQ(key.key.size(), 64U);
    EXPECT_EQ(key.expiresIn, std::chrono::seconds(900)) << "with the access token";
    EXPECT_EQ(check(key, "hello", 0), "invalid_signature") << "0 is no sequence number";
    EXPECT_EQ(check(key, "hello", 1), "alice");
    EXPECT_EQ(check(key, "hello", 1), "invalid_signature") << "replayed";
    EXPECT_EQ(check(key, "hello", 3), "alice");
    EXPECT_EQ(check(key, "hello", 2), "alice") << "late, but new";
}

TEST_F(PacketKeys, RefuseWhatIsNotSignedAndLeaveTheWindowAlone)
{
    const auto key = issue(*auth->impersonate(addUser("alice")->id));
    EXPECT_EQ(key.expiresIn, std::chrono::hours(1));
    auto mac = macOf(key, "hello");
    EXPECT_EQ(check(key.session, "hellO", mac, 1'000'000), "invalid_signature");
    EXPECT_EQ(check(key.session, "hello", mac.substr(1), 1'000'000), "invalid_signature");
    EXPECT_EQ(check(key.session, "hello", mac.substr(0, 63) + "g", 1'000'000), "invalid_signature");
    EXPECT_EQ(check(std::string(32, '0'), "hello", mac, 1'000'000), "invalid_signature");
    EXPECT_EQ(check("", "hello", mac, 1'000'000), "invalid_signature");
    EXPECT_EQ(check(key.session, "hello", "", 1'000'000), "invalid_signature");
    EXPECT_EQ(check(key, "hello", 1), "alice") << "a forged packet moved the window";
}

TEST_F(PacketKeys, DieWithTheirPrincipalAndAfterAnHour)
{
    const auto pair = enter("alice");
    const auto key = issue(*auth->verify(pair.access));
    const auto lent = issue(*auth->impersonate(users->byName("alice")->id));
    EXPECT_EQ(check(key, "x", 1), "alice");
    ASSERT_TRUE(logout(pair.refresh));
    EXPECT_EQ(check(key, "x", 2), "invalid_signature");
    time += 3'599'999;
    EXPECT_EQ(check(lent, "x", 1), "alice");
    time += 1;
    EXPECT_EQ(check(lent, "x", 2), "invalid_signature");
}

TEST_F(PacketKeys, AUserHasEightAndTheOldestGoesFirst)
{
    const auto principal = *auth->impersonate(addUser("alice")->id);
    const auto others = issue(*auth->impersonate(addUser("bob")->id));
    std::vector<SigningKey> keys;
    for (int i = 0; i < 9; ++i)
        keys.push_back(issue(principal));
    EXPECT_EQ(check(keys[0], "x", 1), "invalid_signature");
    EXPECT_EQ(check(keys[1], "x", 1), "alice");
    EXPECT_EQ(check(keys[8], "x", 1), "alice");
    EXPECT_EQ(check(others, "x", 1), "bob");
}

TEST_F(PacketKeys, OneSequenceIsGoodForOneThread)
{
    const auto key = issue(*auth->impersonate(addUser("alice")->id));
    const auto mac = macOf(key, "x");
    std::vector<std::future<int>> senders;
    for (int t = 0; t < 4; ++t)
        senders.push_back(std::async(std::launch::async, [&] {
            int accepted = 0;
            for (std::uint64_t sequence = 1; sequence <= 500; ++sequence)
                accepted += auth->verifyMac(key.session, "x", mac, sequence).ok() ? 1 : 0;
            return accepted;
        }));
    int accepted = 0;
    for (auto& sender : senders)
        accepted += sender.get();
    EXPECT_LE(accepted, 500);
    EXPECT_GE(accepted, 1);
}

TEST(ReplayWindow, AcceptsEachOfTheLast64Once)
{
    ReplayWindow window;
    EXPECT_FALSE(window.accept(0));
    EXPECT_TRUE(window.accept(100));
    EXPECT_FALSE(window.accept(100));
    EXPECT_TRUE(window.accept(37)) << "63 behind is the last inside";
    EXPECT_FALSE(window.accept(37));
    EXPECT_FALSE(window.accept(36)) << "64 behind is outside";
    EXPECT_TRUE(window.accept(101));
    EXPECT_FALSE(window.accept(37)) << "has moved out, seen or not";
    EXPECT_FALSE(window.accept(100));
    EXPECT_TRUE(window.accept(101 + 64)) << "a jump of the whole window forgets all before";
    EXPECT_FALSE(window.accept(101));
    EXPECT_TRUE(window.accept(102));
    EXPECT_TRUE(window.accept(UINT64_MAX));
    EXPECT_FALSE(window.accept(UINT64_MAX));
    EXPECT_TRUE(window.accept(UINT64_MAX - 63));
    EXPECT_FALSE(window.accept(1));
}

TEST(SigningKeysMemory, IsGivenBack)
{
    SigningKeys keys;
    const auto principal = std::make_shared<const Principal>(Principal::Kind::impersonated, 1, "a", false, 0, 0);
    keys.issue(principal, 0);
    keys.issue(principal, 1'000);
    keys.prune(SigningKeys::lifeMs);
    EXPECT_EQ(keys.size(), 1U);
    principal->revoke();
    keys.prune(SigningKeys::lifeMs);
    EXPECT_EQ(keys.size(), 0U);
}

} // namespace
} // namespace netbit::services::auth::test
