#include "services/auth/Tokens.h"
#include "services/auth/tests/House.h"

#include <Poco/JWT/Signer.h>
#include <Poco/JWT/Token.h>
#include <sodium.h>

namespace netbit::services::auth::test {
namespace {

std::string encode(std::string_view bytes)
{
    std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    ::sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    out.pop_back();
    return out;
}

/// A token put together by hand, with a signature of this key that is right for HS256.
std::string made(std::string_view header, std::string_view payload, const std::string& key = secret)
{
    const auto signedPart = encode(header) + "." + encode(payload);
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_state state;
    ::crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
    ::crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(signedPart.data()), signedPart.size());
    ::crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
    return signedPart + "." + encode(mac);
}

constexpr std::string_view ours = R"({"alg":"HS256","typ":"JWT"})";

class Jwt : public House {
protected:
    Jwt()
    {
        pair = enter("alice");
        userId = std::to_string(users->byName("alice")->id);
    }

    /// The payload of a good token with one claim set to something else; "" leaves the claim out.
    std::string payload(const std::string& claim = "", const std::string& value = "")
    {
        const auto now = time / 1000;
        std::vector<std::pair<std::string, std::string>> claims{{"iss", "\"netbit\""},
                                                                {"aud", "\"netbit\""},
                                                                {"sub", '"' + userId + '"'},
                                                                {"sid", "\"1\""},
                                                                {"iat", std::to_string(now)},
                                                                {"nbf", std::to_string(now)},
                                                                {"exp", std::to_string(now + 60)},
                                                                {"jti", "\"x\""}};
        std::string out;
        for (auto& [name, text] : claims) {
            if (name == claim)
                text = value;
            if (!text.empty())
                out += (out.empty() ? "{\"" : ",\"") + name + "\":" + text;
        }
        return out + "}";
    }

    Pair pair;
    std::string userId;
};

TEST_F(Jwt, TheGoodControlsAreAccepted)
{
    EXPECT_EQ(verified(pair.access), "alice");
    EXPECT_EQ(verified(made(ours, payload())), "alice") << "a token by hand is as good, so that the table below means something";
}

TEST_F(Jwt, NoOtherHeaderIsEverLookedAt)
{
    for (const std::string_view header : {
             R"({"alg":"none","typ":"JWT"})", R"({"alg":"None","typ":"JWT"})", R"({"alg":"NONE"})", R"({"alg":""})",
             R"({"alg":"HS384","typ":"JWT"})", R"({"alg":"HS512","typ":"JWT"})", R"({"alg":"RS256","typ":"JWT"})",
             R"({"alg":"ES256","typ":"JWT"})", R"({"alg":"PS256","typ":"JWT"})", R"({"alg":"EdDSA","typ":"JWT"})",
             R"({"alg":"hs256","typ":"JWT"})", R"({"typ":"JWT"})", R"({})", R"([])", R"(null)", R"()", R"({"alg":"HS256")",
             R"({"alg":"HS256","typ":"JWT","kid":"1"})", R"({"alg":"HS256","kid":"../../dev/null","typ":"JWT"})",
             R"({"alg":"HS256","kid":"' UNION SELECT '","typ":"JWT"})",
             R"({"alg":"HS256","jku":"https://evil.example/keys","typ":"JWT"})",
             R"({"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"typ":"JWT"})", R"({"alg":"HS256","x5c":[],"typ":"JWT"})",
             R"({"alg":"HS256","x5u":"https://evil.example/","typ":"JWT"})",
             R"({"alg":"HS256","crit":["exp"],"typ":"JWT"})", R"({"alg":"HS256","b64":false,"typ":"JWT"})",
             R"({"alg":"HS256","zip":"DEF","typ":"JWT"})", R"({"alg":"HS256","cty":"JWT","typ":"JWT"})",
             R"({"alg":"HS256","alg":"none","typ":"JWT"})", R"({"alg":"HS256","typ":"at+jwt"})", R"({"alg":"HS256"})",
         })
        EXPECT_EQ(verified(made(header, payload())), "(invalid_token)") << header;
}

TEST_F(Jwt, AnUnsignedOneIsRefusedHoweverItIsWritten)
{
    const auto body = encode(payload());
    const auto none = encode(R"({"alg":"none","typ":"JWT"})");
    const auto good = encode(ours);
    for (const auto& token : {none + "." + body + ".", none + "." + body, good + "." + body + ".", good + "." + body,
                              good + "..", good + ".", good, std::string("."), std::string(".."), std::string("..."),
                              good + "." + body + ".." , good + "." + body + "." + std::string(43, 'A')})
        EXPECT_EQ(verified(token), "(invalid_token)") << token;
}

