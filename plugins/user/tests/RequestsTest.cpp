#include "Requests.h"

#include <gtest/gtest.h>

namespace netbit::user {

namespace {

void expectRefused(const Error& error, Status status, std::string_view code, std::string_view pointer)
{
    EXPECT_EQ(error.status, status);
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.pointer, pointer);
    EXPECT_FALSE(error.detail.empty());
}

TEST(Registration, ReadsAllMembers)
{
    support::RequestBody body;
    const auto read = readRegistration(body, R"({"username":"ada","email":"a@b","password":"x y","invite":"i"})");

    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->username, "ada");
    EXPECT_EQ(read->email, "a@b");
    EXPECT_EQ(read->password, "x y");
    EXPECT_EQ(read->invite, "i");
}

TEST(Registration, InviteMayBeLeftOutOrNull)
{
    for (const auto* text : {R"({"username":"ada","email":"a@b","password":"x"})",
                             R"({"username":"ada","email":"a@b","password":"x","invite":null})"}) {
        support::RequestBody body;
        const auto read = readRegistration(body, text);
        ASSERT_TRUE(read) << text;
        EXPECT_FALSE(read->invite) << text;
    }
}

TEST(Registration, MissingMemberIsNamed)
{
    support::RequestBody body;
    const auto read = readRegistration(body, R"({"username":"ada","password":"x"})");
    ASSERT_FALSE(read);
    expectRefused(read.error(), Status::invalid, "missing_member", "/email");
}

TEST(Registration, UnknownMemberIsRefusedByName)
{
    support::RequestBody body;
    const auto read = readRegistration(body, R"({"username":"ada","email":"a@b","password":"x","is_admin":true})");
    ASSERT_FALSE(read);
    expectRefused(read.error(), Status::invalid, "unknown_member", "/is_admin");
}

TEST(Registration, PointerOfUnknownMemberIsEscaped)
{
    support::RequestBody body;
    const auto read = readRegistration(body, R"({"username":"ada","email":"a@b","password":"x","a/b~c":1})");
    ASSERT_FALSE(read);
    expectRefused(read.error(), Status::invalid, "unknown_member", "/a~1b~0c");
}

TEST(Credentials, WrongTypeIsRefusedWithItsPointer)
{
    support::RequestBody body;
    const auto read = readCredentials(body, R"({"username":"ada","password":123})");
    ASSERT_FALSE(read);
    expectRefused(read.error(), Status::invalid, "wrong_type", "/password");
}

TEST(Credentials, MemberThatComesTwiceIsNotParseable)
{
    support::RequestBody body;
    const auto read = readCredentials(body, R"({"username":"ada","password":"x","username":"eve"})");
    ASSERT_FALSE(read);
    expectRefused(read.error(), Status::malformed, "duplicate_member", "/username");
}

TEST(Credentials, WhatIsNoJsonIsMalformed)
{
    for (const auto* text : {"", "{", "username=ada", "{} x", "{\"username\":\"\xff\"}"}) {
        support::RequestBody body;
        const auto read = readCredentials(body, text);
        ASSERT_FALSE(read) << text;
        expectRefused(read.error(), Status::malformed, "invalid_json", "");
    }
}

TEST(Credentials, WhatIsNoObjectDoesNotMakeSense)
{
    for (const auto* text : {"[]", "null", "1", "\"x\""}) {
        support::RequestBody body;
        const auto read = readCredentials(body, text);
        ASSERT_FALSE(read) << text;
        expectRefused(read.error(), Status::invalid, "wrong_type", "");
    }
}

TEST(RefreshToken, NeedsItsOneMember)
{
    support::RequestBody body;
    const auto read = readRefreshToken(body, R"({"refresh_token":"r"})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->token, "r");

    support::RequestBody empty;
    const auto none = readRefreshToken(empty, "{}");
    ASSERT_FALSE(none);
    expectRefused(none.error(), Status::invalid, "missing_member", "/refresh_token");
}

} // namespace

} // namespace netbit::user
