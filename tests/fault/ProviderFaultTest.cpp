// A plugin that would prove logins, and what it may not.
#include "tests/fault/HostFixture.h"

namespace netbit::fault_test {

using Provider = HostFixture;

TEST_F(Provider, WithoutThePermissionIsNone)
{
    install("adds_provider");
    ASSERT_TRUE(load());
    EXPECT_EQ(get("/added").body, "permission_missing permission_missing permission_missing");
}

TEST_F(Provider, IsOneAtMostAndMadeInStart)
{
    auto manifest = manifestOf("adds_provider");
    const std::string_view before = "\"events.all\"";
    manifest.replace(manifest.find(before), before.size(), "\"auth.provide\"");
    install("adds_provider", "adds_provider", manifest);
    ASSERT_TRUE(load());
    EXPECT_EQ(get("/added").body, "ok provider_added_already not_in_start");
}

} // namespace netbit::fault_test
