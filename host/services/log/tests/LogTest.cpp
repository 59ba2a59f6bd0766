#include "services/log/Log.h"

#include <gtest/gtest.h>

namespace netbit::services::log {
namespace {

TEST(LogLine, HasTimeLevelSourceSentenceAndFields)
{
    EXPECT_EQ(format(Level::warn, "writer", "The disk is full", {{"free", "0"}, {"path", "/data"}}, 1'700'000'000'123),
              "time=2023-11-14T22:13:20.123Z level=warn source=writer msg=\"The disk is full\" free=0 path=/data\n");
}

TEST(LogLine, CannotBeForgedByAValueFromOutside)
{
    const auto line = format(Level::info, "auth", "login", {{"user", "eve\ntime=2030 \"x\"\\\x1b[2J"}, {"a=b\n", ""}}, 0);
    EXPECT_EQ(line, "time=1970-01-01T00:00:00.000Z level=info source=auth msg=login "
                    "user=\"eve\\ntime=2030 \\\"x\\\"\\\\\\x1b[2J\" a_b_=\"\"\n");
}

TEST(LogLine, KeepsUtf8AndSpellsOutOtherBytes)
{
    const auto line = format(Level::info, "s", "m", {{"good", "zoë"}, {"bad", "a\xff"}, {"c1", "\xc2\x9b"}}, 0);
    EXPECT_NE(line.find(" good=\"zoë\" bad=\"a\\xff\" c1=\"\\xc2\\x9b\""), std::string::npos) << line;
}

TEST(LogLine, CutsALongValueAtACharacter)
{
    std::string value(1'999, 'a');
    value += "ë and more";
    const auto line = format(Level::info, "s", "m", {{"v", value}}, 0);
    EXPECT_NE(line.find(std::string(1'999, 'a') + "…\""), std::string::npos);
}

TEST(LogLevel, SaysWhatIsWritten)
{
    setLevel(Level::warn);
    EXPECT_TRUE(enabled(Level::error));
    EXPECT_TRUE(enabled(Level::warn));
    EXPECT_FALSE(enabled(Level::info));
    testing::internal::CaptureStderr();
    info("s", "not this");
    warn("s", "this");
    const auto written = testing::internal::GetCapturedStderr();
    setLevel(Level::info);
    EXPECT_EQ(written.find("not this"), std::string::npos);
    EXPECT_NE(written.find("level=warn source=s msg=this\n"), std::string::npos) << written;
}

} // namespace
} // namespace netbit::services::log
