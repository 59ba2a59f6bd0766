#include "Session.h"

#include <gtest/gtest.h>

namespace netbit::web {
namespace {

TEST(WebSession, TheCookieIsOutOfReachOfScriptsAndOfOtherSites)
{
    EXPECT_EQ(setCookie("v", true, 60), "netbit-session=v; Path=/web/session; HttpOnly; SameSite=Strict; Max-Age=60; Secure");
    EXPECT_EQ(setCookie("", false, 0), "netbit-session=; Path=/web/session; HttpOnly; SameSite=Strict; Max-Age=0");
}

TEST(WebSession, TheScriptGetsEverythingButTheRefreshToken)
{
    const auto parted = part(R"({"access_token":"a","refresh_token":"r","expires_in":900,"user":{"id":2,"username":"\u00e4"}})");
    ASSERT_TRUE(parted);
    EXPECT_EQ(parted->refreshToken, "r");
    EXPECT_EQ(parted->json.find("refresh"), std::string::npos);
    EXPECT_NE(parted->json.find(R"("access_token":"a")"), std::string::npos);
    EXPECT_NE(parted->json.find(R"("id":2)"), std::string::npos);
}

TEST(WebSession, WhatIsNoSessionIsNotTakenForOne)
{
    for (const auto* text : {"", "[]", "{}", R"({"refresh_token":1})", R"({"refresh_token":null})", "{"})
        EXPECT_FALSE(part(text)) << text;
}

TEST(OwnPages, AreThoseThatTheBrowserCallsSoOrWhoseOriginIsTheHost)
{
    struct Case {
        std::string_view site, origin, host;
        bool own;
    };
    for (const auto& [site, origin, host, own] : std::initializer_list<Case>{
             {"", "", "chat.example.org", true},
             {"same-origin", "https://chat.example.org", "127.0.0.1:8080", true},
             {"", "http://127.0.0.1:8080", "127.0.0.1:8080", true},
             {"", "https://evil.example", "chat.example.org", false},
             {"", "https://chat.example.org.evil.example", "chat.example.org", false},
             {"", "https://chat.example.org:444", "chat.example.org", false},
             {"", "null", "chat.example.org", false},
             {"", "://", "", true}, // no origin that a browser says
             {"cross-site", "https://chat.example.org", "chat.example.org", false},
             {"same-site", "https://chat.example.org", "chat.example.org", false},
             {"none", "", "chat.example.org", false},
         })
        EXPECT_EQ(isOwnPages(site, origin, host), own) << site << ' ' << origin << ' ' << host;
}

} // namespace
} // namespace netbit::web
