#include "cli/NewPlugin.h"
#include "cli/Commands.h"

#include "cli/tests/FakeServer.h"
#include "cli/tests/TempDir.h"

#include <gtest/gtest.h>
#include <sstream>

namespace netbit::cli::test
{

namespace
{

namespace fs = std::filesystem;

std::string contentOf(const fs::path& file)
{
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

class NewPlugin : public testing::Test
{
protected:
    NewPlugin()
    {
        dir.write("template/cpp/src/TemplatePlugin.cpp", "class TemplatePlugin; // template.plugin, p_template_plugin_x\n");
        dir.write("template/cpp/template.plugin.json", "{\"id\": \"template.plugin\"}\n");
    }
    Ran run(std::vector<std::string> words)
    {
        words.insert(words.begin(), {"plugin", "new"});
        words.insert(words.end(), {"--template", dir.path("template")});
        return netbit(words);
    }

    TempDir dir;
};

TEST_F(NewPlugin, TakesTheNameInPathsAndInText)
{
    const auto ran = run({"org.my-team.notes2", "--dir", dir.path("made")});
    EXPECT_EQ(ran.code, success) << ran.err;
    EXPECT_EQ(contentOf(dir.path("made/src/OrgMyTeamNotes2.cpp")),
              "class OrgMyTeamNotes2; // org.my-team.notes2, p_org_my_team_notes2_x\n");
    EXPECT_EQ(contentOf(dir.path("made/org.my-team.notes2.json")), "{\"id\": \"org.my-team.notes2\"}\n");
    EXPECT_NE(ran.out.find(dir.path("made/org.my-team.notes2.json")), std::string::npos) << ran.out;
    EXPECT_NE(ran.err.find("cmake -B build"), std::string::npos) << ran.err;
}

TEST_F(NewPlugin, RefusesABadNameWithASentence)
{
    for (const std::string name : {"", "Notes", "9lives", "notes.", ".notes", "no tes", "a..b", "a._b", "nötes", "../notes",
                                   "a/b", "a--b", "_x"}) {
        const auto ran = run({name, "--dir", dir.path("made")});
        EXPECT_EQ(ran.code, failed) << name;
        EXPECT_NE(ran.err.find("A plugin's name has"), std::string::npos) << name << ": " << ran.err;
        EXPECT_FALSE(fs::exists(dir.path("made"))) << name;
    }
    EXPECT_FALSE(pluginName(std::string(65, 'a')));
    EXPECT_TRUE(pluginName(std::string(64, 'a')));
}

TEST_F(NewPlugin, RefusesTheNameOfAPluginOfNetBit)
{
    const auto ran = run({"chat", "--dir", dir.path("made")});
    EXPECT_EQ(ran.code, failed);
    EXPECT_NE(ran.err.find("org.example.chat"), std::string::npos) << ran.err;
}

TEST_F(NewPlugin, WritesOverNothing)
{
    dir.write("made/precious", "mine");
    const auto ran = run({"notes", "--dir", dir.path("made")});
    EXPECT_EQ(ran.code, failed);
    EXPECT_NE(ran.err.find("is there already"), std::string::npos) << ran.err;
    EXPECT_EQ(contentOf(dir.path("made/precious")), "mine");
    EXPECT_FALSE(fs::exists(dir.path("made/notes.json")));
}

TEST_F(NewPlugin, SaysWhatIsWrongWithItsOptions)
{
    EXPECT_EQ(run({"notes", "--lang", "java", "--dir", dir.path("made")}).code, wrongUsage);
    const auto ran = run({"notes", "--lang", "c", "--dir", dir.path("made")}); // there is no such template here
    EXPECT_EQ(ran.code, failed);
    EXPECT_NE(ran.err.find(dir.path("template/c")), std::string::npos) << ran.err;
}

} // namespace

} // namespace netbit::cli::test
