#include "edge/ClientAddress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace netbit::edge {
namespace {

using testing::HasSubstr;

struct Case {
    const char* what;
    const char* trusted;
    const char* peer;
    Fields fields;
    const char* client; ///< nullptr: the peer itself
    bool secure = false;
};

void expectAll(const std::vector<Case>& cases, bool byForwarded)
{
    for (const auto& each : cases) {
        const auto proxies = TrustedProxies::parse(each.trusted, byForwarded);
        ASSERT_TRUE(proxies.ok()) << each.what << ": " << proxies.error().detail;
        const auto client = clientBehind(*proxies, each.peer, false, each.fields);
        ASSERT_EQ(client.has_value(), each.client != nullptr) << each.what;
        if (!client)
            continue;
        EXPECT_EQ(client->address, each.client) << each.what;
        EXPECT_EQ(client->secure, each.secure) << each.what;
    }
}

TEST(ClientAddress, XForwardedFor)
{
    expectAll(
        {
            {"nobody is trusted", "", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}}, nullptr},
            {"another is trusted", "10.0.0.2", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}}, nullptr},
            {"one proxy", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1"},
            {"it says nothing", "10.0.0.1", "10.0.0.1", {{"Host", "a"}}, nullptr},
            {"the client has made up one before", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 192.0.2.1"}}, "192.0.2.1"},
            {"made up a trusted one", "10.0.0.0/8", "10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 192.0.2.1, 10.3.3.3"}}, "192.0.2.1"},
            {"two proxies", "10.0.0.0/8", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1, 10.9.9.9"}}, "192.0.2.1"},
            {"all are trusted: the outermost", "10.0.0.0/8", "10.0.0.1", {{"X-Forwarded-For", "10.1.1.1, 10.2.2.2"}}, "10.1.1.1"},
            {"two fields are one list", "10.0.0.0/8", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}, {"x-forwarded-for", "10.2.2.2"}}, "192.0.2.1"},
            {"with a port", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1:4711"}}, "192.0.2.1"},
            {"IPv6", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "2001:DB8:0::1"}}, "2001:db8::1"},
            {"IPv6 in brackets", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "[2001:db8::1]"}}, "2001:db8::1"},
            {"IPv6 with a port", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "[2001:db8::1]:443"}}, "2001:db8::1"},
            {"IPv4 in IPv6", "10.0.0.0/8", "::ffff:10.0.0.1", {{"X-Forwarded-For", "::ffff:192.0.2.1"}}, "192.0.2.1"},
            {"a proxy at IPv6", "fd00::/8", "fd12::3", {{"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1"},
            {"no address: the last that is known", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1, unknown"}}, "10.0.0.1"},
            {"a name", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "localhost"}}, "10.0.0.1"},
            {"empty", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", ""}}, "10.0.0.1"},
            {"an empty element at the end", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1,"}}, "10.0.0.1"},
            {"octal", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "0300.0.2.1"}}, "10.0.0.1"},
            {"short", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "192.2"}}, "10.0.0.1"},
            {"a bad port", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1:http"}}, "10.0.0.1"},
            {"a bracket that is not closed", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "[2001:db8::1"}}, "10.0.0.1"},
            {"IPv4 in brackets", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "[192.0.2.1]"}}, "10.0.0.1"},
            {"a zone", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "fe80::1%eth0"}}, "10.0.0.1"},
            {"a quote is no list's end", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "\"192.0.2.9, 192.0.2.1"}}, "192.0.2.1"},
            {"Forwarded is not asked", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=1.1.1.1;proto=https"}, {"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1"},
            {"https", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}}, "192.0.2.1", true},
            {"HTTPS in capitals", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-Proto", "HTTPS"}}, "10.0.0.1", true},
            {"http", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "http"}}, "192.0.2.1", false},
            {"two proxies, one scheme", "10.0.0.0/8", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1, 10.2.2.2"}, {"X-Forwarded-Proto", "https"}}, "192.0.2.1", true},
            {"two schemes", "10.0.0.0/8", "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1, 10.2.2.2"}, {"X-Forwarded-Proto", "https, http"}}, "192.0.2.1", true},
            {"the made-up scheme is left of the trusted one", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 192.0.2.1"}, {"X-Forwarded-Proto", "https, http"}}, "192.0.2.1", false},
        },
        false);
}

