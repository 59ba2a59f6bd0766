#include "base/Redact.h"

#include <gtest/gtest.h>

namespace netbit::base {
namespace {

TEST(Redact, KnowsASecretByItsName)
{
    for (const auto* const name : {"password", "newPassword", "access_token", "Refresh-Token", "Authorization", "Cookie",
                                   "Set-Cookie", "X-Api-Key", "X-Signature-256", "client_secret", "CREDENTIALS"})
        EXPECT_TRUE(namesSecret(name)) << name;
    for (const auto* const name : {"", "text", "author", "key", "username", "pass", "sign"})
        EXPECT_FALSE(namesSecret(name)) << name;
}

TEST(Redact, LeavesSecretsOutOfJsonInAnyDepth)
{
    const auto* const body = R"json({"a":[{"password":"x","b":{"token":{"deep":1}}}],"c":null,"secret":null})json";
    const auto* const clean = R"json({"a":[{"password":"(left out)","b":{"token":"(left out)"}}],"c":null,"secret":null})json";
    EXPECT_EQ(withoutSecrets(body), clean);
}

TEST(Redact, LeavesThemOutOfFormsAndTargets)
{
    EXPECT_EQ(withoutSecrets("name=ada&password=x%20y&b=1"), "name=ada&password=left-out&b=1");
    EXPECT_EQ(targetWithoutSecrets("/a/token=b?x=1&access_token=z&y"), "/a/token=b?x=1&access_token=left-out&y");
    EXPECT_EQ(targetWithoutSecrets("/a"), "/a");
}

TEST(Redact, ChangesNoByteWhereThereIsNone)
{
    for (const auto* const body : {"", "  { \"a\" :  1.50 }", "{broken", "plain text = with words", "[1, 2]"})
        EXPECT_EQ(withoutSecrets(body), body);
    const std::string binary("\x00\xff{\"", 4);
    EXPECT_EQ(withoutSecrets(binary), binary);
}

} // namespace
} // namespace netbit::base
