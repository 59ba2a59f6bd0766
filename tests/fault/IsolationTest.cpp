// Plugins in processes of their own: what becomes of them, and that nobody else notices.
#include "tests/fault/HostFixture.h"
#include "tests/support/Deadline.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <dirent.h>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

namespace netbit::fault_test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

std::string words(pid_t pid, const char* what)
{
    std::ostringstream out;
    out << std::ifstream("/proc/" + std::to_string(pid) + '/' + what).rdbuf();
    return out.str();
}

/// "Isolated, process 4711, …".
pid_t pidIn(const std::string& detail)
{
    const auto at = detail.find("process ");
    return at == std::string::npos ? 0 : std::atoi(detail.c_str() + at + 8);
}

} // namespace

class Isolation : public HostFixture {
protected:
    /// The plugin crashes in a process of its own, beside the good one in this.
    void loadCrashes(isolation::Options options = unlimited(), const std::string& number = "0")
    {
        install("good");
        install("crashes");
        isolate({"crashes"}, options);
        ASSERT_TRUE(load({{"crashes.number", {number, "--set", 0}}}));
        expectGoodRuns();
    }
    static isolation::Options unlimited()
    {
        isolation::Options options;
        options.mostCrashes = 1000;
        options.longestPause = 20ms;
        return options;
    }
    void expectGoodRuns() const
    {
        expectState("good", "live");
        EXPECT_EQ("good", get("/good").body);
    }
    bool isFine() const { return get("/crash/fine").body == "fine"; }
    /// A sanitizer makes a new process slow, and TSan's exit() waits a second for other threads.
    static constexpr std::chrono::milliseconds soon{test::sanitized ? 10'000 : 1'000};
    /// The request gets a 503 that says why, soon; the plugin is back soon.
    void expectCrash(const std::string& path) const
    {
        const auto begun = Clock::now();
        const auto answer = get(path);
        EXPECT_EQ(503, answer.status) << path;
        EXPECT_NE(std::string::npos, answer.body.find("plugin_unavailable")) << path << ": " << answer.body;
        EXPECT_LT(Clock::now() - begun, soon) << path;
        const auto gone = Clock::now();
        EXPECT_TRUE(eventually([this] { return isFine(); })) << path;
        EXPECT_LT(Clock::now() - gone, soon) << path;
    }
    pid_t pid() const { return pidIn(statusOf("crashes").detail); }
};

