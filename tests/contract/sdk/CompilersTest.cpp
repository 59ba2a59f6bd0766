// Plugins of other compilers, standard libraries and languages, all at once in one netbitd.

#include "contract/sdk/PluginFolder.h"

#include <sstream>

namespace netbit::test {
namespace {

std::vector<std::string> flavours()
{
    std::vector<std::string> out;
    std::istringstream text(FLAVOURS);
    for (std::string one; std::getline(text, one, ',');)
        out.push_back(one);
    return out;
}

TEST(PluginsOfEveryCompiler, AreLoadedTogetherAndAnswer)
{
    const PluginFolder folder;
    for (const auto& flavour : flavours())
        folder.add(std::string(MADE) + "/" + flavour, "made_" + flavour);
    Daemon daemon({folder.setting()});
    auto http = daemon.client();
    for (const auto& flavour : flavours()) {
        EXPECT_EQ(stateOf(daemon, "made_" + flavour), "live") << flavour;
        const auto reply = http.get("/api/made/" + flavour + "/Ada");
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(reply.body, "Hello, Ada, from " + flavour);
    }
}

TEST(PluginsOfEveryCompiler, ThrowAndTheHostGoesOn)
{
    const PluginFolder folder;
    for (const auto& flavour : flavours())
        folder.add(std::string(MADE) + "/" + flavour, "made_" + flavour);
    Daemon daemon({folder.setting()});
    auto http = daemon.client();
    for (const auto& flavour : flavours()) {
        if (flavour.ends_with("_c"))
            continue;
        EXPECT_EQ(http.get("/api/made/" + flavour + "/throw").status, 500) << flavour;
        EXPECT_NE(daemon.log().find("thrown in " + flavour), std::string::npos) << "its words are in the log";
        const auto refused = http.get("/api/made/" + flavour + "/nobody");
        EXPECT_EQ(refused.status, 404) << refused.body;
        EXPECT_EQ(textAt(refused.document(), "/code"), "nobody");
        EXPECT_EQ(http.get("/api/made/" + flavour + "/Ada").status, 200) << flavour;
    }
    EXPECT_EQ(daemon.stop(), 0);
}

} // namespace
} // namespace netbit::test
