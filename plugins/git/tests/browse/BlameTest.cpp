#include "Made.h"

#include "browse/Blame.h"
#include "browse/Text.h"

#include <gtest/gtest.h>

#include <random>

namespace netbit::git::test {

namespace {

class Blames : public testing::Test {
protected:
    Blamed of(std::string_view path, std::uint32_t first = 1, std::uint32_t last = 0)
    {
        const auto repository = made.open();
        return blamed(repository, repository.commit("main").get(), path, first, last, limits);
    }
    /// The commit of each line.
    static std::vector<std::string> byLine(const Blamed& made)
    {
        std::vector<std::string> out;
        for (const auto& range : made.ranges) {
            EXPECT_EQ(range.start, out.size() + 1) << "ranges lie side by side";
            out.insert(out.end(), range.count, hexOf(range.commit));
        }
        return out;
    }
    Made made;
    Limits limits;
};

} // namespace

TEST_F(Blames, EachLineIsOfTheCommitThatWroteIt)
{
    const auto one = hexOf(made.commit("main", {{"f", "a\nb\nc\n"}}));
    const auto two = hexOf(made.commit("main", {{"f", "a\nB\nc\n"}}));
    const auto three = hexOf(made.commit("main", {{"f", "new\na\nB\nc\n"}}));
    EXPECT_EQ(byLine(of("f")), (std::vector<std::string>{three, one, two, one}));
    const auto part = of("f", 3, 3);
    ASSERT_EQ(part.ranges.size(), 1u);
    EXPECT_EQ(hexOf(part.ranges[0].commit), two);
    EXPECT_EQ(part.ranges[0].originalStart, 2u);
}

TEST_F(Blames, ARenameIsFollowed)
{
    const std::string text = "1\n2\n3\n4\n5\n6\n7\n8\n";
    const auto one = hexOf(made.commit("main", {{"old", text}}));
    const auto two = hexOf(made.commit("main", {{"old", "", GIT_FILEMODE_BLOB, true}, {"new", text + "9\n"}}));
    const auto out = of("new");
    ASSERT_EQ(out.ranges.size(), 2u);
    EXPECT_EQ(hexOf(out.ranges[0].commit), one);
    EXPECT_EQ(out.ranges[0].originalPath, "old");
    EXPECT_EQ(hexOf(out.ranges[1].commit), two);
}

TEST_F(Blames, ThroughMergesItIsTheSideThatWroteTheLine)
{
    const auto base = made.commit("main", {{"f", "a\nb\nc\nd\ne\n"}});
    const auto left = made.commit("main", {{"f", "A\nb\nc\nd\ne\n"}}, "left");
    const auto right = made.commit("side", {{"f", "a\nb\nc\nd\nE\n"}}, "right", {base});
    made.commit("main", {{"f", "A\nb\nc\nd\nE\n"}}, "merge", {left, right});
    EXPECT_EQ(byLine(of("f")), (std::vector<std::string>{hexOf(left), hexOf(base), hexOf(base), hexOf(base), hexOf(right)}));
}

TEST_F(Blames, WhatCannotBeBlamedIsRefused)
{
    made.commit("main", {{"bin", std::string("\0", 1)}, {"dir/f", "x\n"}, {"f", "x\ny\n"}, {"empty", ""}});
    EXPECT_EQ(codeOf([&] { of("bin"); }), "binary_file");
    EXPECT_EQ(codeOf([&] { of("dir"); }), "path_not_found");
    EXPECT_EQ(codeOf([&] { of("f", 4, 0); }), "no_such_line");
    EXPECT_EQ(codeOf([&] { of("f", 1, 3); }), "no_such_line");
    EXPECT_TRUE(of("empty").ranges.empty());
    limits.blameLines = 1;
    EXPECT_EQ(codeOf([&] { of("f"); }), "too_many_lines");
}

TEST_F(Blames, WithoutTimeItSaysThatItIsNotTheWholeTruth)
{
    made.commit("main", {{"f", "a\n"}});
    const auto two = hexOf(made.commit("main", {{"f", "a\nb\n"}}));
    limits.time = std::chrono::milliseconds(0);
    const auto out = of("f");
    EXPECT_FALSE(out.complete);
    EXPECT_EQ(byLine(out), (std::vector<std::string>{two, two}));
}

TEST_F(Blames, RandomHistoriesAreBlamedLineByLine)
{
    std::mt19937 random(3);
    for (int round = 0; round < 20; ++round) {
        std::vector<std::pair<std::string, std::string>> lines; // text, commit
        const auto file = "f" + std::to_string(round);
        for (int step = 0; step < 12; ++step) {
            std::vector<std::size_t> fresh;
            const auto edits = 1 + random() % 4;
            for (std::size_t e = 0; e < edits; ++e) {
                const auto at = lines.empty() ? 0 : random() % (lines.size() + 1);
                if (!lines.empty() && random() % 3 == 0 && at < lines.size())
                    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
                else
                    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), {"line " + std::to_string(random()) + "\n", ""});
            }
            std::string text;
            for (const auto& line : lines)
                text += line.first;
            const auto id = hexOf(made.commit("main", {{file, text}}));
            for (auto& line : lines)
                if (line.second.empty())
                    line.second = id;
        }
        std::vector<std::string> expected;
        for (const auto& line : lines)
            expected.push_back(line.second);
        EXPECT_EQ(byLine(of(file)), expected);
    }
}

} // namespace netbit::git::test
