#include "edge/Problem.h"
#include "edge/Router.h"
#include "edge/tests/Harness.h"

#include <gtest/gtest.h>

namespace netbit::edge {
namespace {

Route named(std::string method, std::string pattern, std::string owner = "test")
{
    auto made = tests::route(std::move(method), std::move(pattern), [](Exchange&) { return Outcome::replied; });
    made.owner = std::move(owner);
    return made;
}

std::shared_ptr<const RouteTable> table(std::vector<Route> routes)
{
    auto built = RouteTable::build(std::move(routes));
    EXPECT_TRUE(built.ok()) << (built.ok() ? "" : built.error().detail);
    return built.value();
}

std::string errorOf(std::vector<Route> routes)
{
    const auto built = RouteTable::build(std::move(routes));
    return built.ok() ? "" : built.error().code + ": " + built.error().detail;
}

TEST(RouteTable, FindsParametersByName)
{
    const auto routes = table({named("GET", "/api/chats/{id}/messages/{message}")});
    const auto found = routes->match("GET", "/api/chats/7/messages/99");
    ASSERT_NE(found.route, nullptr);
    ASSERT_EQ(found.params.size(), 2u);
    EXPECT_EQ(found.params[0], (std::pair<std::string_view, std::string_view>("id", "7")));
    EXPECT_EQ(found.params[1], (std::pair<std::string_view, std::string_view>("message", "99")));
}

TEST(RouteTable, LiteralComesBeforeParameterAndParameterBeforeRest)
{
    const auto routes = table({named("GET", "/a/{x}"), named("GET", "/a/me"), named("GET", "/a/{all...}")});
    EXPECT_EQ(routes->match("GET", "/a/me").route->pattern, "/a/me");
    EXPECT_EQ(routes->match("GET", "/a/other").route->pattern, "/a/{x}");
    EXPECT_EQ(routes->match("GET", "/a/b/c").route->pattern, "/a/{all...}");
    EXPECT_EQ(routes->match("GET", "/a/").route->pattern, "/a/{all...}");
}

TEST(RouteTable, GoesBackWhenALiteralLeadsNowhere)
{
    const auto routes = table({named("GET", "/a/me/x"), named("GET", "/a/{id}/y"), named("POST", "/a/me/y")});
    const auto found = routes->match("GET", "/a/me/y");
    ASSERT_NE(found.route, nullptr) << "POST there must not hide GET here";
    EXPECT_EQ(found.route->pattern, "/a/{id}/y");
    EXPECT_EQ(found.params.at(0).second, "me");
}

TEST(RouteTable, RestTakesWhatRemains)
{
    const auto routes = table({named("GET", "/git/{repository}/{path...}")});
    const auto found = routes->match("GET", "/git/r/info/refs");
    ASSERT_NE(found.route, nullptr);
    EXPECT_EQ(found.params.at(1).second, "info/refs");
}

TEST(RouteTable, SegmentsMayNotBeEmptyAndASlashAtTheEndCounts)
{
    const auto routes = table({named("GET", "/a/{x}"), named("GET", "/b"), named("GET", "/c/")});
    EXPECT_EQ(routes->match("GET", "/a/").route, nullptr);
    EXPECT_EQ(routes->match("GET", "/b/").route, nullptr);
    EXPECT_EQ(routes->match("GET", "//b").route, nullptr);
    EXPECT_EQ(routes->match("GET", "/c").route, nullptr);
    EXPECT_NE(routes->match("GET", "/c/").route, nullptr);
}

TEST(RouteTable, HeadFollowsGetUnlessItHasItsOwn)
{
    const auto routes = table({named("GET", "/a"), named("GET", "/b"), named("HEAD", "/b"), named("POST", "/c")});
    EXPECT_EQ(routes->match("HEAD", "/a").route->method, "GET");
    EXPECT_EQ(routes->match("HEAD", "/b").route->method, "HEAD");
    EXPECT_EQ(routes->match("HEAD", "/c").route, nullptr);
}

TEST(RouteTable, TellsWhichMethodsAPathKnows)
{
    const auto routes = table({named("GET", "/a/{x}"), named("PUT", "/a/me"), named("DELETE", "/a/{x}")});
    EXPECT_EQ(routes->match("POST", "/a/me").allow, "DELETE, GET, HEAD, OPTIONS, PUT");
    EXPECT_EQ(routes->match("POST", "/a/you").allow, "DELETE, GET, HEAD, OPTIONS");
    EXPECT_EQ(routes->match("POST", "/b").allow, "");
    EXPECT_EQ(routes->allMethods(), "DELETE, GET, HEAD, OPTIONS, PUT");
}

TEST(RouteTable, TwoOwnersOfOneRouteAreNamed)
{
    const auto error = errorOf({named("GET", "/a/{x}", "chat"), named("GET", "/a/{y}", "git")});
    EXPECT_TRUE(error.starts_with("duplicate_route")) << error;
    EXPECT_NE(error.find("chat"), std::string::npos) << error;
    EXPECT_NE(error.find("git"), std::string::npos) << error;
}

TEST(RouteTable, ARouteThatDoesNotSayWhoMayCallIsRefused)
{
    auto open = named("GET", "/a");
    open.access = Access::undeclared;
    EXPECT_TRUE(errorOf({open}).starts_with("access_undeclared"));
}

TEST(RouteTable, BadPatternsAreRefused)
{
    for (const char* pattern : {"", "a", "/a//b", "/{}", "/{a", "/a}", "/{a}{b}", "/{a...}/b", "/{a}/{a}", "/a b", "/%41",
                                "/a?b", "/{a/b}"})
        EXPECT_TRUE(errorOf({named("GET", pattern)}).starts_with("bad_pattern")) << pattern;
    EXPECT_TRUE(errorOf({named("G T", "/a")}).starts_with("bad_pattern"));
}

TEST(Problem, HasTheMembersOfRfc9457AndOurs)
{
    const auto reply = errorReply(base::fault(base::Status::invalid, "too_short", "Say \"more\".", "/text"), "/api/x", 7, {});
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(reply.contentType, "application/problem+json");
    EXPECT_EQ(reply.body.str(),
              R"({"type":"/docs/problems#too_short","title":"Unprocessable Content","status":422,)"
              R"("detail":"Say \"more\".","instance":"/api/x","code":"too_short","request_id":"7",)"
              R"("errors":[{"pointer":"/text","detail":"Say \"more\"."}]})");
}

