// Profiles, statuses and the list of users, over HTTP.

#include "journey/Stage.h"

#include <thread>

namespace netbit::test {

namespace {

class Profiles : public OnStage {};

std::string usersNamed(const json::value& list)
{
    std::string names;
    for (const auto& user : listAt(list, "/data"))
        names += (names.empty() ? "" : " ") + textAt(user, "/username");
    return names;
}

} // namespace

TEST_F(Profiles, AChangedProfileIsSeenByOthersAndOverARestart)
{
    auto http = as(ada());
    const auto changed = http.expect(200, "PATCH", "/api/user/profile",
                                     R"({"display_name":"Ada Lovelace","about":"Notes\nand engines","time_zone":"Europe/London"})");
    EXPECT_EQ(textAt(changed, "/display_name"), "Ada Lovelace");
    EXPECT_TRUE(has(changed, "/email"));
    daemon().restart();
    const auto seen = as(bob()).expect(200, "GET", "/api/users/" + std::to_string(ada().id));
    EXPECT_EQ(textAt(seen, "/display_name"), "Ada Lovelace");
    EXPECT_EQ(textAt(seen, "/about"), "Notes\nand engines");
    EXPECT_EQ(textAt(seen, "/time_zone"), "Europe/London");
    EXPECT_TRUE(at(seen, "/status").is_null());
    EXPECT_FALSE(has(seen, "/email"));
}

TEST_F(Profiles, WhatDoesNotFitIsRefusedWithItsPointer)
{
    auto http = as(bob());
    const auto refused = [&](std::string_view body, int status, std::string_view code, std::string_view pointer) {
        SCOPED_TRACE(body);
        const auto reply = http.request("PATCH", "/api/user/profile", body);
        expectProblem(reply, status, code);
        if (!pointer.empty()) {
            EXPECT_EQ(textAt(reply.document(), "/errors/0/pointer"), pointer);
        }
    };
    refused(R"({"time_zone":"Mars/Olympus"})", 422, "invalid_time_zone", "/time_zone");
    refused(R"({"time_zone":"../../../etc/passwd"})", 422, "invalid_time_zone", "/time_zone");
    refused(R"({"display_name":"two\nlines"})", 422, "invalid_display_name", "/display_name");
    refused(R"({"role":"admin"})", 422, "unknown_member", "/role");
    refused(R"({"about":7})", 422, "wrong_type", "/about");
    refused(R"([])", 422, {}, {});
    refused(R"({"about":)", 400, "invalid_json", {});
    EXPECT_EQ(textAt(http.expect(200, "GET", "/api/user/profile"), "/role"), "member");
}

TEST_F(Profiles, ALostUpdateIsRefused)
{
    auto http = as(eve());
    const auto etag = http.get("/api/user/profile").header("etag");
    ASSERT_FALSE(etag.empty());
    http.expect(200, "PATCH", "/api/user/profile", R"({"about":"first"})", {{"If-Match", etag}});
    expectProblem(http.request("PATCH", "/api/user/profile", R"({"about":"second"})", {{"If-Match", etag}}), 412, "profile_changed");
    EXPECT_EQ(textAt(http.expect(200, "GET", "/api/user/profile"), "/about"), "first");
    http.expect(200, "PATCH", "/api/user/profile", R"({"about":"third"})", {{"If-Match", http.get("/api/user/profile").header("etag")}});
}

TEST_F(Profiles, AStatusIsThereUntilItExpiresOrIsTakenAway)
{
    auto http = as(bob());
    const auto path = "/api/users/" + std::to_string(bob().id);
    http.expect(200, "PUT", "/api/user/status", R"({"text":"at lunch","emoji":"🍲"})");
    EXPECT_EQ(textAt(as(ada()).expect(200, "GET", path), "/status/text"), "at lunch");
    EXPECT_EQ(http.request("DELETE", "/api/user/status").status, 204);
    EXPECT_TRUE(at(as(ada()).expect(200, "GET", path), "/status").is_null());

    expectProblem(http.request("PUT", "/api/user/status", R"({"text":"x","expires_at":"2001-01-01T00:00:00Z"})"), 422, "invalid_status");
    expectProblem(http.request("PUT", "/api/user/status", "{}"), 422, "missing_member");
    const auto soon = std::chrono::system_clock::now() + std::chrono::seconds(2);
    char text[32];
    const auto seconds = std::chrono::system_clock::to_time_t(soon);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    http.expect(200, "PUT", "/api/user/status", json::serialize(json::object{{"text", "back soon"}, {"expires_at", text}}));
    const Deadline deadline(std::chrono::seconds(10));
    while (!at(as(ada()).expect(200, "GET", path), "/status").is_null()) {
        ASSERT_FALSE(deadline.over()) << "the status did not expire";
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

TEST_F(Profiles, TheListHasPagesLinksAndASearch)
{
    auto http = as(ada());
    std::string all;
    std::string target = "/api/users?limit=2";
    int pages = 0;
    while (!target.empty() && ++pages < 10) {
        const auto reply = http.get(target);
        ASSERT_EQ(reply.status, 200) << reply.body;
        all += (all.empty() ? "" : " ") + usersNamed(reply.document());
        const auto link = reply.header("link");
        const auto end = link.find(">; rel=\"next\"");
        target = end == std::string::npos ? "" : link.substr(1, end - 1);
    }
    EXPECT_EQ(all, "admin root ada bob eve");
    EXPECT_EQ(usersNamed(http.expect(200, "GET", "/api/users?q=AD")), "admin ada");
    EXPECT_EQ(usersNamed(http.expect(200, "GET", "/api/users?q=%61da")), "ada");
    EXPECT_EQ(http.get("/api/users").body.find("email"), std::string::npos);
    expectProblem(http.get("/api/users?limit=0"), 422, "out_of_range");
    expectProblem(http.get("/api/users?limit=201"), 422, "out_of_range");
    expectProblem(http.get("/api/users?after=x"), 422, "wrong_type");
    expectProblem(http.get("/api/users?page=1"), 422, "unknown_member");
    expectProblem(daemon().client().get("/api/users"), 401);
}

TEST_F(Profiles, AGuestSeesOnlyThoseWithWhomItSharesAChat)
{
    const auto guest = makeUser(daemon(), "visitor", "guest");
    auto http = as(guest);
    EXPECT_EQ(usersNamed(http.expect(200, "GET", "/api/users")), "visitor");
    const auto path = "/api/users/" + std::to_string(ada().id);
    expectProblem(http.get(path), 404, "user_not_found");
    makeChat(daemon(), ada(), "group", {guest});
    EXPECT_EQ(usersNamed(http.expect(200, "GET", "/api/users")), "ada visitor");
    EXPECT_EQ(textAt(http.expect(200, "GET", path), "/username"), "ada");
    expectProblem(http.get("/api/users/" + std::to_string(bob().id)), 404, "user_not_found");
    EXPECT_EQ(textAt(http.expect(200, "GET", "/api/user/profile"), "/role"), "guest");
}

} // namespace netbit::test
