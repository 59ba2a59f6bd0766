#include "Made.h"

#include "browse/Commits.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace netbit::git::test {

namespace json = boost::json;

namespace {

class History : public testing::Test {
protected:
    std::vector<std::string> idsOf(const CommitFilter& filter, std::size_t limit = 50)
    {
        const auto repository = made.open();
        const auto head = repository.commit("main");
        std::vector<std::string> ids;
        for (std::uint64_t from = 0;;) {
            const auto page = commits(repository, head.get(), filter, from, limit, limits);
            EXPECT_LE(page.body.at("data").as_array().size(), limit);
            for (const auto& commit : page.body.at("data").as_array())
                ids.emplace_back(commit.at("id").as_string());
            if (page.next.empty())
                return ids;
            const auto cursor = Cursor::read(page.next);
            EXPECT_TRUE(cursor && cursor->at > from) << "a page goes on";
            from = cursor->at;
        }
    }
    Made made;
    Limits limits;
};

} // namespace

TEST_F(History, PagesNeverSkipOrRepeatWhateverTheirSize)
{
    std::vector<git_oid> tips{made.commit("main", {{"f", "0"}})};
    std::mt19937 random(7);
    for (int i = 1; i < 60; ++i) { // branches and merges as they come
        std::vector<git_oid> parents{tips[random() % tips.size()]};
        const auto other = tips[random() % tips.size()];
        if (!same(other, parents[0]))
            parents.push_back(other);
        tips.push_back(made.commit("main", {{"f", std::to_string(i)}}, "c" + std::to_string(i), parents));
    }
    made.commit("main", {{"f", "end"}}, "end", {tips[59], tips[58], tips[57]});
    const auto all = idsOf({}, 1'000);
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
    for (const std::size_t limit : {1u, 2u, 7u, 50u})
        EXPECT_EQ(idsOf({}, limit), all) << limit;
    limits.time = std::chrono::milliseconds(0); // a page that has no time still goes on
    EXPECT_EQ(idsOf({}, 50), all);
}

TEST_F(History, APathAnAuthorAndATimeNarrowIt)
{
    const auto one = made.commit("main", {{"a", "1"}, {"dir/b", "1"}}, "one", {}, "Ada");
    const auto two = made.commit("main", {{"dir/b", "2"}}, "two", {}, "Bob");
    const auto three = made.commit("main", {{"a", "2"}}, "three", {}, "ADA");
    const auto four = made.commit("main", {{"a", "", GIT_FILEMODE_BLOB, true}}, "four", {}, "Bob");
    const auto ids = [](std::initializer_list<git_oid> list) {
        std::vector<std::string> out;
        for (const auto& id : list)
            out.push_back(hexOf(id));
        return out;
    };
    EXPECT_EQ(idsOf({.path = "a"}), ids({four, three, one}));
    EXPECT_EQ(idsOf({.path = "dir"}), ids({two, one}));
    EXPECT_EQ(idsOf({.path = "nowhere"}), ids({}));
    EXPECT_EQ(idsOf({.author = "ada@"}), ids({three, one}));
    EXPECT_EQ(idsOf({.since = 1'700'000'003}), ids({four, three}));
    EXPECT_EQ(idsOf({.until = 1'700'000'002}), ids({two, one}));
    EXPECT_EQ(idsOf({.path = "a", .author = "bob"}, 1), ids({four}));
}

TEST_F(History, AMergeThatTakesAFileFromOneSideDoesNotChangeIt)
{
    const auto base = made.commit("main", {{"a", "1"}, {"b", "1"}});
    const auto left = made.commit("main", {{"a", "2"}});
    const auto right = made.commit("side", {{"b", "2"}}, "right", {base});
    made.commit("main", {{"b", "2"}}, "merge", {left, right});
    EXPECT_EQ(idsOf({.path = "b"}), (std::vector<std::string>{hexOf(right), hexOf(base)}));
}

TEST_F(History, ALongMessageIsCutAndSaysSo)
{
    made.commit("main", {{"a", "1"}}, std::string(10'000, 'x') + "\nmore");
    const auto repository = made.open();
    const auto page = commits(repository, repository.commit("main").get(), {}, 0, 1, limits);
    const auto& commit = page.body.at("data").as_array()[0];
    EXPECT_EQ(commit.at("message").as_string().size(), 4'096u);
    EXPECT_TRUE(commit.at("message_truncated").as_bool());
}

TEST_F(History, ACursorOfAnotherFormIsNone)
{
    for (const std::string text : {"", ".", "abc.1", "0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789.",
                                   "0123456789012345678901234567890123456789.-1", "0123456789012345678901234567890123456789.1x",
                                   "012345678901234567890123456789012345678g.1", "0123456789012345678901234567890123456789.99999999999999999999"})
        EXPECT_FALSE(Cursor::read(text)) << text;
    EXPECT_EQ(Cursor::read("0123456789012345678901234567890123456789.7")->at, 7u);
}

TEST(Times, AreReadAsRfc3339AndDates)
{
    EXPECT_EQ(secondsOf("2023-11-14T22:13:20Z"), 1'700'000'000);
    EXPECT_EQ(secondsOf("2023-11-14T22:13:20.123Z"), 1'700'000'000);
    EXPECT_EQ(secondsOf("2023-11-15T00:13:20+02:00"), 1'700'000'000);
    EXPECT_EQ(secondsOf("1970-01-02"), 86'400);
    for (const std::string text : {"", "now", "2023-13-01", "2023-02-30", "2023-11-14T22:13:20", "2023-11-14T25:00:00Z", "2023-11-14 22:13:20Z", "2023-11-14T22:13:20Zx"})
        EXPECT_FALSE(secondsOf(text)) << text;
    EXPECT_EQ(rfc3339(1'700'000'000), "2023-11-14T22:13:20.000Z");
    EXPECT_EQ(rfc3339(std::numeric_limits<std::int64_t>::max()), "9999-12-31T23:59:59.000Z");
}

} // namespace netbit::git::test