TEST(Problem, AnInternalErrorTellsNothingOfTheInside)
{
    const auto body = errorReply(base::fault(base::Status::internal, "sqlite", "table users is broken", "/x"), "/", 1, {})
                          .body.str();
    EXPECT_EQ(body.find("users"), std::string::npos) << body;
    EXPECT_EQ(body.find("sqlite"), std::string::npos) << body;
}

TEST(Problem, StatusesBringTheirHeaders)
{
    const auto header = [](base::Status status, std::string_view challenge, std::string_view name) {
        for (const auto& [key, value] : errorReply(base::fault(status, "c", "d"), "/", 1, challenge).headers)
            if (key == name)
                return value;
        return std::string();
    };
    EXPECT_EQ(header(base::Status::unauthenticated, {}, "WWW-Authenticate"), "Bearer realm=\"netbit\"");
    EXPECT_EQ(header(base::Status::unauthenticated, "Basic realm=\"git\"", "WWW-Authenticate"), "Basic realm=\"git\"");
    EXPECT_EQ(header(base::Status::rateLimited, {}, "Retry-After"), "1");
    EXPECT_EQ(header(base::Status::unavailable, {}, "Retry-After"), "1");
    EXPECT_EQ(header(base::Status::notFound, {}, "Retry-After"), "");
    EXPECT_EQ(header(base::Status::notFound, {}, "X-Request-Id"), "1");
}

} // namespace
} // namespace netbit::edge
