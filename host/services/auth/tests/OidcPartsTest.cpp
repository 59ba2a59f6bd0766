// The parts of logins at providers that need no provider.

#include "base/Base64.h"
#include "services/auth/oidc/Claims.h"
#include "services/auth/oidc/Flows.h"
#include "services/auth/oidc/Keys.h"
#include "services/auth/oidc/ReturnTo.h"
#include "services/auth/oidc/Settings.h"

#include <gtest/gtest.h>

#include <random>

namespace netbit::services::auth::oidc {
namespace {

const std::vector<std::string> all{"RS256", "ES256", "EdDSA"};

TEST(OidcBase64Url, HasOneSpellingOnly)
{
    EXPECT_EQ(base::toBase64Url("\xff\xfe"), "__4");
    EXPECT_EQ(base::fromBase64Url("__4"), "\xff\xfe");
    for (const auto* text : {"__5", "__4=", "//4", "_", "__ 4", "__4\n"})
        EXPECT_FALSE(base::fromBase64Url(text)) << text;
    EXPECT_EQ(base::fromBase64Url(""), "");
    EXPECT_EQ(base::challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        << "RFC 7636 appendix B";
}

/// RFC 8037 appendix A: the key, and a token by it (its payload is no JSON, so it is not taken as an ID token).
constexpr auto rfc8037Key = R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

TEST(OidcKeys, TheExampleOfTheStandardHolds)
{
    const auto keys = readKeys(std::string("{\"keys\":[") + rfc8037Key + "]}");
    ASSERT_TRUE(keys);
    ASSERT_EQ(keys->size(), 1U);
    SignedToken token{
        .algorithm = "EdDSA",
        .signedPart = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        .signature = *base::fromBase64Url("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")};
    EXPECT_TRUE(signedBy(token, keys->front()));
    token.signature[5] ^= 1;
    EXPECT_FALSE(signedBy(token, keys->front()));
    token.signature.clear();
    EXPECT_FALSE(signedBy(token, keys->front()));
}

TEST(OidcKeys, WhatCannotCheckASignatureIsLeftOut)
{
    for (
        const auto* key :
        {R"({"kty":"oct","k":"AAAA"})",
         R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", // 24 bits
         R"({"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"})", // not on the curve
         R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})",
         R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
         R"({"kty":"OKP","crv":"Ed25519","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
         R"({"kty":"OKP","crv":"Ed25519","alg":"RS256","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})", R"({"kty":7})", "{}",
         "[]", "null"}) {
        const auto keys = readKeys(std::string("{\"keys\":[") + key + "]}");
        ASSERT_TRUE(keys) << key;
        EXPECT_TRUE(keys->empty()) << key;
    }
    for (const auto* text : {"", "{}", "[]", "{\"keys\":null}", "{\"keys\":{}}", "{\"keys\":[}"})
        EXPECT_FALSE(readKeys(text)) << text;
    std::string many = "{\"keys\":[{}";
    for (std::size_t i = 0; i < maxKeys; ++i)
        many += ",{}";
    EXPECT_FALSE(readKeys(many + "]}"));
}

TEST(OidcKeys, WithoutANameTheOnlyKeyOfTheAlgorithmIsMeant)
{
    const std::vector<Key> keys{
        {"a", "RS256", nullptr}, {"b", "ES256", nullptr}, {"b", "RS256", nullptr}, {"b", "RS256", nullptr}};
    const auto found = [&](const char* algorithm, const char* name) {
        return keyFor({.algorithm = algorithm, .keyId = name}, keys);
    };
    EXPECT_EQ(found("ES256", ""), &keys[1]);
    EXPECT_EQ(found("RS256", "a"), &keys[0]);
    EXPECT_EQ(found("RS256", ""), nullptr) << "which of them?";
    EXPECT_EQ(found("RS256", "b"), nullptr) << "two of one name";
    EXPECT_EQ(found("EdDSA", "a"), nullptr);
}

TEST(OidcKeys, WhateverBytesComeNoneOfThemIsATokenAndNothingBreaks)
{
    std::mt19937 random(7);
    const std::string good = "eyJhbGciOiJFZERTQSIsImtpZCI6ImEifQ.eyJzdWIiOiIxIn0.AAAA";
    ASSERT_TRUE(readToken(good, all));
    for (int i = 0; i < 20'000; ++i) {
        auto token = good;
        for (unsigned changes = random() % 4 + 1; changes > 0; --changes) {
            const auto at = random() % token.size();
            if (random() % 3 == 0)
                token.erase(at, 1);
            else
                token[at] = static_cast<char>(random());
        }
        if (const auto read = readToken(token, all)) {
            EXPECT_NE(std::find(all.begin(), all.end(), read->algorithm), all.end()) << token;
            EXPECT_FALSE(signedBy(*read, readKeys(std::string("{\"keys\":[") + rfc8037Key + "]}")->front())) << token;
        }
    }
}

