// The life of a plugin in a running server, as an admin leads it with `netbit plugin …`.

#include "journey/Plugins.h"

#include <csignal>

namespace netbit::test {

namespace fs = std::filesystem;

class PluginVerbs : public WithPlugins {
protected:
    Finished run(std::vector<std::string> words) const { return plugin(_daemon, std::move(words)); }
    std::string version() const { return WithPlugins::version(_daemon); }
    std::string state(const std::string& id) const { return stateOf(_daemon, id); }
    json::value info(const std::string& id) const { return infoOf(_daemon, id); }
    bool isThere(const std::string& file) const { return fs::exists(_daemon.data() + "/plugins/" + file); }
    void expectChatServes() const { EXPECT_EQ(_daemon.client().get("/api/chats").status, 401) << "the program's own plugin is gone"; }

    Daemon _daemon;
};

TEST_F(PluginVerbs, InstallStartsAPluginInTheRunningServerAndForGood)
{
    EXPECT_EQ(version(), "status 404");
    expectGood(run({"install", traveller("v1")}), "traveller 1.0.0 is live.");
    EXPECT_EQ(version(), "1.0.0");
    EXPECT_TRUE(isThere("traveller.so"));
    expectGood(run({"list"}), "traveller");
    _daemon.restart();
    EXPECT_EQ(version(), "1.0.0");
    expectGood(run({"install", traveller("v1")}), "traveller 1.0.0 is live."); // the same again is nothing
}

TEST_F(PluginVerbs, InstallOverAnOlderVersionIsAnUpgradeWithoutARestart)
{
    expectGood(run({"install", traveller("v1")}));
    const auto before = integerAt(info("traveller"), "/generation");
    EXPECT_EQ(_daemon.client().get("/traveller/visit").body, "written");
    expectGood(run({"install", traveller("v2")}), "traveller 1.1.0 is live.");
    EXPECT_EQ(version(), "1.1.0");
    EXPECT_GT(integerAt(info("traveller"), "/generation"), before);
    EXPECT_EQ(_daemon.client().get("/traveller/visits").body, "1") << "its data is gone";
    EXPECT_EQ(_daemon.generation(), 1U);
    expectRefusal(run({"install", traveller("v1")}), "1.1.0 is there, which is newer");
    EXPECT_EQ(version(), "1.1.0");
    expectGood(run({"install", traveller("v1"), "--downgrade"}), "traveller 1.0.0 is live.");
    EXPECT_EQ(version(), "1.0.0");
}

TEST_F(PluginVerbs, AnUpgradeThatDoesNotStartLeavesEverythingInPlace)
{
    expectGood(run({"install", traveller("v1")}));
    const auto library = readFile(_daemon.data() + "/plugins/traveller.so");
    expectRefusal(run({"install", traveller("fails_in_start")}), "The road is closed.");
    EXPECT_EQ(version(), "1.0.0");
    EXPECT_EQ(readFile(_daemon.data() + "/plugins/traveller.so"), library) << "the new library stays behind";
    EXPECT_NE(textAt(info("traveller"), "/history").find("The road is closed."), std::string::npos);
    _daemon.restart();
    EXPECT_EQ(version(), "1.0.0");
}

TEST_F(PluginVerbs, APluginThatDoesNotStartIsNotInstalled)
{
    expectRefusal(run({"install", traveller("fails_in_start")}), "The road is closed.");
    EXPECT_FALSE(isThere("traveller.so"));
    EXPECT_FALSE(isThere("traveller.json"));
    expectRefusal(run({"info", "traveller"}), "There is no plugin traveller.");
}

TEST_F(PluginVerbs, DisableAndEnableHoldOverRestarts)
{
    expectGood(run({"install", traveller("v1")}));
    EXPECT_EQ(_daemon.client().get("/traveller/visit").body, "written");
    expectGood(run({"disable", "traveller"}), "traveller 1.0.0 is disabled.");
    EXPECT_EQ(version(), "status 404");
    expectChatServes();
    _daemon.restart();
    EXPECT_EQ(version(), "status 404");
    EXPECT_EQ(state("traveller"), "disabled");
    expectGood(run({"enable", "traveller"}), "traveller 1.0.0 is live.");
    EXPECT_EQ(version(), "1.0.0");
    EXPECT_EQ(_daemon.client().get("/traveller/visits").body, "1");
    _daemon.restart();
    EXPECT_EQ(version(), "1.0.0");
}

TEST_F(PluginVerbs, WhatOthersRequireIsNeitherStoppedNorRemovedNorTakenAway)
{
    expectRefusal(run({"install", built("needy", "needy")}), "It requires traveller >=1.0 <2, which is not installed.");
    expectGood(run({"install", built("needy", "needy"), traveller("v1")}), "needy 1.0.0 is live.");
    EXPECT_EQ(_daemon.client().get("/needy").body, "needy");
    expectRefusal(run({"disable", "traveller"}), "it is required by needy");
    expectRefusal(run({"remove", "traveller"}), "it is required by needy");
    expectRefusal(run({"plan", traveller("v3")}), "needy runs and requires traveller >=1.0 <2.");
    expectRefusal(run({"install", traveller("v3")}), "needy runs and requires traveller >=1.0 <2.");
    EXPECT_EQ(version(), "1.0.0");
    expectGood(run({"remove", "needy"}), "needy was removed; its data stays.");
    expectGood(run({"install", traveller("v3")}), "traveller 2.0.0 is live.");
    expectGood(run({"remove", "traveller"}));
    EXPECT_EQ(version(), "status 404");
    EXPECT_FALSE(isThere("traveller.so"));
}

TEST_F(PluginVerbs, RemoveKeepsThePluginsData)
{
    expectGood(run({"install", traveller("v1")}));
    EXPECT_EQ(_daemon.client().get("/traveller/visit").body, "written");
    expectGood(run({"remove", "traveller"}), "its data stays");
    _daemon.restart();
    expectGood(run({"plan", traveller("v2")}), "The database has 1 migration of it, the last \"visits\"");
    expectGood(run({"install", traveller("v2")}));
    EXPECT_EQ(_daemon.client().get("/traveller/visits").body, "1");
}

TEST_F(PluginVerbs, ThePartsOfTheProgramAreDisabledButNotRemovedOrReplaced)
{
    expectRefusal(run({"remove", "udp"}), "udp was not put there by `netbit plugin install`");
    expectRefusal(run({"install", built("chat", "chat")}), "The name is taken by");
    expectGood(run({"disable", "udp"}), "udp 1.0.0 is disabled.");
    expectGood(run({"enable", "udp"}), "udp 1.0.0 is live.");
    expectChatServes();
}

TEST_F(PluginVerbs, PlanNamesWhatWouldClashAndChangesNothing)
{
    const auto ran = run({"plan", built("clash", "clash"), "--json"});
    EXPECT_EQ(ran.exitCode, 1);
    const auto plan = parseJson(ran.out);
    EXPECT_FALSE(truthAt(plan, "/good"));
    std::string all;
    for (const auto& finding : listAt(plan, "/plugins/0/findings"))
        all += textAt(finding, "/code") + ": " + textAt(finding, "/text") + "\n";
    EXPECT_NE(all.find("route: GET /api/chats belongs to chat and to clash."), std::string::npos) << all;
    EXPECT_NE(all.find("host: It wants the service netbit.teleport/1"), std::string::npos) << all;
    EXPECT_EQ(state("clash"), "unknown");
    EXPECT_FALSE(isThere("clash.so"));

    expectGood(run({"plan", traveller("v1")}), "Nothing speaks against it.");
    EXPECT_EQ(version(), "status 404") << "a plan has installed it";
}

TEST_F(PluginVerbs, PlanReadsTheDigestAndTheLibrarysFormWithoutLoadingIt)
{
    const auto folder = _daemon.folder();
    for (const auto* suffix : {".so", ".json"})
        fs::copy_file(fs::path(traveller("v1")).replace_extension(suffix), folder + "/traveller" + suffix);
    auto misspelt = readFile(folder + "/traveller.json");
    misspelt.insert(misspelt.find('{') + 1, "\"permissions\": [\"chat.admin\"], ");
    const auto right = readFile(folder + "/traveller.json");
    writeFile(folder + "/traveller.json", misspelt);
    expectGood(run({"plan", folder + "/traveller.so"}), "chat.admin is no permission that this host knows");
    fs::remove(folder + "/traveller.json");
    expectRefusal(run({"plan", folder + "/traveller.so"}), "the manifest lies beside the library");
    writeFile(folder + "/traveller.json", right);
    writeFile(folder + "/traveller.so", readFile(traveller("v1")) + "x");
    expectRefusal(run({"plan", folder + "/traveller.so"}), "but the manifest says");
    expectRefusal(run({"install", folder + "/traveller.so"}), "but the manifest says");
    writeFile(folder + "/traveller.so", "no library at all");
    expectRefusal(run({"plan", folder + "/traveller.so"}), "traveller.so is no shared library.");
    fs::rename(folder + "/traveller.so", folder + "/other.so");
    fs::rename(folder + "/traveller.json", folder + "/other.json");
    expectRefusal(run({"plan", folder + "/other.so"}), "The manifest is that of traveller");
    expectRefusal(run({"plan", folder + "/nowhere.so"}), "cannot be read");
    EXPECT_EQ(run({"plan", folder}).exitCode, 2) << "not a library";
}

TEST_F(PluginVerbs, ReloadStartsTheFilesAnewAndLosesNoRequest)
{
    expectGood(run({"install", traveller("v1")}));
    const auto before = integerAt(info("traveller"), "/generation");
    expectGood(run({"reload", "traveller"}), "traveller 1.0.0 is live.");
    EXPECT_EQ(integerAt(info("traveller"), "/generation"), before + 1);
    EXPECT_EQ(version(), "1.0.0");
    expectRefusal(run({"reload", "nobody"}), "There is no plugin nobody.");
}

TEST_F(PluginVerbs, InfoCountsWhatThePluginCostsAndMetricsToo)
{
    expectGood(run({"install", traveller("v1")}));
    auto client = _daemon.client();
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(client.get("/traveller/visits").body, "0");
    const auto use = at(info("traveller"), "/use");
    EXPECT_GE(integerAt(use, "/calls"), 30);
    EXPECT_EQ(integerAt(use, "/errors"), 0);
    EXPECT_EQ(integerAt(use, "/sql_statements"), 30);
    EXPECT_GT(integerAt(use, "/sql_ns"), 0);
    EXPECT_GT(integerAt(use, "/p50_ns"), 0);
    EXPECT_GE(integerAt(use, "/p99_ns"), integerAt(use, "/p50_ns"));
    EXPECT_EQ(integerAt(use, "/routes"), 3);
    const auto ran = run({"info", "traveller"});
    expectGood(ran, "30 statements");
    const auto metrics = client.get("/metrics").body;
    EXPECT_NE(metrics.find("netbit_plugin_sql_statements_total{plugin=\"traveller\"} 30"), std::string::npos) << metrics;
    EXPECT_NE(metrics.find("netbit_plugin_live{plugin=\"chat\"} 1"), std::string::npos) << metrics;
}

TEST_F(PluginVerbs, ANewVersionThatFailsInItsFirstSecondsIsRolledBack)
{
    expectGood(run({"install", traveller("v1")}));
    expectGood(run({"install", traveller("fails_in_handlers")}), "traveller 1.3.0 is live.");
    EXPECT_TRUE(truthAt(info("traveller"), "/on_trial"));
    auto client = _daemon.client();
    EXPECT_TRUE(comesTrue([&] {
        client.get("/traveller/version");
        return version() == "1.0.0";
    }));
    // What became of it is written down behind the exchange.
    EXPECT_TRUE(comesTrue([&] { return _daemon.log().find("was rolled back to 1.0.0") != std::string::npos; }));
    json::value after;
    EXPECT_TRUE(comesTrue([&] {
        after = info("traveller");
        return textAt(after, "/history").find("Version 1.3.0 was rolled back to 1.0.0") != std::string::npos && !truthAt(after, "/on_trial");
    })) << textAt(after, "/history");
    EXPECT_EQ(textAt(after, "/version"), "1.0.0");
    _daemon.restart();
    EXPECT_EQ(version(), "1.0.0") << "the next start has the bad one again";
}

TEST_F(PluginVerbs, SighupTakesInWhatHasChangedInTheFolder)
{
    copyInto(_daemon, traveller("v1"));
    _daemon.signal(SIGHUP);
    EXPECT_TRUE(comesTrue([&] { return version() == "1.0.0"; })) << "a new one is not loaded";
    copyInto(_daemon, traveller("v2"));
    _daemon.signal(SIGHUP);
    EXPECT_TRUE(comesTrue([&] { return version() == "1.1.0"; })) << "a library that changed is not exchanged";
    fs::remove(_daemon.data() + "/plugins/traveller.json");
    fs::remove(_daemon.data() + "/plugins/traveller.so");
    _daemon.signal(SIGHUP);
    EXPECT_TRUE(comesTrue([&] { return version() == "status 404"; })) << "one that went still runs";
    expectChatServes();
}

/// Its settings stand on the command line, so they outlive it.
class PluginSettings : public WithPlugins {
protected:
    void install() { copyInto(_daemon, traveller("v1")); }
    Daemon _daemon;
};

TEST_F(PluginSettings, AKeyOfNobodyIsRefusedAtTheStartButNotOneOfAPluginThatWasThereOnce)
{
    auto words = _daemon.command();
    words.insert(words.end(), {"--set", "traveller.number=8"});
    auto check = words;
    check.emplace_back("--check-config");
    auto ran = runProgram(check);
    EXPECT_EQ(ran.exitCode, 78);
    EXPECT_NE(ran.err.find("traveller.number"), std::string::npos) << ran.err;

    ASSERT_EQ(plugin(_daemon, {"install", traveller("v1")}).exitCode, 0);
    EXPECT_EQ(runProgram(check).exitCode, 0) << "it is installed";
    ASSERT_EQ(plugin(_daemon, {"remove", "traveller"}).exitCode, 0);
    ran = runProgram(check);
    EXPECT_EQ(ran.exitCode, 0) << "conffiles outlive their packages: " << ran.err;
    check.insert(check.end(), {"--set", "travveller.number=8"});
    EXPECT_EQ(runProgram(check).exitCode, 78) << "a slip of the pen";
}

TEST_F(PluginSettings, AVersionThatKnowsASettingNoMoreIsRefusedByThePlan)
{
    Daemon daemon({"plugins.disabled=traveller", "traveller.number=8"});
    expectRefusal(plugin(daemon, {"plan", traveller("v2")}), "traveller.number");
    expectGood(plugin(daemon, {"install", traveller("v1")}), "traveller 1.0.0 is disabled.");
    expectRefusal(plugin(daemon, {"enable", "traveller"}), "plugins.disabled names traveller");
}

class PluginReadiness : public WithPlugins {
protected:
    void expectReady(std::string_view because, std::string_view body = R"({"status":"ready"})")
    {
        const auto reply = _client.get("/readyz");
        EXPECT_EQ(reply.status, 200) << because;
        EXPECT_EQ(reply.body, body) << because;
    }
    void expectNotReady(std::string_view part)
    {
        const auto reply = _client.get("/readyz");
        EXPECT_EQ(reply.status, 503);
        EXPECT_NE(textAt(reply.document(), "/detail").find(part), std::string::npos) << reply.body;
    }
    std::string condition()
    {
        const auto server = _client.expect(200, "GET", "/api/server");
        for (const auto& each : listAt(server, "/plugins"))
            if (textAt(each, "/id") == "moody")
                return textAt(each, "/condition");
        return "not there";
    }

