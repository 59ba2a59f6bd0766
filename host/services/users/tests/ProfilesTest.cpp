// Profiles on a real database: what is refused, what stays, who sees whom.

#include "services/users/Profiles.h"

#include "base/EntityTag.h"
#include "services/operations/Operations.h"
#include "services/users/TimeZones.h"
#include "services/users/UserOperations.h"
#include "storage/Writer.h"
#include "storage/tests/Temporary.h"

#include <boost/json.hpp>
#include <future>

namespace netbit::services::users {
namespace {

namespace json = boost::json;
using base::Result;

class ProfilesTest : public storage::test::HostDatabase {
protected:
    ProfilesTest()
    {
        for (const auto& [id, name] : std::vector<std::pair<Id, std::string>>{{1, "ada"}, {2, "Adrian"}, {3, "bob"}, {4, "guest"}})
            addUser(id, name);
        storage::UserRepository::setRole(connection(), 4, "guest");
        users.load(connection());
        addUserOperations(operations, profiles);
        writer.start();
    }
    ~ProfilesTest() override { writer.stop(); }

    static auth::PrincipalPtr as(Id id, auth::Scopes scopes = auth::allScopes)
    {
        return std::make_shared<const auth::Principal>(auth::Principal::Kind::accessToken, id, "x", false, 1, 0, scopes);
    }

    Result<Completed> call(const auth::PrincipalPtr& who, std::string_view operation, std::string_view arguments,
                           std::string_view ifMatch = {})
    {
        std::promise<Result<Completed>> end;
        auto future = end.get_future();
        operations::RawCall raw;
        raw.operation = operation;
        raw.arguments = arguments;
        raw.ifMatch = ifMatch;
        const auto begun = operations.call(who, raw, [&end](const Result<Completed>& done) { end.set_value(done); });
        if (!begun)
            return begun.error();
        return future.get();
    }
    std::string code(const Result<Completed>& done) { return done ? "ok" : done.error().code + done.error().pointer; }
    std::string names(const Result<Completed>& listed)
    {
        std::string out;
        const auto document = json::parse(listed.value().json);
        for (const auto& user : document.at("data").as_array())
            out += (out.empty() ? "" : " ") + std::string(user.at("username").as_string());
        return out;
    }

