#include "base/Base64.h"
#include "services/delivery/push/Encryption.h"
#include "services/delivery/push/Vapid.h"
#include "tests/support/Browser.h"

#include <gtest/gtest.h>
#include <set>

namespace netbit::services::delivery::push::test {

namespace {

std::string bytes(std::string_view text) { return base::fromBase64Url(text).value(); }

// RFC 8291, appendix A.
constexpr auto browserPoint = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr auto browserAuth = "BTBZMqHH6r4Tts7J_aSIgg";

std::string wrongOf(std::string_view p256dh, std::string_view auth)
{
    std::string_view wrong;
    return readBrowserKeys(p256dh, auth, wrong) ? "none" : std::string(wrong);
}

} // namespace

TEST(Encryption, IsThatOfTheStandardsExample)
{
    std::string_view wrong;
    const auto keys = readBrowserKeys(browserPoint, browserAuth, wrong);
    ASSERT_TRUE(keys);
    const auto own = privateKey(bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
    EXPECT_EQ(base::toBase64Url(pointOf(own)),
              "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
    const std::string plain = "When I grow up, I want to be a watermelon";
    EXPECT_EQ(base::toBase64Url(encryptWith(plain, *keys, own, bytes("DGv6ra1nlYgDCS1FRnbzlw"), plain.size() + 1)),
              "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
              "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(Encryption, ABrowserReadsItAndItsLengthTellsNothing)
{
    const netbit::test::Browser browser;
    const auto told = browser.subscription("https://push.example/1").at("keys");
    std::string_view wrong;
    const auto keys = readBrowserKeys(told.at("p256dh").as_string(), told.at("auth").as_string(), wrong);
    ASSERT_TRUE(keys);
    std::set<std::string> seen;
    for (const auto size : {std::size_t{0}, std::size_t{1}, std::size_t{200}, maxPlainBytes - 1, maxPlainBytes}) {
        const std::string plain(size, '\2'); // what the delimiter is
        const auto sent = encrypt(plain, *keys);
        EXPECT_EQ(sent.size(), 2'050u);
        EXPECT_EQ(browser.decrypt(sent), plain);
        EXPECT_TRUE(seen.insert(sent.substr(0, 16)).second) << "a salt of its own";
        EXPECT_TRUE(seen.insert(sent.substr(21, 65)).second) << "a key of its own";
        auto changed = sent;
        changed.back() ^= 1;
        EXPECT_THROW((void)browser.decrypt(changed), std::runtime_error);
        EXPECT_THROW((void)netbit::test::Browser().decrypt(sent), std::runtime_error);
    }
    EXPECT_THROW((void)encrypt(std::string(maxPlainBytes + 1, 'x'), *keys), std::logic_error);
}

TEST(Encryption, KeysAreTakenOnlyAsBrowsersGiveThem)
{
    EXPECT_EQ(wrongOf(browserPoint, browserAuth), "none");
    auto offCurve = bytes(browserPoint);
    offCurve.back() ^= 1;
    auto compressed = "\x02" + bytes(browserPoint).substr(1, 32);
    auto hybrid = bytes(browserPoint);
    hybrid.front() = '\x06';
    for (const auto& point : {offCurve, compressed, hybrid, std::string(65, '\0'), std::string(1, '\0'), std::string("\x04") + std::string(64, '\0'),
                              "\x04" + std::string(64, '\xff'), bytes(browserPoint) + "x", std::string()})
        EXPECT_EQ(wrongOf(base::toBase64Url(point), browserAuth), "p256dh");
    for (const auto* const text : {"", "P", "BCVx=", "BCVx BCVx", "ä"})
        EXPECT_EQ(wrongOf(text, browserAuth), "p256dh") << text;
    for (const auto* const text : {"", "A", "BTBZMqHH6r4Tts7J_aSIgg==", "BTBZMqHH6r4Tts7J_aSI", "BTBZMqHH6r4Tts7J_aSIggAA", "BTBZMqHH6r4Tts7J/aSIgg"})
        EXPECT_EQ(wrongOf(browserPoint, text), "auth") << text;
}

TEST(Vapid, SaysWhoSendsAndToWhomAndForHowLong)
{
    const Vapid vapid(std::string(32, '\7'));
    EXPECT_EQ(vapid.publicKey(), Vapid(std::string(32, '\7')).publicKey()) << "the same behind each start";
    EXPECT_NE(vapid.publicKey(), Vapid(std::string(32, '\x08')).publicKey());
    EXPECT_EQ(bytes(vapid.publicKey()).size(), 65u);
    const auto header = vapid.header("https://Push.Example:443/send/abc?x=1", "mailto:root@chat.example", 1'800'000'000'999);
    ASSERT_TRUE(header.starts_with("Authorization: "));
    const auto claims = netbit::test::Browser::claimsOf(header.substr(15), vapid.publicKey());
    EXPECT_EQ(claims.at("aud").as_string(), "https://push.example");
    EXPECT_EQ(claims.at("exp").as_int64(), 1'800'000'000 + 12 * 3'600);
    EXPECT_EQ(claims.at("sub").as_string(), "mailto:root@chat.example");
    const auto nobody = netbit::test::Browser::claimsOf(vapid.header("https://push.example/", "", 0).substr(15), vapid.publicKey());
    EXPECT_FALSE(nobody.contains("sub"));
}

TEST(Vapid, ASecretThatIsNoPrivateKeyGivesOneAllTheSame)
{
    for (const auto fill : {'\0', '\xff'}) { // zero, and above the order
        EXPECT_FALSE(privateKey(std::string(32, fill)));
        const Vapid vapid(std::string(32, fill));
        EXPECT_NO_THROW((void)netbit::test::Browser::claimsOf(vapid.header("https://push.example/", "", 0).substr(15), vapid.publicKey()));
    }
}

TEST(Vapid, AnOriginIsSchemeHostAndAPortThatIsNotTheSchemesOwn)
{
    EXPECT_EQ(originOf("https://fcm.googleapis.com/fcm/send/x:y"), "https://fcm.googleapis.com");
    EXPECT_EQ(originOf("HTTPS://A.example:8443/"), "https://a.example:8443");
    EXPECT_EQ(originOf("http://127.0.0.1:80/x"), "http://127.0.0.1");
    EXPECT_EQ(originOf("http://[::1]:8080/x"), "http://[::1]:8080");
}

} // namespace netbit::services::delivery::push::test
