// What netbit/draft/process.h and netbit/draft/folder.h promise, asked by a plugin (Runner.cpp).
#include "tests/fault/HostFixture.h"

#include <Poco/URI.h>

#include <csignal>
#include <fstream>
#include <future>

namespace netbit::fault_test {

class ProcessTable : public HostFixture {
protected:
    void SetUp() override { begin(); }
    void begin()
    {
        install("runner");
        ASSERT_TRUE(load());
        expectState("runner", "live");
    }
    std::string run(const std::string& script, const std::string& more = {}) const
    {
        std::string encoded;
        Poco::URI::encode(script, "&+?#", encoded);
        return get("/run/script?script=" + encoded + more).body;
    }
    static std::string folder() { return testing::TempDir(); }
    bool goneAre(int count) const
    {
        return eventually([&] { return get("/run/gone").body == std::to_string(count); });
    }
    static pid_t pidIn(const std::string& file)
    {
        pid_t pid = 0;
        eventually([&] { return std::ifstream(file) >> pid && pid > 0; });
        return pid;
    }
};

TEST_F(ProcessTable, TellsTheEndOnceWithStatusOutputAndErrors)
{
    EXPECT_EQ(run("echo out; echo err >&2; exit 3"), "1 3 4 err\n");
    EXPECT_EQ(run("echo $KNOWN$HOME"), "1 0 4 ");
    EXPECT_EQ(run("kill -USR1 $$"), "2 " + std::to_string(SIGUSR1) + " 0 ");
    EXPECT_TRUE(goneAre(3)) << "ended is the last call, and frees what the plugin holds";
}

TEST_F(ProcessTable, CarriesMegabytesThroughWithoutLoss)
{
    EXPECT_EQ(run("cat", "&input=9000000"), "1 0 9000000 ");
    EXPECT_EQ(run("wc -c >&2", "&input=9000000"), "1 0 0 9000000\n");
}

TEST_F(ProcessTable, APieceThatWouldBlockIsFollowedByNoneUntilResume)
{
    EXPECT_EQ(run("head -c 3000000 /dev/zero", "&waits=1"), "1 0 3000000 ");
    EXPECT_EQ(run("cat", "&waits=1&input=3000000"), "1 0 3000000 ");
}

TEST_F(ProcessTable, WhoWantsNoMoreOutputClosesIt)
{
    const auto ended = run("echo enough; exec cat /dev/zero");
    EXPECT_TRUE(ended.starts_with("2 " + std::to_string(SIGPIPE) + ' ')) << ended;
    const auto bytes = std::stol(ended.substr(ended.rfind(' ', ended.size() - 2)));
    EXPECT_TRUE(bytes >= 7 && bytes <= 65'536) << "one piece, whatever is in it: " << ended;
}

TEST_F(ProcessTable, EndsWhatTakesTooLongOrIsKilled)
{
    EXPECT_EQ(run("sleep 1000", "&wall=100").substr(0, 2), "3 ");
    auto killed = std::async(std::launch::async, [&] { return run("sleep 1000"); });
    EXPECT_TRUE(eventually([&] {
        get("/run/kill");
        return killed.wait_for(std::chrono::milliseconds(10)) == std::future_status::ready;
    }));
    EXPECT_EQ(killed.get().substr(0, 2), "4 ");
}

TEST_F(ProcessTable, RefusesMoreAtOnceThanOneMayHave)
{
    std::vector<std::future<std::string>> all;
    for (int i = 0; i < 4; ++i)
        all.push_back(std::async(std::launch::async, [&] { return run("sleep 1"); }));
    int refused = 0;
    for (auto& one : all)
        refused += one.get() == "too_many_processes" ? 1 : 0;
    EXPECT_EQ(refused, 1) << "three are allowed here";
    EXPECT_TRUE(eventually([&] { return run("exit 0") == "1 0 0 "; })) << "their places are free again";
}

TEST_F(ProcessTable, RefusesWhatIsNoProgram)
{
    EXPECT_EQ(run("exit 0", "&program=/no/such/program"), "program_not_found");
    EXPECT_EQ(run("exit 0", "&program=sh"), "bad_argument");
    EXPECT_EQ(run("exit 0", "&wall=0"), "bad_argument");
}

TEST_F(ProcessTable, EndsWithTheGenerationThatStartedIt)
{
    const auto file = folder() + "/pid-of-runner-" + std::to_string(::getpid());
    auto asked = std::async(std::launch::async, [&] { return get("/run/script?script=echo+$$+%3E" + file + ";+exec+sleep+1000").status; });
    const auto pid = pidIn(file);
    ASSERT_GT(pid, 0);
    loader().stopAll(std::chrono::milliseconds(100));
    EXPECT_TRUE(eventually([&] { return ::kill(pid, 0) != 0; })) << "the child lives on";
    asked.get();
    std::remove(file.c_str());
}

TEST_F(ProcessTable, AFolderIsThePluginsOwnAndStays)
{
    const auto path = get("/run/folder").body;
    EXPECT_TRUE(path.ends_with("/plugin-data/runner")) << path;
    EXPECT_TRUE(std::ifstream(path + "/note").good());
    EXPECT_EQ(get("/run/folder").body, path);
}

TEST_F(HostFixture, ProgramsAndAFolderNeedPermission)
{
    install("runner", "runner", R"({"id":"runner","version":"1.0.0","abi":"1.1","services":["netbit.http/1","netbit.exec/1",
        "netbit.draft.process/1","netbit.draft.folder/1"]})");
    ASSERT_TRUE(load());
    EXPECT_EQ(get("/run/script").body, "permission_missing");
    EXPECT_EQ(get("/run/folder").status, 500);
}

} // namespace netbit::fault_test