TEST_F(Isolation, ItsPluginIsServedAsAnyOther)
{
    install("good");
    isolate({"good"});
    ASSERT_TRUE(load({{"good.number", {"42", "--set", 0}}}));
    expectState("good", "live", "Isolated, process ");
    expectGoodRuns();
    EXPECT_EQ("42", get("/good/number").body);
    EXPECT_EQ("from a worker", get("/good/slow-path").body);
    EXPECT_EQ("111100", get("/good/services").body);
    ASSERT_TRUE(loader().reconfigure({{"good.number", {"43", "--set", 0}}}));
    EXPECT_EQ("43", get("/good/number").body);
    const auto refused = loader().reconfigure({{"good.number", {"13", "--set", 0}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ("unlucky", refused.error().code);
    EXPECT_EQ("43", get("/good/number").body);
}

TEST_F(Isolation, ItsProcessHasNothingOfTheHosts)
{
    loadCrashes();
    const auto child = pid();
    ASSERT_GT(child, 0);
    const auto status = words(child, "status");
    EXPECT_NE(std::string::npos, status.find("NoNewPrivs:\t1")) << status;
    EXPECT_NE(std::string::npos, status.find("PPid:\t" + std::to_string(::getpid()))) << status;
    EXPECT_EQ("2", get("/crash/files").body); // its socket, and what it wakes itself with
    loader().stopAll(1s);
    EXPECT_NE(0, ::kill(child, 0)) << "it has outlived its plugin";
}

TEST_F(Isolation, WhatItPrintsIsInTheLog)
{
    loadCrashes();
    testing::internal::CaptureStderr();
    EXPECT_EQ("printed", get("/crash/prints").body);
    std::string seen;
    EXPECT_TRUE(eventually([&] {
        seen += testing::internal::GetCapturedStderr();
        testing::internal::CaptureStderr();
        return seen.find("a word on standard output") != std::string::npos &&
               seen.find("a word on standard error") != std::string::npos;
    })) << seen;
    testing::internal::GetCapturedStderr();
}

TEST_F(Isolation, FiftyCrashesCostNobodyElseARequest)
{
    loadCrashes();
    std::atomic<bool> over{false};
    std::atomic<unsigned> served{0};
    std::atomic<unsigned> failed{0};
    const auto load = [&] {
        while (!over)
            ++(get("/good").body == "good" ? served : failed);
    };
    auto one = std::async(std::launch::async, load);
    auto other = std::async(std::launch::async, load);
    const std::array ways{"/crash/handler", "/crash/worker", "/crash/exit", "/crash/timer", "/crash/garbage"};
    for (unsigned i = 0; i < 50; ++i)
        expectCrash(ways[i % ways.size()]);
    over = true;
    one.get();
    other.get();
    EXPECT_EQ(0u, failed);
    EXPECT_GT(served, 50u);
    expectState("crashes", "live", "restarted 50 times.");
    std::cout << served << " requests served beside 50 crashes\n";
}

TEST_F(Isolation, AStreamEndsWithItsProcess)
{
    loadCrashes();
    auto reading = std::async(std::launch::async, [this] { return get("/crash/stream"); });
    EXPECT_EQ(std::future_status::timeout, reading.wait_for(100ms));
    expectCrash("/crash/handler");
    ASSERT_EQ(std::future_status::ready, reading.wait_for(2s));
    EXPECT_EQ("begun\n", reading.get().body);
}

TEST_F(Isolation, OneThatHangsOnItsReactorIsReplaced)
{
    auto options = unlimited();
    options.patience = 400ms;
    loadCrashes(options);
    const auto answer = get("/crash/hang");
    EXPECT_EQ(503, answer.status) << answer.body;
    EXPECT_TRUE(eventually([this] { return isFine(); }));
    expectState("crashes", "live", "did not answer a heartbeat");
    expectGoodRuns();
}

TEST_F(Isolation, OneThatCrashesInAStepOfItsLifeFailsWithTheReason)
{
    for (const auto* number : {"1", "2"}) {
        SCOPED_TRACE(number);
        loadCrashes(unlimited(), number);
        expectState("crashes", "failed", "signal 11");
        EXPECT_EQ(404, get("/crash/fine").status);
        expectGoodRuns();
        again();
    }
}

TEST_F(Isolation, OneThatHangsInStartFails)
{
    auto options = unlimited();
    options.patience = 300ms;
    loadCrashes(options, "3");
    expectState("crashes", "failed", "hung");
    expectGoodRuns();
}

TEST_F(Isolation, OneThatCrashesOrHangsInStopHoldsNobodyUp)
{
    for (const auto* number : {"4", "5"}) {
        SCOPED_TRACE(number);
        auto options = unlimited();
        options.patience = 300ms;
        loadCrashes(options, number);
        EXPECT_TRUE(isFine());
        const auto begun = Clock::now();
        loader().stopAll(1s);
        EXPECT_LT(Clock::now() - begun, 2 * soon);
        expectState("crashes", "stopped");
        again();
    }
}

TEST_F(Isolation, OneThatCrashesTooOftenStaysDown)
{
    isolation::Options options;
    options.mostCrashes = 3;
    options.firstPause = options.longestPause = 1ms;
    loadCrashes(options);
    for (unsigned i = 0; i < 3; ++i)
        expectCrash("/crash/handler");
    EXPECT_EQ(503, get("/crash/handler").status);
    EXPECT_TRUE(eventually([this] { return statusOf("crashes").state == "failed"; }));
    expectState("crashes", "failed", "4th time within a minute");
    const auto answer = get("/crash/fine");
    EXPECT_EQ(503, answer.status);
    EXPECT_NE(std::string::npos, answer.body.find("plugin_unavailable")) << answer.body;
    expectGoodRuns();
}

TEST_F(Isolation, AWrongLibraryIsRefusedWithTheSameWords)
{
    install("good");
    install("bad_magic");
    install("wrong_abi");
    install("null_table");
    isolate({"bad_magic", "wrong_abi", "null_table"});
    ASSERT_TRUE(load());
    expectState("bad_magic", "refused", "it is no plugin of NetBit");
    expectState("wrong_abi", "refused", "this host has ABI");
    expectState("null_table", "refused", "no table of calls");
    expectGoodRuns();
}

TEST_F(Isolation, WithoutItsProgramAPluginIsRefused)
{
    install("good");
    install("crashes");
    isolation::Options options;
    options.program = "/nowhere/netbit-plugin-process";
    isolate({"crashes"}, options);
    ASSERT_TRUE(load());
    expectState("crashes", "refused", "/nowhere/netbit-plugin-process cannot be started");
    expectGoodRuns();
}

/// A child whose library is fine and which then sends anything: valid heads over wrong fields, numbers of nobody, halves.
TEST_F(Isolation, AMadChildHarmsNobody)
{
    install("good");
    install("crashes");
    isolation::Options options = unlimited();
    options.program = MAD_CHILD;
    options.firstPause = options.longestPause = 1ms;
    options.patience = 500ms;
    isolate({"crashes"}, options);
    ASSERT_TRUE(load());
    expectState("crashes", "live");
    const char* const wanted = std::getenv("NETBIT_STRESS");
    const std::uint64_t lives = wanted ? 2000 : 40;
    const auto until = Clock::now() + (wanted ? 300s : 40s);
    std::uint64_t had = 0;
    while (had < lives && Clock::now() < until) {
        static_cast<void>(get("/mad")); // whatever the answer is
        ASSERT_EQ("good", get("/good").body);
        const auto detail = statusOf("crashes").detail;
        const auto at = detail.find("restarted ");
        had = at == std::string::npos ? 0 : std::strtoull(detail.c_str() + at + 10, nullptr, 10);
    }
    EXPECT_GE(had, lives);
    loader().stopAll(1s);
    expectState("crashes", "stopped");
}

} // namespace netbit::fault_test