TEST(ClientAddress, Forwarded)
{
    expectAll(
        {
            {"plain", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=192.0.2.43"}}, "192.0.2.43"},
            {"names in any case", "10.0.0.1", "10.0.0.1", {{"forwarded", "For=192.0.2.43;PROTO=https;by=203.0.113.43"}}, "192.0.2.43", true},
            {"IPv6 in quotes", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=\"[2001:db8:cafe::17]:4711\""}}, "2001:db8:cafe::17"},
            {"a list", "10.0.0.0/8", "10.0.0.1", {{"Forwarded", "for=192.0.2.43, for=10.2.2.2"}}, "192.0.2.43"},
            {"a comma in quotes", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=\"a,b\", for=192.0.2.43;host=\"x,y;for=1.1.1.1\""}}, "192.0.2.43"},
            {"a quote in quotes", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=192.0.2.43;host=\"a\\\", for=1.1.1.1\""}}, "192.0.2.43"},
            {"hidden", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=_secret"}}, "10.0.0.1"},
            {"unknown", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=unknown;proto=https"}}, "10.0.0.1", true},
            {"made up before", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=1.1.1.1;proto=https, for=192.0.2.43;proto=http"}}, "192.0.2.43"},
            {"a quote that is not closed", "10.0.0.1", "10.0.0.1", {{"Forwarded", "for=\"192.0.2.43"}}, "10.0.0.1"},
            {"X-Forwarded-For is not asked", "10.0.0.1", "10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}}, nullptr},
            {"nothing in it", "10.0.0.1", "10.0.0.1", {{"Forwarded", ";;=,"}}, "10.0.0.1"},
        },
        true);
}

TEST(ClientAddress, NetworksAreReadStrictly)
{
    for (const auto* const good : {"", "127.0.0.1", "10.0.0.0/8, 192.168.0.0/16 ,::1", "0.0.0.0/0", "::/0", "2001:db8::/33"})
        EXPECT_TRUE(TrustedProxies::parse(good).ok()) << good;
    for (const auto* const bad : {"localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.1/8", "::1/129", "10.0.0", "10.0.0.0/8x", "[::1]"}) {
        const auto parsed = TrustedProxies::parse(bad);
        ASSERT_FALSE(parsed.ok()) << bad;
        EXPECT_THAT(parsed.error().detail, HasSubstr(bad));
    }
    const auto odd = TrustedProxies::parse("10.32.0.0/11");
    EXPECT_TRUE(odd->trusts("10.63.255.255"));
    EXPECT_FALSE(odd->trusts("10.64.0.0"));
    EXPECT_FALSE(odd->trusts("10.31.255.255"));
    EXPECT_FALSE(odd->trusts("::1"));
    EXPECT_FALSE(odd->trusts("unix"));
    EXPECT_TRUE(TrustedProxies::parse("0.0.0.0/0")->trusts("203.0.113.9"));
    EXPECT_FALSE(TrustedProxies::parse("0.0.0.0/0")->trusts("2001:db8::1"));
}

TEST(ClientAddress, WhateverIsWrittenTheAnswerIsAnAddress)
{
    constexpr std::string_view letters = "0123456789abcdef:.,;=\"\\[]%_ forproto";
    const auto byX = *TrustedProxies::parse("10.0.0.0/8, 0.0.0.0/1");
    const auto byForwarded = *TrustedProxies::parse("10.0.0.0/8, 0.0.0.0/1", true);
    std::minstd_rand random(3);
    for (int i = 0; i < 20'000; ++i) {
        std::string text = i % 2 == 0 ? "for=" : "";
        for (auto left = random() % 60; left > 0; --left)
            text += letters[random() % letters.size()];
        for (const auto* const proxies : {&byX, &byForwarded}) {
            const auto client = clientBehind(*proxies, "10.0.0.1", false, {{"X-Forwarded-For", text}, {"Forwarded", text}});
            ASSERT_TRUE(client.has_value());
            ASSERT_TRUE(addressBytes(client->address).has_value()) << text << " gave " << client->address;
        }
    }
}

} // namespace
} // namespace netbit::edge
