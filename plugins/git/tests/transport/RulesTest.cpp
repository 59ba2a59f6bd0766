#include "hooks/Rules.h"

#include <gtest/gtest.h>

namespace netbit::git {
namespace {

const std::string one(40, '1');
const std::string two(40, '2');
const std::string none(noObject);

Access access()
{
    Access out;
    out.id = 1;
    out.owner = "ada";
    out.name = "tools";
    out.state = "active";
    out.defaultBranch = "main";
    out.role = "developer";
    out.branches = {{"main", {"owner", "admin"}, false, false}, {"release/*", {"owner", "developer"}, false, true}};
    return out;
}

Verdict::Kind kind(const Access& a, const std::string& ref, const std::string& from, const std::string& to)
{
    return judge(a, {ref, from, to}).kind;
}

TEST(BranchPatterns, FitWhatTheyNameAndNothingElse)
{
    EXPECT_TRUE(fits("main", "main"));
    EXPECT_FALSE(fits("main", "maine"));
    EXPECT_FALSE(fits("main", "mai"));
    EXPECT_TRUE(fits("release/*", "release/1.0"));
    EXPECT_FALSE(fits("release/*", "release/1/0")) << "a star is no slash";
    EXPECT_TRUE(fits("release/*", "release/"));
    EXPECT_TRUE(fits("*", "anything"));
    EXPECT_FALSE(fits("*", "a/b"));
    EXPECT_TRUE(fits("*/*", "a/b"));
    EXPECT_TRUE(fits("a*b*c", "aXbYc"));
    EXPECT_FALSE(fits("", "x"));
    EXPECT_TRUE(fits("**", "x"));
    EXPECT_FALSE(fits("a?c", "abc")) << "only the star is special";
}

TEST(BranchPatterns, OfManyStarsTakeNoLongTime)
{
    std::string pattern;
    for (int i = 0; i < 200; ++i)
        pattern += "*a";
    EXPECT_FALSE(fits(pattern, std::string(1000, 'b')));
}

TEST(PushRules, ProtectedBranchesTakePushesOfTheirRolesOnly)
{
    EXPECT_EQ(kind(access(), "refs/heads/main", one, two), Verdict::Kind::refused);
    EXPECT_EQ(kind(access(), "refs/heads/topic", one, two), Verdict::Kind::allowed);
    auto owner = access();
    owner.role = "owner";
    EXPECT_EQ(kind(owner, "refs/heads/main", one, two), Verdict::Kind::onlyForward);
    EXPECT_EQ(kind(owner, "refs/heads/main", none, two), Verdict::Kind::allowed);
    EXPECT_EQ(kind(access(), "refs/heads/release/1", one, none), Verdict::Kind::allowed) << "its rule allows to delete";
    const auto words = judge(access(), {"refs/heads/main", one, two}).words;
    EXPECT_NE(words.find("owner or admin"), std::string::npos) << words;
}

TEST(PushRules, TheDefaultBranchIsNotDeleted)
{
    auto free = access();
    free.branches.clear();
    EXPECT_EQ(kind(free, "refs/heads/main", one, none), Verdict::Kind::refused);
    EXPECT_EQ(kind(free, "refs/heads/topic", one, none), Verdict::Kind::allowed);
    EXPECT_EQ(kind(free, "refs/tags/v1", one, none), Verdict::Kind::allowed);
}

TEST(PushRules, OtherPlacesAndArchivedRepositoriesTakeNone)
{
    for (const auto* const ref : {"refs/pull/1/head", "refs/netbit/x", "HEAD", "refs/remotes/origin/main", "refs/headsX/a", "-x"})
        EXPECT_EQ(kind(access(), ref, none, one), Verdict::Kind::refused) << ref;
    auto archived = access();
    archived.state = "archived";
    EXPECT_EQ(kind(archived, "refs/heads/topic", one, two), Verdict::Kind::refused);
}

TEST(PushRules, ALineIsOneLineOfThreeFields)
{
    const Command command{"refs/heads/main", one, two};
    const auto line = lineOf(judge(access(), command), command);
    EXPECT_EQ(std::count(line.begin(), line.end(), '\t'), 2);
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    EXPECT_EQ(line.substr(0, 24), "refused\trefs/heads/main\t");
    EXPECT_EQ(lineOf({}, command), "");
}

TEST(PushRules, RoomIsTheLeastOfWhatAPushAndTheQuotaAllow)
{
    auto a = access();
    a.maxPushBytes = 50;
    EXPECT_EQ(roomOf(a), 50u);
    a.quotaBytes = 60;
    a.sizeBytes = 40;
    EXPECT_EQ(roomOf(a), 20u);
    a.sizeBytes = 70;
    EXPECT_EQ(roomOf(a), 0u);
}

TEST(AccessOfAnOperation, IsReadAndWhatIsNoneIsRefused)
{
    const auto read = readAccess(R"({"id":7,"owner":"ada","project":null,"name":"tools","default_branch":"main","is_public":true,
        "state":"active","moved":false,"role":"owner","may":{"read":true,"write":true,"manage":false},
        "rules":{"protected":[{"pattern":"main","push":["owner"],"allow_force":true,"allow_delete":false}],"max_push_bytes":5,"quota_bytes":9},
        "size_bytes":3,"mirror_url":null,"forked_from":null})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->path(), "ada/tools");
    EXPECT_TRUE(read->mayWrite);
    EXPECT_FALSE(read->mayManage);
    ASSERT_EQ(read->branches.size(), 1u);
    EXPECT_TRUE(read->branches[0].allowForce);
    EXPECT_EQ(read->quotaBytes, 9u);
    EXPECT_FALSE(readAccess("{}"));
    EXPECT_FALSE(readAccess("[]"));
    EXPECT_FALSE(readAccess("no json"));
}

} // namespace
} // namespace netbit::git
