#include "cli/irc/Log.h"

#include "cli/tests/TempDir.h"

#include <gtest/gtest.h>
#include <random>

namespace netbit::cli::irc
{

namespace
{

Log parsed(std::string_view text, std::string_view name)
{
    auto log = parseLog({text.begin(), text.end()}, parseLogName(name));
    EXPECT_TRUE(log.ok()) << (log ? "" : log.error().detail);
    return log ? std::move(*log) : Log();
}

std::vector<std::string> times(const Log& log)
{
    std::vector<std::string> all;
    for (const auto& record : log.records)
        all.push_back(base::rfc3339(record.createdAt).substr(0, 19));
    return all;
}

using Times = std::vector<std::string>;

TEST(IrcLog, MidnightMovesTheDayOn)
{
    EXPECT_EQ(times(parsed("[23:59] <a> x\n[00:01] <a> y\n[00:01] <b> z\n", "2004-12-31.log")),
              (Times{"2004-12-31T23:59:00", "2005-01-01T00:01:00", "2005-01-01T00:01:00"}));
}

TEST(IrcLog, ASmallStepBackKeepsTheTime)
{
    EXPECT_EQ(times(parsed("[10:05] <a> x\n[10:04] <a> y\n[10:06] <a> z\n", "2004-12-31.log")),
              (Times{"2004-12-31T10:05:00", "2004-12-31T10:05:00", "2004-12-31T10:06:00"}));
}

TEST(IrcLog, ATwelveHourClockGoesOnAtNoon)
{
    EXPECT_EQ(
        times(parsed("[11:58] <a> x\n[12:59] <a> y\n[01:00] <a> z\n[12:10] <a> u\n[01:10] <a> v\n", "2004-12-31.log")),
        (Times{"2004-12-31T11:58:00", "2004-12-31T12:59:00", "2004-12-31T13:00:00", "2005-01-01T00:10:00",
               "2005-01-01T01:10:00"}));
}

TEST(IrcLog, ALineWithoutATimeHasTheTimeOfTheLineBeforeOrTheStartOfTheDay)
{
    EXPECT_EQ(times(parsed("=== a waves\n[09:00] <a> x\n=== a waves\n", "2004-12-31.log")),
              (Times{"2004-12-31T00:00:00", "2004-12-31T09:00:00", "2004-12-31T09:00:00"}));
}

TEST(IrcLog, LinesThatNameTheirDaySetIt)
{
    EXPECT_EQ(times(parsed("r 2010-05-01 === a waves\nr 2010-05-01 [23:59:10] <a> x\nr 2010-05-02 === a waves\nr "
                           "2010-05-02 [00:00:01] <a> y\n",
                           "r.ascii.txt")),
              (Times{"2010-05-01T00:00:00", "2010-05-01T23:59:10", "2010-05-02T00:00:00", "2010-05-02T00:00:01"}));
}

TEST(IrcLog, WithoutAnyDayAFileIsRefused)
{
    const std::string_view text = "[23:59] <a> x\n";
    EXPECT_FALSE(parseLog({text.begin(), text.end()}, parseLogName("chat.log")).ok());
}

/// 1,001 lines before the hour that the name tells.
std::string corpusFile(std::string_view before, std::string_view after)
{
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += std::string(before) + " <a> x\n";
    return text + std::string(after) + " <a> y\n";
}

TEST(IrcLog, ACorpusFileMayBeginOnTheDayBefore)
{
    const auto log = parsed(corpusFile("[23:00]", "[02:00]"), "2011-11-13_02.raw.txt");
    EXPECT_EQ(times(log).front(), "2011-11-12T23:00:00");
    EXPECT_EQ(times(log).back(), "2011-11-13T02:00:00");
    EXPECT_EQ(times(parsed(corpusFile("[23:00]", "[02:00]"), "2011-11-13.train-a.raw.txt")).front(),
              "2011-11-12T23:00:00");
    EXPECT_EQ(times(parsed(corpusFile("[23:00]", "[02:00]"), "2011-11-13.log")).front(), "2011-11-13T23:00:00");
}

TEST(IrcLog, TheHourInTheNameTellsMorningFromAfternoon)
{
    EXPECT_EQ(times(parsed(corpusFile("[11:30]", "[02:00]"), "2005-07-06_14.raw.txt")).back(), "2005-07-06T14:00:00");
    const auto night = parsed(corpusFile("[11:30]", "[01:00]"), "2005-08-08_01.raw.txt");
    EXPECT_EQ(times(night).front(), "2005-08-07T23:30:00");
    EXPECT_EQ(times(night).back(), "2005-08-08T01:00:00");
}

TEST(IrcLog, EveryLineOfARandomLogIsAccountedForAndTimeNeverGoesBack)
{
    std::mt19937 random(20'041'115); // fixed: a failure can be looked at again
    const std::vector<std::string> pieces = {"[10:00] <a> x",
                                             "[23:59] <b> ",
                                             "[00:00] <c[1] d> e",
                                             "=== a [x@y]  has joined #r",
                                             "=== a is now known as b",
                                             "=== a waves",
                                             "[12:59]  * a waves",
                                             "[01:00] -a:#r- x",
                                             "",
                                             "\xff",
                                             "[99:00] <a> x",
                                             "junk",
                                             "=== mode/#r [+o a]  by b",
                                             "<",
                                             "]",
                                             "[",
                                             " ",
                                             std::string(1, '\0'),
                                             "r 2010-05-01 [10:00:00] <a> b",
                                             "==="};
    for (int round = 0; round < 300; ++round) {
        std::string text;
        std::size_t lines = 0;
        for (const auto count = random() % 60; lines < count; ++lines) {
            auto line = pieces[random() % pieces.size()];
            if (random() % 4 == 0)
                line += pieces[random() % pieces.size()];
            if (random() % 4 == 0 && !line.empty())
                line[random() % line.size()] = static_cast<char>(random() % 255 + 1);
            std::erase(line, '\n');
            text += line + "\n";
        }
        const auto log = parsed(text, "2004-12-31.log");
        ASSERT_EQ(log.lines.size(), lines);
        ASSERT_EQ(log.records.size() + log.leftOut.size(), lines) << text;
        for (std::size_t i = 1; i < log.records.size(); ++i) {
            ASSERT_GE(log.records[i].createdAt, log.records[i - 1].createdAt) << text;
            ASSERT_GT(log.records[i].line, log.records[i - 1].line);
        }
    }
}

TEST(IrcLog, DigestIsOfTheLinesWhetherOrNotTheLastOneEnds)
{
    const auto open = parsed("[10:00] <a> x\n[10:01] <a> y", "2004-12-31.log");
    const auto closed = parsed("[10:00] <a> x\n[10:01] <a> y\n", "2004-12-31.log");
    EXPECT_EQ(digestOf(open, 0, 2), digestOf(closed, 0, 2));
    EXPECT_NE(digestOf(open, 0, 1), digestOf(open, 0, 2));
    EXPECT_EQ(digestOf(open, 0, 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(IrcLogFiles, DirectoriesAreWalkedAndSortedByDayThenName)
{
    const test::TempDir dir;
    dir.write("b/2005-01-01.log", "[10:00] <a> x\n");
    dir.write("a/2004-01-01.raw.txt", "[10:00] <a> x\n");
    dir.write("a/2004-01-01.ascii.txt", "[10:00] <a> x\n");
    dir.write("a/2004-01-01.annotation.txt", "0 0 -\n");
    dir.write("a/room.0.ascii.txt", "room 2004-06-01 [10:00:00] <a> x\n");
    dir.write("c/2005-01-01.log", "[10:00] <a> other\n");
    const auto found = findLogs({dir.path()});
    ASSERT_TRUE(found.ok());
    Times names;
    for (const auto& log : found->logs)
        names.push_back(log.path.filename().string());
    EXPECT_EQ(names, (Times{"2004-01-01.raw.txt", "room.0.ascii.txt", "2005-01-01.log"}));
    EXPECT_EQ(found->covered.size(), 1U);
    EXPECT_EQ(found->sameName.size(), 1U);
    EXPECT_FALSE(findLogs({dir.path("nothing")}).ok());
}

} // namespace

} // namespace netbit::cli::irc