    Daemon _daemon;
    HttpClient _client = _daemon.client();
};

TEST_F(PluginReadiness, TellsTheTruthAboutARequiredPlugin)
{
    expectGood(plugin(_daemon, {"install", built("moody", "moody")}), "moody 1.0.0 is live.");
    expectReady("it is well");
    EXPECT_EQ(condition(), "good");
    _client.get("/moody/degraded");
    expectReady("degraded is no failure", R"({"status":"ready","degraded":["moody"]})");
    EXPECT_EQ(condition(), "degraded");
    expectGood(plugin(_daemon, {"list"}), "live, degraded  The mail server answers slowly.");
    _client.get("/moody/failed");
    expectNotReady("The required plugin moody does not work: The mail server is gone.");
    EXPECT_EQ(condition(), "failed");
    _client.get("/moody/good");
    expectReady("it is well again");

    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(_client.get("/moody/error").status, 500);
    expectNotReady("The required plugin moody does not work: It failed 10 times in a row");
    EXPECT_EQ(_client.get("/moody/good").status, 503) << "its breaker is open";
    expectGood(plugin(_daemon, {"disable", "moody"}));
    expectReady("the admin's word goes over the manifest's");
}

TEST_F(PluginReadiness, WhatTheSettingsRequireIsNotDisabled)
{
    Daemon picky({"plugins.required=tcp"});
    expectRefusal(plugin(picky, {"disable", "tcp"}), "plugins.required names it");
}

} // namespace netbit::test
