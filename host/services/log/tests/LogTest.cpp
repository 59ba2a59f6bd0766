#include "services/log/LogFile.h"
#include "services/log/Recent.h"

#include <Poco/JSON/Parser.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

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

TEST(LogLine, AsJsonSaysTheSame)
{
    const auto line = formatJson(Level::warn, "auth", "a \"login\"", {{"user", "zoë\n"}, {"bad", "a\xff"}, {"msg", "x"}, {"a b", ""}},
                                 1'700'000'000'123);
    EXPECT_EQ(line, R"({"time":"2023-11-14T22:13:20.123Z","level":"warn","source":"auth","msg":"a \"login\"",)"
                    R"("user":"zoë\n","bad":"a\\xff","msg_":"x","a_b":""})" "\n");
}

TEST(LogLine, IsJsonWhateverBytesItIsMadeOf)
{
    std::mt19937 random(11);
    for (int i = 0; i < 2'000; ++i) {
        std::string value;
        for (auto n = random() % 40; n > 0; --n)
            value += static_cast<char>(random());
        const auto line = formatJson(Level::info, value, value, {{value, value}}, 0);
        ASSERT_EQ(line.find('\n'), line.size() - 1);
        ASSERT_NO_THROW(Poco::JSON::Parser().parse(line)) << line;
    }
}

TEST(LogFile, IsRotatedAndKeptBoundedAndOpenedAnew)
{
    const auto folder = std::filesystem::temp_directory_path() / ("netbit-log-test-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const auto file = (folder / "netbit.log").string();
    const auto open = [&] {
        auto sink = openLogFile({file, 4096, 2});
        ASSERT_TRUE(sink);
        setOutput(Form::text, std::move(*sink));
    };
    open();
    for (int i = 0; i < 500; ++i)
        info("s", "one more", {{"i", std::to_string(i)}});
    std::filesystem::rename(file, file + ".moved"); // as logrotate does
    open();
    info("s", "after");
    setOutput(Form::text);
    std::ifstream in(file);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    EXPECT_NE(text.find("msg=after\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("one more"), std::string::npos);
    std::uintmax_t bytes = 0;
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        ++files;
        bytes += entry.file_size();
    }
    EXPECT_LE(files, 4); // this one, the one moved, two kept
    EXPECT_LT(bytes, 20'000u);
    std::filesystem::remove_all(folder);
    EXPECT_FALSE(openLogFile({(folder / "not" / "there").string(), 4096, 2}));
}

TEST(LogMemory, HasTheNewestThousandLinesInOrder)
{
    testing::internal::CaptureStderr();
    const auto before = recent(0).empty() ? 0 : recent(0).back().number;
    for (int i = 0; i < 1'200; ++i)
        warn("s", "line", {{"n", std::to_string(i)}});
    debug("s", "not written, so not remembered");
    testing::internal::GetCapturedStderr();
    const auto all = recent(0);
    ASSERT_EQ(all.size(), 1'000U);
    EXPECT_EQ(all.back().number, before + 1'200);
    EXPECT_EQ(all.front().number, before + 201);
    EXPECT_TRUE(all.back().text.ends_with("level=warn source=s msg=line n=1199")) << all.back().text;
    EXPECT_EQ(all.back().level, Level::warn);
    EXPECT_EQ(recent(before + 1'199).size(), 1U);
    EXPECT_TRUE(recent(before + 1'200).empty());
}

TEST(LogMemory, CutsALongLineAtACharacter)
{
    testing::internal::CaptureStderr();
    const std::string value = "a" + std::string(800, 'x') + "ëëë";
    std::vector<Field> fields;
    for (int i = 0; i < 10; ++i)
        fields.emplace_back("v", value);
    write(Level::warn, "s", "m", fields);
    testing::internal::GetCapturedStderr();
    const auto text = recent(0).back().text;
    EXPECT_LE(text.size(), 4'000U);
    EXPECT_GT(text.size(), 3'990U);
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
