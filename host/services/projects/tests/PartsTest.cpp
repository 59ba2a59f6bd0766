// What needs no database: the permission table, names, settings, refs.

#include "base/Json.h"
#include "services/projects/Config.h"
#include "services/projects/Names.h"
#include "services/projects/Permissions.h"
#include "services/projects/Refs.h"

#include <gtest/gtest.h>
#include <random>

namespace netbit::services::projects {

namespace {

std::string pointerOf(std::string_view config)
{
    const auto read = readConfig(base::parseJson(config)->get_object(), false);
    return read ? "none" : read.error().pointer;
}

} // namespace

TEST(Permissions, GrowWithTheRole)
{
    for (const auto& line : permissionTable)
        for (const bool isPublic : {false, true})
            for (int role = 1; role <= static_cast<int>(Role::owner); ++role)
                EXPECT_TRUE(!may(line.right, static_cast<Role>(role - 1), isPublic, false) ||
                            may(line.right, static_cast<Role>(role), isPublic, false));
}

TEST(Permissions, OfAPublicProjectAreNeverLessThanOfAPrivateOne)
{
    for (const auto& line : permissionTable)
        for (int role = 0; role <= static_cast<int>(Role::owner); ++role)
            EXPECT_TRUE(!may(line.right, static_cast<Role>(role), false, false) || may(line.right, static_cast<Role>(role), true, false));
}

TEST(Permissions, NobodyWritesAnything)
{
    for (const auto& line : permissionTable)
        for (const bool isPublic : {false, true})
            EXPECT_EQ(may(line.right, Role::nobody, isPublic, false),
                      isPublic && (line.right == Right::see || line.right == Right::readCode));
}

TEST(ProjectNames, ThatCannotStandInAUrlAreRefused)
{
    for (const auto* name : {"a", "Netbit", "a.b-c_d", "_x", "0"})
        EXPECT_TRUE(checkName(name)) << name;
    for (const auto* name : {"", ".", "..", "a..b", "-x", ".x", "a/b", "a b", "a.git", "a.GIT", "a.lock", "a.", "\xC3\xA9", "a%2f", "a\n"})
        EXPECT_EQ(checkName(name).error().code, "invalid_name") << name;
    EXPECT_FALSE(checkName(std::string(101, 'a')));
    for (const auto* name : {"config", "Repos", "SEARCH", "create"})
        EXPECT_EQ(checkName(name).error().code, "reserved_name") << name;
}

TEST(ProjectNames, MadePlainAreTakenWhateverTheyWere)
{
    std::mt19937 random(7);
    const std::string alphabet = "aZ0._-/ \\%\n\xC3\xA9.git.lock";
    for (int round = 0; round < 20'000; ++round) {
        std::string name;
        for (auto length = random() % 30; length > 0; --length)
            name += alphabet[random() % alphabet.size()];
        EXPECT_TRUE(checkName(plainName(name, "p1"))) << "\"" << name << "\" became \"" << plainName(name, "p1") << "\"";
    }
    EXPECT_EQ(plainName("My Project!", "p1"), "My-Project");
    EXPECT_EQ(plainName("config", "p1"), "config_");
    EXPECT_EQ(plainName("...", "p1"), "p1");
}

TEST(ProjectConfig, IsTheSameWhenItIsReadBack)
{
    const auto written = R"({"collaboration":{"allow_forks":false,"review":{"required_approvals":2},"merge_methods":["squash"]},
        "protected_branches":[{"pattern":"release/*","push":["owner"],"allow_force":true,"required_statuses":["ci"]}],
        "limits":{"quota_bytes":1000000},"roles":{"default":"guest"},"visibility":"public","notifications":{"issues":false},
        "issue_templates":[{"name":"bug","body":"What happened?","labels":["bug"]}],
        "metadata":{"tags":["c++"],"language":"C++","license":"MIT","homepage":"https://example.org"}})";
    const auto change = readConfig(base::parseJson(written)->get_object(), false);
    ASSERT_TRUE(change) << change.error().detail;
    EXPECT_TRUE(change->isPublic);
    const auto once = configJson(change->config, true);
    EXPECT_EQ(configJson(storedConfig(once), true), once);
    EXPECT_EQ(change->config.branches.at(0).push, std::vector<std::string>{"owner"});
}

