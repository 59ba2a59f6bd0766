#include "loader/Version.h"

#include <gtest/gtest.h>

using netbit::loader::compare;
using netbit::loader::Version;
using netbit::loader::VersionRange;

namespace {

Version version(std::string_view text) { return Version::parse(text).value_or(Version{}); }

bool within(std::string_view text, std::string_view range)
{
    const auto parsed = VersionRange::parse(range);
    EXPECT_TRUE(parsed) << range;
    return parsed && parsed->contains(version(text));
}

} // namespace

TEST(Version, IsThreeNumbersAndPerhapsAPrerelease)
{
    EXPECT_EQ("1.2.3", version("1.2.3").text());
    EXPECT_EQ("1.2.3-rc.1", version("1.2.3-rc.1+build.5").text());
    for (const auto bad : {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3-01", "1.2.3+", " 1.2.3", "v1.2.3",
                           "1.2.99999999999", "-1.2.3"})
        EXPECT_FALSE(Version::parse(bad)) << bad;
}

TEST(Version, IsOrderedAsSemverSays)
{
    const std::string_view rising[] = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
                                       "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"};
    for (std::size_t i = 1; i < std::size(rising); ++i) {
        EXPECT_LT(compare(version(rising[i - 1]), version(rising[i])), 0) << rising[i];
        EXPECT_GT(compare(version(rising[i]), version(rising[i - 1])), 0) << rising[i];
    }
    EXPECT_EQ(0, compare(version("1.0.0+a"), version("1.0.0+b")));
}

TEST(VersionRange, HoldsWhereAllItsBoundsHold)
{
    EXPECT_TRUE(within("1.5.0", ">=1.0 <2"));
    EXPECT_TRUE(within("1.0.0", ">=1.0 <2"));
    EXPECT_FALSE(within("2.0.0", ">=1.0 <2"));
    EXPECT_FALSE(within("0.9.9", ">=1.0 <2"));
    EXPECT_TRUE(within("1.2.3", "=1.2.3"));
    EXPECT_FALSE(within("1.2.4", "=1.2.3"));
    EXPECT_TRUE(within("7.0.0", "*"));
    EXPECT_TRUE(within("2.0.0", ">1 <=2"));
}

TEST(VersionRange, RefusesWhatItDoesNotKnow)
{
    for (const auto bad : {"", "1.0", "^1.0", "~1.2", ">=", ">=1.0  <2", ">=1.0,<2", "=>1", ">=1.x"})
        EXPECT_FALSE(VersionRange::parse(bad)) << bad;
}
