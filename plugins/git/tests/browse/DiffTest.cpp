#include "Made.h"

#include "browse/Blame.h"
#include "browse/Diff.h"

#include <gtest/gtest.h>

#include <random>

namespace netbit::git::test {

namespace json = boost::json;

namespace {

class Diffs : public testing::Test {
protected:
    json::object ofCommit(std::string_view revision = "main")
    {
        const auto repository = made.open();
        return commitWithDiff(repository, repository.commit(revision).get(), limits).body;
    }
    Made made;
    Limits limits;
};

std::string text(const json::value& value, std::string_view member) { return std::string(value.at(member).as_string()); }

} // namespace

TEST_F(Diffs, ACommitShowsItsLines)
{
    made.commit("main", {{"f", "one\ntwo\nthree\n"}, {"gone", "x\n"}});
    made.commit("main", {{"f", "one\n2\nthree\nfour"}, {"gone", "", GIT_FILEMODE_BLOB, true}, {"new", "n\n"}});
    const auto commit = ofCommit();
    const auto& files = commit.at("files").as_array();
    ASSERT_EQ(files.size(), 3u);
    EXPECT_EQ(text(files[0], "status"), "modified");
    EXPECT_EQ(files[0].at("additions").to_number<int>(), 2);
    EXPECT_EQ(files[0].at("deletions").to_number<int>(), 1);
    const auto& lines = files[0].at("hunks").as_array()[0].at("lines").as_array();
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(text(lines[1], "kind"), "deleted");
    EXPECT_EQ(text(lines[1], "text"), "two");
    EXPECT_TRUE(lines[1].at("new").is_null());
    EXPECT_EQ(text(lines[4], "text"), "four");
    EXPECT_TRUE(lines[4].at("no_newline").as_bool());
    EXPECT_EQ(text(files[1], "status"), "deleted");
    EXPECT_EQ(text(files[2], "status"), "added");
    EXPECT_FALSE(commit.at("truncated").as_bool());
}

TEST_F(Diffs, RenamesAreFoundAndBinariesNotShown)
{
    made.commit("main", {{"old/name", "1\n2\n3\n4\n5\n6\n7\n8\n"}, {"bin", std::string("\0\1", 2)}});
    made.commit("main", {{"old/name", "", GIT_FILEMODE_BLOB, true}, {"new/name", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"}, {"bin", std::string("\0\2", 2)}});
    const auto commit = ofCommit();
    const auto& files = commit.at("files").as_array();
    ASSERT_EQ(files.size(), 2u);
    EXPECT_TRUE(files[0].at("binary").as_bool());
    EXPECT_EQ(text(files[1], "status"), "renamed");
    EXPECT_EQ(text(files[1], "old_path"), "old/name");
    EXPECT_EQ(text(files[1], "path"), "new/name");
}

TEST_F(Diffs, WhatIsTooMuchIsLeftOutAndSaid)
{
    std::vector<Change> changes;
    for (int i = 0; i < 40; ++i)
        changes.push_back({"f" + std::to_string(i), std::string(100, 'x') + '\n'});
    made.commit("main", changes);
    limits.diffFiles = 10;
    auto commit = ofCommit();
    EXPECT_EQ(commit.at("files").as_array().size(), 10u);
    EXPECT_TRUE(commit.at("truncated").as_bool());
    limits.diffFiles = 300;
    limits.diffBytes = 1'000;
    commit = ofCommit();
    EXPECT_EQ(commit.at("files").as_array().size(), 40u);
    EXPECT_TRUE(commit.at("truncated").as_bool());
    EXPECT_FALSE(commit.at("files").as_array()[0].at("truncated").as_bool());
    EXPECT_TRUE(commit.at("files").as_array()[39].at("truncated").as_bool());
    limits.time = std::chrono::milliseconds(0);
    EXPECT_EQ(codeOf([&] { ofCommit(); }), "took_too_long");
}

TEST_F(Diffs, ComparingTellsWhatTheHeadHasSinceItLeft)
{
    const auto base = made.commit("main", {{"a", "1\n"}});
    made.commit("main", {{"b", "main only\n"}});
    made.commit("topic", {{"a", "2\n"}}, "t1", {base});
    made.commit("topic", {{"c", "3\n"}}, "t2");
    const auto repository = made.open();
    const auto main = repository.commit("main");
    const auto out = compare(repository, main.get(), repository.commit("topic").get(), limits).body;
    EXPECT_EQ(out.at("ahead").to_number<int>(), 2);
    EXPECT_EQ(out.at("behind").to_number<int>(), 1);
    EXPECT_EQ(text(out, "merge_base"), hexOf(base));
    EXPECT_EQ(out.at("files").as_array().size(), 2u) << "what happened on the base is no change of the head";
    const auto orphan = made.commitOf(made.rawTree({}), "orphan");
    const auto unrelated = compare(repository, main.get(), repository.commit(hexOf(orphan)).get(), limits).body;
    EXPECT_TRUE(unrelated.at("merge_base").is_null());
}

TEST_F(Diffs, ALineMapKnowsWhereLinesWentAndWhichAreGone)
{
    std::mt19937 random(11);
    for (int round = 0; round < 200; ++round) {
        // Lines with numbers of their own, some taken out and others put in between.
        std::vector<std::string> before;
        const auto size = random() % 40;
        for (std::size_t i = 0; i < size; ++i)
            before.push_back("line " + std::to_string(i) + "\n");
        std::string old;
        std::string now;
        std::vector<std::uint32_t> place(before.size(), 0);
        std::uint32_t line = 0;
        for (std::size_t i = 0; i < before.size(); ++i) {
            old += before[i];
            for (auto more = random() % 4 == 0 ? random() % 3 : 0; more > 0; --more, ++line)
                now += "new " + std::to_string(random()) + "\n";
            if (random() % 4 != 0) {
                now += before[i];
                place[i] = ++line;
            }
        }
        const auto map = LineMap::between(old, now);
        for (std::uint32_t i = 0; i < before.size(); ++i) {
            ASSERT_EQ(map.toAfter(i + 1), place[i]) << old << "---\n" << now;
            if (place[i] != 0) {
                ASSERT_EQ(map.toBefore(place[i]), i + 1);
            }
        }
    }
}

} // namespace netbit::git::test