    base::Millis time = 1'700'000'000'000;
    UserDirectory users;
    storage::Writer writer{*database, {}};
    Profiles profiles{*database, writer, users, [this] { return time; }};
    operations::Operations operations;
};

TEST_F(ProfilesTest, AChangeIsSeenAtOnceAndAfterARestart)
{
    const auto done = call(as(1), "users.update", R"({"display_name":"Ada L.","about":"one\ntwo","time_zone":"Europe/London"})");
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(json::parse(done->json).at("display_name").as_string(), "Ada L.");
    EXPECT_EQ(done->json, userJson(*users.byId(1), true, time));
    ASSERT_TRUE(call(as(1), "users.update", R"({"about":""})"));
    UserDirectory again;
    database->read([&](storage::Connection& reading) { again.load(reading); });
    EXPECT_EQ(again.byId(1)->profile->displayName, "Ada L.") << "what is not named stays";
    EXPECT_EQ(again.byId(1)->profile->about, "");
    EXPECT_EQ(again.byId(1)->profile->timeZone, "Europe/London");
}

TEST_F(ProfilesTest, WhatDoesNotFitIsRefusedWithAPointer)
{
    const auto update = [&](const json::object& body) { return code(call(as(1), "users.update", json::serialize(body))); };
    EXPECT_EQ(update({{"display_name", std::string(101, 'a')}}), "invalid_display_name/display_name");
    EXPECT_EQ(update({{"display_name", "a\nb"}}), "invalid_display_name/display_name");
    EXPECT_EQ(update({{"about", std::string(1001, 'a')}}), "invalid_about/about");
    EXPECT_EQ(update({{"about", "bell \x07"}}), "invalid_about/about");
    for (const auto* zone : {"Europe/Nowhere", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/", "tzdata.zi"})
        EXPECT_EQ(update({{"time_zone", zone}}), "invalid_time_zone/time_zone") << zone;
    EXPECT_EQ(update({{"role", "admin"}}), "unknown_member/role");
    EXPECT_EQ(update({{"about", 1}}), "wrong_type/about");
    EXPECT_EQ(update({{"display_name", std::string(100, 'a')}, {"about", std::string(1000, 'a')}}), "ok");
}

TEST_F(ProfilesTest, OfTwoWhoReadTheSameOnlyOneMayChangeIt)
{
    const auto seen = base::entityTag(base::Body(userJson(*users.byId(1), true, time)));
    EXPECT_EQ(code(call(as(1), "users.update", R"({"about":"first"})", seen)), "ok");
    const auto second = call(as(1), "users.update", R"({"about":"second"})", seen);
    EXPECT_EQ(second.status(), base::Status::preconditionFailed);
    EXPECT_EQ(users.byId(1)->profile->about, "first");
    EXPECT_EQ(code(call(as(1), "users.update", R"({"about":"third"})", "*")), "ok");
}

TEST_F(ProfilesTest, AStatusIsGoneWhenItsTimeHasCome)
{
    EXPECT_EQ(code(call(as(1), "users.set_status", R"({})")), "missing_member/text");
    EXPECT_EQ(code(call(as(1), "users.set_status", R"({"text":"x","expires_at":"2001-01-01T00:00:00Z"})")),
              "invalid_status/expires_at");
    EXPECT_EQ(code(call(as(1), "users.set_status", R"({"text":"x","emoji":"012345678901234567890123456789012"})")),
              "invalid_status/emoji");
    const auto until = base::rfc3339(time + 60'000);
    ASSERT_TRUE(call(as(1), "users.set_status", R"({"text":"out","emoji":"🌲","expires_at":")" + until + "\"}"));
    EXPECT_NE(call(as(3), "users.list", R"({"q":"ada"})")->json.find("\"expires_at\":\"" + until), std::string::npos);
    time += 60'000;
    EXPECT_NE(call(as(3), "users.list", R"({"q":"ada"})")->json.find("\"status\":null"), std::string::npos);
    ASSERT_TRUE(call(as(1), "users.set_status", R"({"text":"back"})"));
    ASSERT_TRUE(call(as(1), "users.clear_status", ""));
    EXPECT_EQ(users.byId(1)->profile, nullptr);
}

TEST_F(ProfilesTest, AListHasPagesThatNeitherSkipNorRepeat)
{
    const auto first = call(as(1), "users.list", R"({"limit":3})");
    EXPECT_EQ(names(first), "ada Adrian bob");
    EXPECT_EQ(first->id, 3);
    EXPECT_EQ(json::parse(first->json).at("pagination").at("next_after").as_int64(), 3);
    const auto second = call(as(1), "users.list", R"({"limit":3,"after":3})");
    EXPECT_EQ(names(second), "guest");
    EXPECT_EQ(second->id, 0);
    EXPECT_TRUE(json::parse(second->json).at("pagination").at("next_after").is_null());
    EXPECT_EQ(code(call(as(1), "users.list", R"({"limit":201})")), "out_of_range/limit");
}

TEST_F(ProfilesTest, AListIsSearchedByHowNamesBegin)
{
    ASSERT_TRUE(call(as(3), "users.update", R"({"display_name":"Robert de ADams"})"));
    EXPECT_EQ(names(call(as(1), "users.list", R"({"q":"AD"})")), "ada Adrian bob");
    EXPECT_EQ(names(call(as(1), "users.list", R"({"q":"adr"})")), "Adrian");
    EXPECT_EQ(names(call(as(1), "users.list", R"({"q":"ob"})")), "");
    auto changed = *users.byId(1);
    changed.state = "deactivated";
    users.put(std::make_shared<const User>(changed));
    EXPECT_EQ(names(call(as(3), "users.list", R"({"q":"ada"})")), "bob");
}

TEST_F(ProfilesTest, AGuestSeesThoseWithWhomItSharesAChat)
{
    EXPECT_EQ(names(call(as(4), "users.list", "")), "guest");
    ASSERT_TRUE(writer.run([](storage::Connection& c) -> Result<void> {
        storage::ChatRepository::insert(c, {.id = 1, .name = "a", .chatType = "group", .creatorId = 3, .createdAt = 1, .updatedAt = 1});
        storage::ChatRepository::insertParticipant(c, {.chatId = 1, .userId = 3});
        storage::ChatRepository::insertParticipant(c, {.chatId = 1, .userId = 4});
        return {};
    }));
    EXPECT_EQ(names(call(as(4), "users.list", "")), "bob guest");
    EXPECT_EQ(names(call(as(3), "users.list", "")), "ada Adrian bob guest");
}

TEST_F(ProfilesTest, ATokenWithoutWriteChangesNothing)
{
    const auto reading = as(1, static_cast<auth::Scopes>(auth::Scope::read));
    EXPECT_EQ(code(call(reading, "users.list", "")), "ok");
    for (const auto* operation : {"users.update", "users.set_status", "users.clear_status"}) {
        const auto refused = call(reading, operation, operation == std::string_view("users.set_status") ? R"({"text":"x"})" : "");
        EXPECT_EQ(refused.status(), base::Status::forbidden);
        EXPECT_EQ(code(refused), "scope_missing") << operation;
    }
    EXPECT_EQ(code(call(as(1, static_cast<auth::Scopes>(auth::Scope::write)), "users.list", "")), "scope_missing");
    EXPECT_EQ(code(call(nullptr, "users.list", "")), "token_missing");
}

TEST_F(ProfilesTest, ADeactivatedUserChangesNothing)
{
    ASSERT_TRUE(writer.run([](storage::Connection& c) -> Result<void> {
        storage::UserRepository::setState(c, 1, "deactivated");
        return {};
    }));
    EXPECT_EQ(code(call(as(1), "users.update", R"({"about":"late"})")), "user_not_found");
}

} // namespace
} // namespace netbit::services::users
