// Arguments are read strictly, and only those who may call do.

#include "services/operations/Operations.h"

#include "base/Json.h"

#include <gtest/gtest.h>

namespace netbit::services::operations {
namespace {

using base::Status;
using Texts = std::vector<std::pair<std::string_view, std::string_view>>;

const std::vector<Parameter> all{
    {.name = "chat_id", .kind = Kind::integer, .what = "which chat", .required = true, .least = 1},
    {.name = "name", .what = "its new name", .least = 1, .most = 8},
    {.name = "role", .what = "one of them", .choices = {"admin", "member"}},
    {.name = "archived", .kind = Kind::flag, .what = "whether"},
    {.name = "until", .kind = Kind::time, .what = "when it ends"},
    {.name = "members", .kind = Kind::ids, .what = "who", .most = 3},
    {.name = "words", .kind = Kind::texts, .what = "which"},
    {.name = "more", .kind = Kind::object, .what = "rest"},
};

std::string codeOf(std::string_view json, const Texts& texts = {})
{
    const auto read = Arguments::read(all, json, texts);
    return read ? std::string("ok") : read.error().code + " " + read.error().pointer;
}

TEST(Arguments, AreOfTheKindThatIsDeclared)
{
    const auto read = Arguments::read(all, R"({"chat_id":7,"name":"ab","role":"admin","archived":false,
        "until":"2026-01-02T03:04:05.678+01:00","members":[3,1],"words":["x",""],"more":{"a":1}})", {});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->integer("chat_id"), 7);
    EXPECT_EQ(read->text("name"), "ab");
    EXPECT_EQ(read->flag("archived"), false);
    EXPECT_EQ(read->integer("until"), 1'767'319'445'678);
    EXPECT_EQ(read->ids("members"), (std::vector<std::int64_t>{3, 1}));
    EXPECT_EQ(read->texts("words").size(), 2U);
    EXPECT_EQ(read->object("more")->size(), 1U);
    EXPECT_FALSE(read->has("other"));
}

TEST(Arguments, TextsOfAPathAreReadAsTheKindThatIsDeclared)
{
    const auto read = Arguments::read(all, "{}", Texts{{"chat_id", "7"}, {"archived", ""}, {"members", "3,1"}, {"words", "a,b"}});
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->integer("chat_id"), 7);
    EXPECT_EQ(read->flag("archived"), true);
    EXPECT_EQ(read->ids("members"), (std::vector<std::int64_t>{3, 1}));
    EXPECT_EQ(read->texts("words"), (std::vector<std::string_view>{"a", "b"}));
}

TEST(Arguments, WhatIsWrongIsNamed)
{
    EXPECT_EQ(codeOf(R"({"chat_id":1})"), "ok");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"name":null})"), "ok");
    EXPECT_EQ(codeOf("{"), "invalid_json ");
    EXPECT_EQ(codeOf("[]"), "not_an_object ");
    EXPECT_EQ(codeOf("{}"), "missing_member /chat_id");
    EXPECT_EQ(codeOf(R"({"chat_id":null})"), "missing_member /chat_id");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"a/b~":2})"), "unknown_member /a~1b~0");
    EXPECT_EQ(codeOf(R"({"chat_id":"1"})"), "wrong_type /chat_id");
    EXPECT_EQ(codeOf(R"({"chat_id":1.5})"), "wrong_type /chat_id");
    EXPECT_EQ(codeOf(R"({"chat_id":18446744073709551615})"), "wrong_type /chat_id");
    EXPECT_EQ(codeOf(R"({"chat_id":0})"), "out_of_range /chat_id");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"name":""})"), "out_of_range /name");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"name":"123456789"})"), "out_of_range /name");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"name":"a\u0000b"})"), "out_of_range /name");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"role":"god"})"), "out_of_range /role");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"until":"yesterday"})"), "wrong_type /until");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"members":[1,0]})"), "wrong_type /members/1");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"members":[1,2,3,4]})"), "out_of_range /members");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"words":[1]})"), "wrong_type /words/0");
    EXPECT_EQ(codeOf(R"({"chat_id":1,"more":[]})"), "wrong_type /more");
    EXPECT_EQ(codeOf("", {{"chat_id", "7x"}}), "wrong_type /chat_id");
    EXPECT_EQ(codeOf("", {{"chat_id", ""}}), "wrong_type /chat_id");
    EXPECT_EQ(codeOf("", {{"chat_id", "1"}, {"name", "\xff"}}), "wrong_type /name");
    EXPECT_EQ(codeOf("", {{"chat_id", "1"}, {"other", "1"}}), "unknown_member /other");
    EXPECT_EQ(codeOf(R"({"chat_id":1})", {{"chat_id", "1"}}), "duplicate_member /chat_id");
    EXPECT_EQ(codeOf("", {{"chat_id", "1"}, {"members", "1,,2"}}), "wrong_type /members");
}

