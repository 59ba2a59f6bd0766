// Settings: by files, the environment and the command line; told, changed and compared by `netbit config`.

#include "support/Daemon.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

namespace netbit::test {

namespace {

constexpr int exitConfig = 78;

/// A netbitd that reads a file, as an installed one does.
class Configured : public testing::Test {
protected:
    void SetUp() override
    {
        writeFile(file(), "# Mine, and it stays.\ntcp.port = 0\nudp.port = 0\n#log.level = info\n");
        const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        _pid = startProgram({netbitdPath(), "--config", file(), "--data", data(), "--ready-file", ready()}, nothing, nothing, nothing,
                            {"NETBIT_HTTP__PORT=0"});
        ::close(nothing);
        for (const Deadline deadline; !std::filesystem::exists(ready()); poll(nullptr, 0, 2))
            ASSERT_FALSE(deadline.over());
    }
    void TearDown() override
    {
        if (_pid > 0) {
            ::kill(_pid, SIGTERM);
            waitForProgram(_pid);
        }
    }

    std::string file() const { return _folder.path() + "/netbit.properties"; }
    std::string data() const { return _folder.path() + "/data"; }
    std::string ready() const { return _folder.path() + "/ready"; }
    Finished netbit(std::vector<std::string> words) const
    {
        words.insert(words.begin(), netbitPath());
        words.insert(words.end(), {"--data", data()});
        return runProgram(words);
    }
    Finished config(std::vector<std::string> words) const
    {
        words.insert(words.begin(), "config");
        words.insert(words.end(), {"--config", file()});
        return netbit(words);
    }

    TemporaryFolder _folder;
    pid_t _pid = 0;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_F(Configured, TheEnvironmentIsALayer)
{
    const auto port = integerAt(parseJson(readFile(ready())), "/ports/http");
    EXPECT_NE(port, 8080) << "NETBIT_HTTP__PORT=0 took a free one";
    EXPECT_EQ(HttpClient(static_cast<std::uint16_t>(port)).get("/healthz").status, 200);
}

TEST_F(Configured, GetSetAndDiffFromTheFileToTheServer)
{
    const auto before = config({"get", "log.level"});
    EXPECT_EQ(before.exitCode, 0) << before.err;
    EXPECT_EQ(before.out, "log.level = info\n  the default; a change needs a reload\n");
    EXPECT_TRUE(has(config({"diff"}).out, "The server that runs has the same in force.")) << config({"diff"}).out << config({"diff"}).err;

    const auto written = config({"set", "log.level", "warn"});
    EXPECT_EQ(written.exitCode, 0) << written.err;
    EXPECT_TRUE(has(written.out, ":5: log.level = warn\n`netbit reload` applies it.")) << written.out;
    EXPECT_EQ(readFile(file()), "# Mine, and it stays.\ntcp.port = 0\nudp.port = 0\n#log.level = info\nlog.level = warn\n");
    EXPECT_TRUE(has(config({"get", "log.level"}).out, "by " + file() + ":5, over the default info; a change needs a reload"));
    const auto differs = config({"diff"}).out;
    EXPECT_TRUE(has(differs, "In force otherwise:\nlog.level = info\n  warn after a reload\n")) << differs;
    EXPECT_EQ(netbit({"reload"}).exitCode, 0);
    EXPECT_TRUE(has(config({"diff"}).out, "The server that runs has the same in force."));

    EXPECT_TRUE(has(config({"set", "threads.workers", "2"}).out, "It applies from the next start on."));
    EXPECT_TRUE(has(config({"set", "plugin.tcp.isolate", "process"}).out, "It applies from the next start on."));
    EXPECT_TRUE(has(config({"set", "tcp.max_depth", "16"}).out, "`netbit reload` applies it."));
    EXPECT_EQ(netbit({"reload"}).exitCode, 0);
    const auto waiting = config({"diff"}).out;
    EXPECT_TRUE(has(waiting, "threads.workers = 4\n  2 after a restart\n")) << waiting;
    EXPECT_TRUE(has(waiting, "plugin.tcp.isolate = (not set)\n  process after a restart\n")) << waiting;
    EXPECT_FALSE(has(waiting, "after a reload")) << waiting;
}

TEST_F(Configured, TheDifferenceShowsNoSecret)
{
    std::ofstream(file(), std::ios::app) << "mail.password = hush hush\nmail.user = somebody\ntrace.token = also hush\n";
    const auto differs = config({"diff"}).out;
    EXPECT_TRUE(has(differs, "mail.user")) << differs;
    EXPECT_TRUE(has(differs, "mail.password")) << differs;
    EXPECT_TRUE(has(differs, "trace.token")) << differs;
    EXPECT_FALSE(has(differs, "hush")) << differs;
}

TEST_F(Configured, WhatIsWrongIsRefusedAndTheFileStays)
{
    const auto before = readFile(file());
    const std::pair<std::vector<std::string>, const char*> cases[] = {
        {{"set", "http.port", "70000"}, "out of range (0 to 65535)"},
        {{"set", "http.prot", "1"}, "There is no such setting"},
        {{"set", "tcp.max_depth", "3"}, "tcp.max_depth"},
        {{"set", "tcp.none", "1"}, "has no such setting"},
        {{"set", "http.tls", "true"}, "tls.certificate: This is needed"},
        {{"set", "tcp.password", "hush"}, "Everybody on this machine can read a command line"},
        {{"get", "tcp.none"}, "There is no such setting"},
    };
    for (const auto& [words, part] : cases) {
        const auto ran = config(words);
        EXPECT_EQ(ran.exitCode, exitConfig) << words[1] << ran.out;
        EXPECT_TRUE(has(ran.err, part)) << ran.err;
        EXPECT_FALSE(has(ran.err, "hush")) << ran.err;
    }
    EXPECT_EQ(readFile(file()), before);
    const auto gone = runProgram({netbitPath(), "config", "diff", "--config", file(), "--data", _folder.path()});
    EXPECT_EQ(gone.exitCode, 0) << gone.err;
    EXPECT_TRUE(has(gone.out, "No server runs on")) << gone.out;
}

} // namespace netbit::test