TEST(ProjectConfig, SaysWhereItIsWrong)
{
    EXPECT_EQ(pointerOf("{}"), "none");
    EXPECT_EQ(pointerOf(R"({"colour":1})"), "/colour");
    EXPECT_EQ(pointerOf(R"({"collaboration":{"forks":true}})"), "/collaboration/forks");
    EXPECT_EQ(pointerOf(R"({"collaboration":{"issues":"yes"}})"), "/collaboration/issues");
    EXPECT_EQ(pointerOf(R"({"collaboration":{"merge_methods":[]}})"), "/collaboration/merge_methods");
    EXPECT_EQ(pointerOf(R"({"collaboration":{"review":{"required_approvals":21}}})"), "/collaboration/review/required_approvals");
    EXPECT_EQ(pointerOf(R"({"protected_branches":[{"pattern":"a"},{}]})"), "/protected_branches/1/pattern");
    EXPECT_EQ(pointerOf(R"({"protected_branches":[{"pattern":"a","push":["boss"]}]})"), "/protected_branches/0/push/0");
    EXPECT_EQ(pointerOf(R"({"roles":{"default":"owner"}})"), "/roles/default");
    EXPECT_EQ(pointerOf(R"_({"metadata":{"homepage":"javascript:alert(1)"}})_"), "/metadata/homepage");
    EXPECT_EQ(pointerOf(R"({"metadata":{"tags":["a","a"]}})"), "/metadata/tags/1");
    EXPECT_EQ(pointerOf(R"({"issue_templates":[{"name":"a"},{"name":"a"}]})"), "/issue_templates/1/name");
}

TEST(ProjectConfig, OfAnotherSystemKeepsWhatMakesSense)
{
    std::vector<std::string> leftOut;
    const auto config = foreignConfig(
        base::parseJson(R"({"metadata":{"language":"Go"},"visibility":"secret","theme":1})")->get_object(), leftOut);
    EXPECT_EQ(config.language, "Go");
    EXPECT_EQ(leftOut, (std::vector<std::string>{"visibility", "theme"}));
}

TEST(BranchPatterns, StarStandsForAnythingButASlash)
{
    EXPECT_TRUE(matchesPattern("main", "main"));
    EXPECT_FALSE(matchesPattern("main", "main2"));
    EXPECT_TRUE(matchesPattern("release/*", "release/1.0"));
    EXPECT_FALSE(matchesPattern("release/*", "release/1/0"));
    EXPECT_TRUE(matchesPattern("*-fix/*a", "x-fix/banana"));
    EXPECT_FALSE(matchesPattern("*", "a/b"));
    EXPECT_TRUE(matchesPattern("a*b*c", "axxbyybzzc"));
    EXPECT_FALSE(matchesPattern("", "a"));
}

TEST(BranchPatterns, AgreeWithAPlainRecursion)
{
    const std::function<bool(std::string_view, std::string_view)> plain = [&](std::string_view p, std::string_view b) -> bool {
        if (p.empty())
            return b.empty();
        if (p[0] == '*')
            return plain(p.substr(1), b) || (!b.empty() && b[0] != '/' && plain(p, b.substr(1)));
        return !b.empty() && p[0] == b[0] && plain(p.substr(1), b.substr(1));
    };
    std::mt19937 random(11);
    for (int round = 0; round < 50'000; ++round) {
        std::string pattern;
        std::string branch;
        for (auto length = random() % 8; length > 0; --length)
            pattern += "ab/*"[random() % 4];
        for (auto length = random() % 9; length > 0; --length)
            branch += "ab/"[random() % 3];
        ASSERT_EQ(matchesPattern(pattern, branch), plain(pattern, branch)) << pattern << " " << branch;
    }
}

} // namespace netbit::services::projects