TEST_F(Jwt, SignedWithAnotherAlgorithmOrKeyOfOursIsRefused)
{
    Poco::JWT::Token token;
    token.payload().set("iss", std::string("netbit"));
    Poco::JWT::Signer signer(secret);
    signer.addAllAlgorithms();
    EXPECT_EQ(verified(signer.sign(token, "HS512")), "(invalid_token)");
    EXPECT_EQ(verified(signer.sign(token, "HS384")), "(invalid_token)");
    for (const auto& key : {std::string(32, '\0'), std::string("secret"), std::string(), secret.substr(0, 31), secret + "x"})
        EXPECT_EQ(verified(made(ours, payload(), key)), "(invalid_token)") << key;
}

TEST_F(Jwt, EveryClaimIsChecked)
{
    const auto now = time / 1000;
    const auto at = [now](std::int64_t seconds) { return std::to_string(now + seconds); };
    struct Case {
        std::string claim;
        std::vector<std::string> bad;
    };
    const std::vector<Case> table{
        {"iss", {"", "\"other\"", "\"\"", "\"NetBit\"", "null", "1", "[\"netbit\"]"}},
        {"aud", {"", "\"other\"", "\"\"", "null", "[\"other\"]", "[\"netbit\",\"other\"]", "1"}},
        {"sub", {"", "\"\"", "\"0\"", "\"-1\"", "\"999\"", "\"1x\"", "\" 1\"", "1", "null", "\"99999999999999999999\""}},
        {"sid", {"", "\"\"", "\"0\"", "\"-1\"", "1", "null", "\"1e3\""}},
        {"iat", {"", "null", "\"1\"", "-1", "1e99", "true", at(60 - 24 * 3600 - 1)}},
        {"nbf", {"", at(1), at(3600), "null", "\"1\"", "-1", "99999999999999"}},
        {"exp", {"", at(0), at(-1), "0", "-1", "null", "\"" + at(60) + "\"", at(24 * 3600 + 1), "1e300", "true",
                 "99999999999999", "9223372036854775807"}},
        {"jti", {"", "\"\"", "null", "1"}},
    };
    for (const auto& [claim, values] : table)
        for (const auto& value : values)
            EXPECT_EQ(verified(made(ours, payload(claim, value))), "(invalid_token)") << claim << " = " << value;
}

TEST_F(Jwt, ASignedPayloadThatIsNoObjectIsRefused)
{
    for (const std::string_view text : {"", "null", "[]", "\"x\"", "{", "{\"exp\":", "\xff\xfe", "{}x", "{\"exp\":{}}"})
        EXPECT_EQ(verified(made(ours, text)), "(invalid_token)") << text;
}

TEST_F(Jwt, EveryChangedByteIsRefused)
{
    // Never seen before and seen before: the memory of verified tokens must not be laxer than the verifier.
    for (const bool seen : {false, true}) {
        if (seen) {
            EXPECT_EQ(verified(pair.access), "alice");
        }
        for (std::size_t i = 0; i < pair.access.size(); ++i)
            for (const int flip : {1, 2, 3, 4, 8, 16, 32, 64, 128, 255}) {
                auto changed = pair.access;
                changed[i] = static_cast<char>(changed[i] ^ static_cast<char>(flip));
                ASSERT_EQ(verified(changed), "(invalid_token)") << "byte " << i << " xor " << flip;
            }
    }
    for (const char last : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
        auto changed = pair.access;
        if (changed.back() == last)
            continue;
        changed.back() = last;
        EXPECT_EQ(verified(changed), "(invalid_token)") << "bits beyond the signature were ignored";
    }
    EXPECT_EQ(verified(pair.access), "alice");
}

TEST_F(Jwt, PaddingSpacesAndLengthAreNotForgiven)
{
    for (const auto& token :
         {pair.access + "=", pair.access + " ", " " + pair.access, pair.access + "\n", pair.access + '\0',
          "Bearer " + pair.access, pair.access + ".x", pair.access.substr(1), pair.access.substr(0, pair.access.size() - 1),
          pair.access + std::string(5'000, 'A'), std::string(1'000'000, 'A'), std::string()})
        EXPECT_EQ(verified(token), "(invalid_token)");
    auto padded = payload();
    padded.insert(padded.size() - 1, ",\"x\":\"" + std::string(4'000, 'x') + "\"");
    EXPECT_EQ(verified(made(ours, padded)), "(invalid_token)") << "over 4 KiB, though signed";
}

TEST_F(Jwt, AnotherIssuerOrSecretMakesOldTokensForeign)
{
    EXPECT_EQ(verified(pair.access), "alice");
    options.issuer = "another.example";
    restart();
    EXPECT_EQ(verified(pair.access), "(invalid_token)");
    EXPECT_EQ(verified(enter("alice").access), "alice");
}

TEST(TokenSecret, MustBeLongEnough) { EXPECT_THROW(Tokens("short"), std::invalid_argument); }

} // namespace
} // namespace netbit::services::auth::test
