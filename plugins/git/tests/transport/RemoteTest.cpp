#include "disk/Remote.h"

#include <gtest/gtest.h>

namespace netbit::git {
namespace {

TEST(RemoteAddress, IsHttpsWithAHostAndNothingElse)
{
    const auto url = readUrl("https://example.org:8443/a/b.git", false);
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "example.org");
    EXPECT_EQ(url->port, "8443");
    EXPECT_EQ(readUrl("https://[2001:db8::1]/x", false)->host, "2001:db8::1");
    EXPECT_EQ(readUrl("http://example.org/x", true)->port, "80");
    for (const auto* const text : {"", "example.org/x", "http://example.org/x", "ssh://example.org/x", "git://example.org/x", "file:///etc/passwd", "ext::sh -c id",
                                   "https://", "https:///x", "https://user:word@example.org/x", "https://-u/x", "https://a b/x", "https://example.org/x\n",
                                   "https://example.org:0/x", "https://example.org:99999/x", "https://example.org:8x/x", "https://[::1/x", "https://[nothex]/x",
                                   "--upload-pack=id", "HTTPS://example.org/x", "https://exa$mple/x"})
        EXPECT_FALSE(readUrl(text, false)) << text;
}

TEST(RemoteAddress, WhatIsInsideIsNotPublic)
{
    for (const auto* const address : {"127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "172.31.255.255", "169.254.169.254", "0.0.0.0", "100.64.0.1",
                                      "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
                                      "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "nonsense"})
        EXPECT_FALSE(isPublic(address)) << address;
    for (const auto* const address : {"93.184.216.34", "172.32.0.1", "8.8.8.8", "2606:2800:220:1::1", "2a00:1450:4001::1"})
        EXPECT_TRUE(isPublic(address)) << address;
}

TEST(RemoteAddress, LeadsOnlyWhereItWasSeenToLead)
{
    Settings settings;
    const auto inside = optionsFor("https://127.0.0.1/x", settings);
    ASSERT_FALSE(inside);
    EXPECT_EQ(inside.error().code, "address_inside");
    EXPECT_FALSE(optionsFor("https://localhost/x", settings));
    settings.importInside = true;
    const auto allowed = optionsFor("https://127.0.0.1:444/x", settings);
    ASSERT_TRUE(allowed);
    EXPECT_EQ((*allowed)[1], "protocol.https.allow=always");
    EXPECT_EQ((*allowed)[3], "http.curloptResolve=127.0.0.1:444:127.0.0.1");
    EXPECT_EQ(optionsFor("https://[::1]/x", settings)->size(), 2u);
}

} // namespace
} // namespace netbit::git
