// A plugin exchanged for the next generation of itself: what is refused, and that nothing is left behind.
#include "tests/fault/HostFixture.h"

#include <fstream>

namespace netbit::fault_test {

using namespace std::chrono_literals;

class Reload : public HostFixture {
protected:
    static std::string replaced(std::string text, std::string_view from, std::string_view to)
    {
        const auto at = text.find(from);
        EXPECT_NE(std::string::npos, at) << from << " in " << text;
        return at == std::string::npos ? text : text.replace(at, from.size(), to);
    }
    bool drained()
    {
        return eventually([this] {
            loader().tend();
            return loader().draining() == 0;
        });
    }
    /// Whether the copies of these generations are there: a digit each.
    std::string copies(const std::string& id, int upTo) const
    {
        std::string out;
        for (int i = 1; i <= upTo; ++i)
            out += exists("generations/" + id + "-" + std::to_string(i) + ".so") ? '1' : '0';
        return out;
    }
};

TEST_F(Reload, ANewGenerationTakesThePlaceOfTheOldWhichIsUnloaded)
{
    install("good");
    ASSERT_TRUE(load());
    const auto first = border().live().front();
    const auto mapped = loader().mappedForGood("good"); // of other tests in this process
    const auto done = loader().reload("good", 1s);
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ("good", get("/good").body);
    expectState("good", "live");
    EXPECT_EQ(2U, border().live().front()->sequence());
    ASSERT_TRUE(drained());
    EXPECT_EQ(border::Generation::State::stopped, first->state());
    EXPECT_EQ("01", copies("good", 2));
    EXPECT_EQ(mapped, loader().mappedForGood("good"));
    EXPECT_EQ("good", get("/good").body);
}

TEST_F(Reload, ManyInARowWithoutWaitingForAny)
{
    install("good");
    ASSERT_TRUE(load());
    for (int i = 0; i < 20; ++i) {
        const auto done = loader().reload("good", 1s);
        ASSERT_TRUE(done) << done.error().detail;
        ASSERT_EQ("good", get("/good").body);
    }
    ASSERT_TRUE(drained());
    EXPECT_EQ("000000000000000000001", copies("good", 21));
}

TEST_F(Reload, TheManifestIsReadAgainAndItsNewRulesHold)
{
    install("good");
    ASSERT_TRUE(load());
    write("plugins/good.json", replaced(manifestOf("good"), "\"default\" : 7", "\"default\" : 8"));
    const auto done = loader().reload("good", 1s);
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ("8", get("/good/number").body);
}

TEST_F(Reload, WhatDoesNotStartLeavesTheOldOneLive)
{
    install("good");
    ASSERT_TRUE(load());
    const auto refused = [&](const std::string& manifest, std::string_view part) {
        write("plugins/good.json", manifest);
        const auto done = loader().reload("good", 1s);
        ASSERT_FALSE(done);
        EXPECT_NE(std::string::npos, done.error().detail.find(part)) << done.error().detail;
        EXPECT_EQ("7", get("/good/number").body);
        expectState("good", "live");
        EXPECT_EQ(1U, border().live().front()->sequence());
        EXPECT_EQ("1.0.0", statusOf("good").version);
    };
    const auto manifest = manifestOf("good");
    refused(replaced(manifest, "\"default\" : 7", "\"default\" : 13"), "13 is not accepted."); // configure
    refused(replaced(manifest, "\"default\" : 7", "\"default\" : 700"), "at most 100");
    refused(replaced(manifest, "\"abi\" : \"1.0\"", "\"abi\" : \"2.0\""), "ABI 2.0");
    refused(replaced(manifest, "\"version\" : \"1.0.0\"", "\"version\" : \"1.2.0\""), "version 1.0.0");
    refused("{", "good.json");
    refused(replaced(manifest, "\"services\"", "\"requires\" : {\"nobody\" : \">=1\"}, \"services\""), "nobody");
    EXPECT_EQ("1000", copies("good", 4));
}

TEST_F(Reload, IsRefusedWhereTheManifestSaysSo)
{
    install("good", "good", replaced(manifestOf("good"), "\"services\"", "\"reloadable\" : false, \"services\""));
    ASSERT_TRUE(load());
    const auto done = loader().reload("good", 1s);
    ASSERT_FALSE(done);
    EXPECT_EQ("not_reloadable", done.error().code);
    EXPECT_EQ("good", get("/good").body);
}

TEST_F(Reload, IsOfAPluginThatIsLive)
{
    install("good");
    install("fails_in_start");
    ASSERT_TRUE(load());
    EXPECT_EQ("no_such_plugin", loader().reload("nobody", 1s).error().code);
    EXPECT_EQ("not_live", loader().reload("fails_in_start", 1s).error().code);
}

} // namespace netbit::fault_test
