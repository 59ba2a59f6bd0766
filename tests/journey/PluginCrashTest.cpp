// A plugin that takes the server down: the next start does without it, and says so.

#include "journey/Plugins.h"

#include <csignal>

namespace netbit::test {

class PluginCrash : public WithPlugins {
protected:
    void install() { ASSERT_EQ(plugin(_daemon, {"install", built("crashes", "crashes")}).exitCode, 0); }
    void crashBy(const std::string& path, int signal)
    {
        try {
            _daemon.client().get(path);
        } catch (const std::exception&) {
            // its connection ends with the server
        }
        EXPECT_EQ(_daemon.waitForEnd(), -signal) << "the default action of the signal does not happen any more";
    }
    void expectQuarantined(const std::string& call, const std::string& signal)
    {
        const auto info = infoOf(_daemon, "crashes");
        EXPECT_EQ(textAt(info, "/state"), "quarantined");
        const auto detail = textAt(info, "/detail");
        EXPECT_NE(detail.find("inside of its " + call + " (" + signal + ") at 20"), std::string::npos) << detail;
        EXPECT_EQ(_daemon.client().get("/crash/alive").status, 404);
        EXPECT_EQ(_daemon.client().get("/readyz").status, 200);
        EXPECT_EQ(_daemon.client().get("/api/chats").status, 401) << "the others do not serve";
    }

    Daemon _daemon;
};

TEST_F(PluginCrash, ASegmentationFaultInAHandlerQuarantinesThePlugin)
{
    install();
    crashBy("/crash/segv", SIGSEGV);
    _daemon.start();
    expectQuarantined("handler", "SIGSEGV");
    _daemon.restart();
    expectQuarantined("handler", "SIGSEGV");
    expectGood(plugin(_daemon, {"enable", "crashes"}), "crashes 1.0.0 is live.");
    EXPECT_EQ(_daemon.client().get("/crash/alive").body, "alive");
    _daemon.restart();
    EXPECT_EQ(_daemon.client().get("/crash/alive").body, "alive") << "the quarantine came back";
}

TEST_F(PluginCrash, OneOnAReactorToo)
{
    install();
    crashBy("/crash/segv-fast", SIGSEGV);
    _daemon.start();
    expectQuarantined("handler", "SIGSEGV");
}

TEST_F(PluginCrash, Abort)
{
    install();
    crashBy("/crash/abort", SIGABRT);
    _daemon.start();
    expectQuarantined("handler", "SIGABRT");
}

TEST_F(PluginCrash, AStackOverflowOnAWorkerAndOnAReactor)
{
    install();
    for (const auto* path : {"/crash/overflow", "/crash/overflow-fast"}) {
        crashBy(path, SIGSEGV);
        _daemon.start();
        expectQuarantined("handler", "SIGSEGV");
        expectGood(plugin(_daemon, {"enable", "crashes"}));
    }
}

TEST_F(PluginCrash, ACrashInATimerAfterAnUpgradeOfTheSettings)
{
    install();
    _daemon.stop();
    Daemon timed({"crashes.when=timer", "plugins.disabled=crashes"});
    // The setting belongs to a plugin that is disabled: the server starts, and installing it does not start it.
    ASSERT_EQ(plugin(timed, {"install", built("crashes", "crashes")}).exitCode, 0);
    timed.stop();
    auto words = timed.command();
    words.insert(words.end(), {"--set", "plugins.disabled="});
    const auto ran = runProgram(words);
    EXPECT_EQ(ran.exitCode, -SIGSEGV) << ran.err;
    timed.start();
    EXPECT_EQ(readFile(timed.data() + "/plugins.json").find("\"call\":\"timer\"") != std::string::npos, true);
}

TEST_F(PluginCrash, ACrashInStartIsSkippedByTheNextStartAndLiftedWithoutAServer)
{
    Daemon daemon({"crashes.when=start", "plugins.disabled=crashes"});
    ASSERT_EQ(plugin(daemon, {"install", built("crashes", "crashes")}).exitCode, 0);
    daemon.stop();
    auto words = daemon.command();
    words.insert(words.end(), {"--set", "plugins.disabled=", "--set", "plugins.required=crashes"});
    EXPECT_EQ(runProgram(words).exitCode, -SIGSEGV);
    const auto refused = runProgram(words);
    EXPECT_EQ(refused.exitCode, 69) << "it is required, and in quarantine";
    EXPECT_NE(refused.err.find("The required plugin crashes is quarantined: The server crashed inside of its start"),
              std::string::npos)
        << refused.err;
    expectRefusal(plugin(daemon, {"enable", "udp"}), "neither disabled nor quarantined");
    expectGood(plugin(daemon, {"enable", "crashes"}), "enabled for the next start");
    EXPECT_EQ(runProgram(words).exitCode, -SIGSEGV) << "the quarantine was not lifted";
}

TEST_F(PluginCrash, ACrashOutsideOfAnyPluginQuarantinesNobody)
{
    install();
    _daemon.signal(SIGSEGV);
    EXPECT_EQ(_daemon.waitForEnd(), -SIGSEGV);
    _daemon.start();
    EXPECT_EQ(stateOf(_daemon, "crashes"), "live");
    EXPECT_NE(_daemon.log().find("The run before has crashed, outside of any plugin."), std::string::npos);
    _daemon.kill();
    _daemon.start();
    EXPECT_EQ(stateOf(_daemon, "crashes"), "live") << "kill -9 is nobody's crash";
}

} // namespace netbit::test