TEST(OidcReturnTo, IsAPlainPathOrAPortOfThisMachine)
{
    for (const auto* good :
         {"/", "/app", "/app/in.html", "/a//b", "http://127.0.0.1:1/", "http://127.0.0.1:65535/a/b", "http://[::1]:80/"})
        EXPECT_TRUE(validReturnTo(good)) << good;
    for (const auto* bad : {"",
                            "app",
                            "//evil",
                            "/\\evil",
                            "/a?b",
                            "/a#b",
                            "/a b",
                            "/a\n",
                            "/%2f",
                            "https://127.0.0.1:1/",
                            "http://127.0.0.1/",
                            "http://127.0.0.1:/",
                            "http://127.0.0.1:0/",
                            "http://127.0.0.1:65536/",
                            "http://127.0.0.1:1",
                            "http://127.0.0.1:1//x",
                            "http://127.0.0.1:1@evil/",
                            "http://127.0.0.1:99999999999999999999/",
                            "http://127.0.0.2:1/",
                            "http://localhost:1/",
                            "HTTP://127.0.0.1:1/"})
        EXPECT_FALSE(validReturnTo(bad)) << bad;
}

TEST(OidcFlows, AreTakenOnceInTimeAndTheOldestMakesRoom)
{
    Flows flows(3);
    std::vector<std::string> states;
    const std::string browser = "nbb_" + std::string(43, 'b');
    Once<int> once(10, 2);
    once.put("a", 1, 0);
    once.put("b", 2, 1);
    once.put("c", 3, 2);
    const auto mine = [](int) { return true; };
    EXPECT_FALSE(once.take("a", 2, mine)) << "it made room";
    EXPECT_FALSE(once.take("b", 2, [](int) { return false; }));
    EXPECT_EQ(once.take("b", 2, mine), 2) << "what was not somebody's is still there";
    EXPECT_FALSE(once.take("b", 2, mine));
    EXPECT_FALSE(once.take("c", 12, mine)) << "its time is over";
    const auto state = flows.begin({.provider = "p"}, 0);
    EXPECT_FALSE(flows.take(state, "p", browser, 0)) << "it was begun by no browser";
    EXPECT_FALSE(flows.take(state, "p", "", 0));
    const auto code = flows.finish({1, base::challengeOf("verifier")}, 0);
    EXPECT_FALSE(flows.redeem(code, "another", 0));
    EXPECT_FALSE(flows.redeem(code, "verifier", 0)) << "it was shown with another before";
    EXPECT_EQ(flows.redeem(flows.finish({7, base::challengeOf("verifier")}, 0), "verifier", 59'999)->userId, 7);
    EXPECT_FALSE(flows.redeem(flows.finish({7, base::challengeOf("verifier")}, 0), "verifier", 60'000));
}

TEST(OidcSettings, HttpIsForThisMachineAlone)
{
    for (const auto* url : {"https://a.example", "https://a.example:1/x/y?z=1"})
        EXPECT_TRUE(trustworthyUrl(url, false)) << url;
    for (const auto* url : {"http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:9/"}) {
        EXPECT_TRUE(trustworthyUrl(url, true)) << url;
        EXPECT_FALSE(trustworthyUrl(url, false)) << url;
    }
    for (const auto* url : {"", "a", "https://", "https:///x", "http://a.example", "http://127.0.0.1.a.example/",
                            "ftp://127.0.0.1/", "https://u@a.example/", "https://a.example/#f", "https://a.example/ x",
                            "https://a.example/\n", "file:///etc/passwd", "https://a.example\\@b"})
        EXPECT_FALSE(trustworthyUrl(url, true)) << url;
}

TEST(OidcClaims, ANameIsMadeOfWhatIsClaimed)
{
    const auto name = [](std::string claimed) { return usernameOf({.username = std::move(claimed)}); };
    EXPECT_EQ(name("ada"), "ada");
    EXPECT_EQ(name("ada.l@example.org"), "ada.l");
    EXPECT_EQ(name("Ada Lovelace"), "Ada-Lovelace");
    EXPECT_EQ(name("..ada"), "ada");
    EXPECT_EQ(name(""), "user");
    EXPECT_EQ(name("@@@"), "user");
    EXPECT_EQ(name("\xE6\x97\xA5\xE6\x9C\xAC"), "user");
    EXPECT_EQ(name(std::string(500, 'a')), std::string(48, 'a'));
}

} // namespace
} // namespace netbit::services::auth::oidc
