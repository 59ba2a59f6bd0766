// What posts say, without a server.

#include "services/telling/Words.h"

#include "base/Json.h"
#include "services/chat/Markdown.h"
#include "services/issues/References.h"

#include <gtest/gtest.h>
#include <random>

namespace netbit::services::telling {

namespace json = boost::json;

namespace {

json::object read(std::string_view text) { return base::parseJson(text).value().as_object(); }

json::object commit(int i) { return {{"id", std::string(40, static_cast<char>('a' + i % 6))}, {"subject", "Change " + std::to_string(i)}}; }

} // namespace

TEST(PostWords, OfAPushNameTheNewestCommitsAndCountTheRest)
{
    json::array commits;
    for (int i = 0; i < 7; ++i)
        commits.push_back(commit(i));
    const json::object data{{"ref_count", 1},
                            {"updated", json::array{json::object{{"ref", "refs/heads/main"}, {"kind", "update"}, {"commit_count", 30}, {"commits", commits}}}}};
    EXPECT_EQ(wordsOfPush(data, "p/code"), "pushed 30 commits to `main` in p/code\n- aaaaaaaaaa `Change 0`\n- bbbbbbbbbb `Change 1`\n"
                                           "- cccccccccc `Change 2`\n- dddddddddd `Change 3`\n- eeeeeeeeee `Change 4`\n- and 25 more");
}

TEST(PostWords, OfEachKindOfRefSayWhatBecameOfIt)
{
    const auto words = [](std::string_view ref, std::string_view kind, int count) {
        return wordsOfPush({{"ref_count", 1},
                            {"updated", json::array{json::object{{"ref", ref}, {"kind", kind}, {"commit_count", count}, {"commits", json::array()}}}}},
                           "p/code");
    };
    EXPECT_EQ(words("refs/heads/x", "create", 0), "created the branch `x` in p/code");
    EXPECT_EQ(words("refs/heads/x", "create", 1), "created the branch `x` with 1 commit in p/code");
    EXPECT_EQ(words("refs/heads/x", "force", 2), "force-pushed the branch `x`, 2 commits in p/code");
    EXPECT_EQ(words("refs/heads/x", "delete", 0), "deleted the branch `x` in p/code");
    EXPECT_EQ(words("refs/tags/v1", "create", 4), "created the tag `v1` in p/code");
    EXPECT_EQ(words("refs/tags/v1", "force", 4), "moved the tag `v1` in p/code");
    EXPECT_EQ(words("refs/notes/n", "update", 4), "moved `refs/notes/n` in p/code");
}

TEST(PostWords, OfManyRefsAreBounded)
{
    json::array updated;
    for (int i = 0; i < 50; ++i)
        updated.push_back(json::object{{"ref", "refs/heads/" + std::string(1'000, 'b')}, {"kind", "create"}, {"commit_count", 1}, {"commits", json::array()}});
    const auto words = wordsOfPush({{"ref_count", 5'000}, {"updated", updated}}, "p/code");
    EXPECT_TRUE(words.starts_with("pushed 5000 refs of p/code:\n- created the branch `bbb")) << words;
    EXPECT_TRUE(words.ends_with("…` with 1 commit\n- and 4990 more")) << words;
    EXPECT_LT(words.size(), 2'500U);
}

TEST(PostWords, OfOthersStandInCodeThatIsNothingElse)
{
    EXPECT_EQ(asCode("plain"), "`plain`");
    EXPECT_EQ(asCode("a `b` c"), "``a `b` c``");
    EXPECT_EQ(asCode("`"), "`` ` ``");
    EXPECT_EQ(asCode("two\nlines\x01"), "`two lines `");
    // Whatever it is: one code span for the Markdown that shows it, and nothing for who looks for references.
    std::mt19937 random(11);
    const std::string alphabet = "`@#1a*_[]()<>!\\\n\t &~\"'-/:";
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto length = random() % 200; length > 0; --length)
            text += alphabet[random() % alphabet.size()];
        const auto code = "said " + asCode(text) + " there";
        EXPECT_TRUE(issues::referencesIn(code).empty()) << code;
        const auto html = chat::htmlOf(code);
        EXPECT_TRUE(html.starts_with("<p>said <code>") && html.ends_with("</code> there</p>\n")) << code << " is " << html;
        EXPECT_EQ(html.find("<a "), html.npos) << html;
        EXPECT_EQ(html.find("<img"), html.npos) << html;
    }
}

TEST(PostWords, OfPullRequestsAndIssuesAreOnesThatAReaderUnderstands)
{
    const auto pull = read(R"({"number":7,"title":"Count","base":{"branch":"main"},"head":{"branch":"ten"}})");
    EXPECT_EQ(wordsOfPull("pull.opened", pull, pull, "p/code"), "opened pull request p#7 in p/code: `Count` (`ten` into `main`)");
    EXPECT_EQ(wordsOfPull("pull.merged", pull, pull, "p/code"), "merged pull request p#7 in p/code into `main`: `Count`");
    EXPECT_EQ(wordsOfPull("pull.reviewed", {{"verdict", "request_changes"}}, pull, "p/code"), "asked for changes in pull request p#7 in p/code: `Count`");
    EXPECT_EQ(wordsOfPull("pull.commented", {}, pull, "p/code"), "");
    EXPECT_EQ(wordsOfIssue("issue.closed", read(R"({"reference":"p#3","project":"p","title":"T","by":"pull request #7","pull":{"id":1,"number":7}})")),
              "closed p#3: `T`, by pull request p#7");
    EXPECT_EQ(wordsOfIssue("issue.closed", {{"reference", "p#3"}, {"title", "T"}, {"commit", json::object{{"id", std::string(40, 'a')}}}}),
              "closed p#3: `T`, by commit aaaaaaaaaa");
    EXPECT_EQ(wordsOfIssue("issue.updated", {{"reference", "p#3"}, {"title", "T"}}), "");
}

} // namespace netbit::services::telling
