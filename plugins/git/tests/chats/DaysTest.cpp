#include "chats/Days.h"

#include <gtest/gtest.h>

#include <fstream>
#include <unistd.h>

namespace netbit::git {
namespace {

const std::string mark(32, 'a');
const std::string commit(40, 'b');

std::string told(const std::string& more)
{
    return R"({"data":[{"day":"2026-11-28","last_at":"2026-11-28T10:00:00.500Z","messages":2,"edits":1,"files":["2026-11-27","2026-11-28"],"mark":")" +
           mark + "\"}" + more + "]}";
}

} // namespace

TEST(ChatDays, AreReadStrictly)
{
    const auto days = readDays(told(""));
    ASSERT_TRUE(days);
    ASSERT_EQ(days->size(), 1u);
    EXPECT_EQ(days->front(), (ChatDay{"2026-11-28", mark, 1'795'860'000, 2, 1, {"2026-11-27", "2026-11-28"}}));
    EXPECT_TRUE(readDays(R"({"data":[]})")->empty());
    for (const auto& wrong : {std::string(), std::string("{}"), std::string("[]"), told(",1"), told(R"(,{"day":"../../../x"})"),
                              R"({"data":[{"day":"2026-11-28","last_at":"now","files":[],"mark":")" + mark + "\"}]}",
                              R"({"data":[{"day":"2026-11-28","last_at":"2026-11-28T10:00:00Z","files":["a b"],"mark":")" + mark + "\"}]}"})
        EXPECT_FALSE(readDays(wrong)) << wrong;
}

TEST(ChatDays, ThatAreCommitsAreKnownUntilOneIsAnother)
{
    std::vector<DayCommit> commits{{"2026-11-27", mark, commit}, {"2026-11-28", mark, commit}};
    std::vector<ChatDay> days{{"2026-11-27", mark, 0, 1, 0, {}}, {"2026-11-28", mark, 0, 1, 0, {}}, {"2026-11-30", mark, 0, 1, 0, {}}};
    EXPECT_EQ(sameDays(commits, days), 2u);
    EXPECT_EQ(sameDays({}, days), 0u);
    EXPECT_EQ(sameDays(commits, {}), 0u);
    days[1].mark.back() = 'c';
    EXPECT_EQ(sameDays(commits, days), 1u);
    days[0].day = "2026-11-26";
    EXPECT_EQ(sameDays(commits, days), 0u);
}

TEST(ChatDays, ANoteThatIsNotAsItWasWrittenIsNone)
{
    const auto file = std::filesystem::path(testing::TempDir()) / ("days-" + std::to_string(::getpid()));
    const std::vector<DayCommit> commits{{"2026-11-27", mark, commit}, {"2026-11-28", mark, commit}};
    ASSERT_TRUE(writeCommits(file, commits));
    const auto read = readCommits(file);
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[1].day, "2026-11-28");
    EXPECT_EQ(read[1].commit, commit);
    for (const auto& text : {std::string(), std::string("something else\n"), "netbit chat days 1\n2026-11-27 " + mark + "\n",
                             "netbit chat days 1\n2026-11-27 " + mark + ' ' + commit + " more\n",
                             "netbit chat days 1\n2026-11-27 " + mark + " --force\n"}) {
        std::ofstream(file, std::ios::trunc) << text;
        EXPECT_TRUE(readCommits(file).empty()) << text;
    }
    std::filesystem::remove(file);
    EXPECT_TRUE(readCommits(file).empty());
    EXPECT_FALSE(writeCommits("/nonexistent/folder/file", commits));
}

TEST(ChatDays, ACommitFollowsFromItsDayAlone)
{
    const ChatDay day{"2026-11-28", mark, 1'795'860'000, 1, 2, {"2026-11-28"}};
    const std::string by = " NetBit <chats@netbit.invalid> 1795860000 +0000\n";
    EXPECT_EQ(commitHead(day, 3, commit), "commit refs/heads/main\nmark :3\nauthor" + by + "committer" + by +
                                              "data 47\n2026-11-28: 1 message, 2 edits of earlier ones\n" + "from " + commit + "\n");
    const ChatDay silent{"2026-11-28", mark, 1, 0, 1, {"2026-11-27"}};
    EXPECT_NE(commitHead(silent, 1, "").find("2026-11-28: 1 edit of earlier ones\n"), std::string::npos);
    EXPECT_EQ(commitHead(silent, 1, "").find("from "), std::string::npos);
}

} // namespace netbit::git