TEST(Arguments, OrderAndWhiteSpaceDoNotMakeThemOthers)
{
    const auto one = Arguments::read(all, R"({"chat_id":1,"name":"a"})", {});
    const auto two = Arguments::read(all, R"( { "name" : "a" } )", Texts{{"chat_id", "1"}});
    const auto other = Arguments::read(all, R"({"chat_id":2,"name":"a"})", {});
    EXPECT_EQ(one->canonical(), two->canonical());
    EXPECT_NE(one->canonical(), other->canonical());
}

TEST(Arguments, TheirSchemaIsJson)
{
    std::string schema;
    appendSchema(schema, all);
    const auto parsed = base::parseJson(schema);
    ASSERT_TRUE(parsed) << schema;
    EXPECT_EQ(parsed->at("required").as_array().size(), 1U);
    EXPECT_EQ(parsed->at("properties").at("role").at("enum").as_array().size(), 2U);
    EXPECT_EQ(parsed->at("properties").at("chat_id").at("minimum").as_int64(), 1);
}

class Called : public ::testing::Test {
protected:
    Called()
    {
        for (const auto access : {Access::anyone, Access::user, Access::admin}) {
            Operation operation;
            operation.name = access == Access::anyone ? "open" : access == Access::user ? "users" : "admins";
            operation.access = access;
            operation.handler = [](Call&, const Done& done) {
                done(Completed{1, "{}", false});
                return base::Result<void>();
            };
            operations.add(std::move(operation));
        }
    }

    std::string call(std::string_view operation, const auth::PrincipalPtr& who, std::string_view key = {})
    {
        std::string told = "silence";
        RawCall raw;
        raw.operation = operation;
        raw.key = key;
        const auto result = operations.call(who, raw, [&](const auto& done) { told = done ? "done" : done.error().code; });
        return result ? told : result.error().code;
    }

    static auth::PrincipalPtr make(bool admin)
    {
        return std::make_shared<const auth::Principal>(auth::Principal::Kind::session, 1, "a", admin, 1, 0);
    }

    Operations operations;
};

TEST_F(Called, ByThoseWhoMay)
{
    const auto member = make(false);
    const auto admin = make(true);
    EXPECT_EQ(call("open", nullptr), "done");
    EXPECT_EQ(call("users", nullptr), "token_missing");
    EXPECT_EQ(call("users", member), "done");
    EXPECT_EQ(call("admins", nullptr), "token_missing");
    EXPECT_EQ(call("admins", member), "admin_only");
    EXPECT_EQ(call("admins", admin), "done");
    EXPECT_EQ(call("none", admin), "unknown_operation");
    EXPECT_EQ(call("open", nullptr, std::string(129, 'k')), "bad_key");
    admin->revoke();
    EXPECT_EQ(call("admins", admin), "token_missing");
}

TEST_F(Called, ANameIsDeclaredOnce)
{
    EXPECT_THROW(operations.add(*operations.find("open")), std::logic_error);
    EXPECT_TRUE(base::parseJson(Operations::describe(*operations.find("admins"))));
}

TEST(Rfc3339, IsReadAsItIsWritten)
{
    EXPECT_EQ(base::parseRfc3339("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(base::parseRfc3339(base::rfc3339(1'767'319'445'678)), 1'767'319'445'678);
    EXPECT_EQ(base::parseRfc3339("2026-01-02t03:04:05.67891z"), 1'767'323'045'678);
    EXPECT_EQ(base::parseRfc3339("2026-01-02T03:04:05-01:30"), 1'767'328'445'000);
    for (const auto* bad : {"", "2026", "2026-02-30T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z",
                            "2026-01-02T03:04:60Z", "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05+1:00", "1969-12-31T23:59:59Z",
                            "1970-01-01T00:00:00+01:00", "-026-01-02T03:04:05Z"})
        EXPECT_FALSE(base::parseRfc3339(bad)) << bad;
}

} // namespace
} // namespace netbit::services::operations
