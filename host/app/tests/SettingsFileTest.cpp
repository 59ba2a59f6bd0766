#include "app/config/SettingsFile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netbit::app {
namespace {

using testing::HasSubstr;

TEST(SettingsFile, ALineIsChangedInItsPlaceAndAllElseStays)
{
    const auto edited = withSetting("# head\n\nhttp.port = 1\n# between\nlog.level=info\n", "http.port", "9000");
    ASSERT_TRUE(edited.ok());
    EXPECT_EQ(edited->text, "# head\n\nhttp.port = 9000\n# between\nlog.level=info\n");
    EXPECT_EQ(edited->line, 3);
}

TEST(SettingsFile, OfTwoLinesTheOneThatCountsIsChanged)
{
    EXPECT_EQ(withSetting("a.b = 1\na.b : 2\n", "a.b", "3")->text, "a.b = 1\na.b = 3\n");
    EXPECT_EQ(withSetting("a.bc = 1\n", "a.b", "3")->text, "a.bc = 1\na.b = 3\n");
}

TEST(SettingsFile, ANewOneStandsBelowTheCommentThatShowsItsDefault)
{
    const auto edited = withSetting("# Port.\n#http.port = 8080\n# Level.\n#log.level = info\n", "http.port", "9000");
    ASSERT_TRUE(edited.ok());
    EXPECT_EQ(edited->text, "# Port.\n#http.port = 8080\nhttp.port = 9000\n# Level.\n#log.level = info\n");
    EXPECT_EQ(edited->line, 3);
}

TEST(SettingsFile, AnotherStandsAtTheEnd)
{
    EXPECT_EQ(withSetting("", "a.b", "1")->text, "a.b = 1\n");
    const auto edited = withSetting("# only", "a.b", "C:\\x");
    EXPECT_EQ(edited->text, "# only\na.b = C:\\\\x\n");
    EXPECT_EQ(edited->line, 2);
}

TEST(SettingsFile, WhatCannotStandInALineIsRefused)
{
    for (const auto* const value : {"a\nb", " a", "a ", "\x01"})
        EXPECT_FALSE(withSetting("", "a.b", value).ok()) << value;
    EXPECT_THAT(withSetting("a.b = 1\\\n  2\n", "a.b", "3").error().detail, HasSubstr("by hand"));
}

} // namespace
} // namespace netbit::app
