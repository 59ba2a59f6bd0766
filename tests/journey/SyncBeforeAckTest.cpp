// What strace sees: a sync of the disk ends before the first byte of the answer is written.

#include "journey/Stage.h"
#include "support/TcpClient.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sstream>
#include <unistd.h>

namespace netbit::test {

namespace {

/// strace on all threads of a process.
class Trace {
public:
    explicit Trace(const Daemon& daemon) : _folder(daemon.folder())
    {
        for (const auto* place : {"/usr/bin/strace", "/usr/local/bin/strace"})
            if (access(place, X_OK) == 0)
                _program = place;
        if (_program.empty())
            return;
        const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        const int said = open((_folder + "/strace.err").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        _process = startProgram({_program, "-f", "-s", "300", "-o", _folder + "/trace", "-e",
                                 "trace=fdatasync,fsync,write,sendto,sendmsg,writev,read,readv,recvfrom,recvmsg", "-p",
                                 std::to_string(daemon.pid())},
                                nothing, nothing, said);
        close(nothing);
        close(said);
        for (const Deadline deadline; !deadline.over(); poll(nullptr, 0, 5)) {
            const auto text = readFile(_folder + "/strace.err");
            if (text.find("attached") != std::string::npos) {
                _attached = true;
                return;
            }
            if (text.find("ermitted") != std::string::npos || text.find("attach:") != std::string::npos)
                break;
        }
    }
    ~Trace() { stop(); }
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;

    bool attached() const noexcept { return _attached; }
    std::vector<std::string> stop()
    {
        std::vector<std::string> lines;
        if (_process < 0)
            return lines;
        kill(_process, SIGINT); // it detaches
        try {
            waitForProgram(_process, Deadline(std::chrono::seconds(10)));
        } catch (const TimedOut&) {
            kill(_process, SIGKILL);
            waitForProgram(_process);
        }
        _process = -1;
        std::istringstream text(readFile(_folder + "/trace"));
        for (std::string line; std::getline(text, line);)
            lines.push_back(line);
        return lines;
    }

private:
    std::string _folder;
    std::string _program;
    pid_t _process = -1;
    bool _attached = false;
};

std::optional<std::size_t> findLine(const std::vector<std::string>& lines, std::size_t from, const std::vector<std::string>& parts)
{
    for (auto i = from; i < lines.size(); ++i)
        if (std::all_of(parts.begin(), parts.end(), [&](const auto& part) { return lines[i].find(part) != std::string::npos; }))
            return i;
    return std::nullopt;
}

/// The first sync that had ended, behind `from`.
std::optional<std::size_t> findSync(const std::vector<std::string>& lines, std::size_t from)
{
    for (auto i = from; i < lines.size(); ++i)
        if (lines[i].find("sync") != std::string::npos && lines[i].find("= 0") != std::string::npos)
            return i;
    return std::nullopt;
}

void expectSyncBetween(const std::vector<std::string>& lines, const std::string& request, const std::vector<std::string>& answer)
{
    const auto asked = findLine(lines, 0, {request});
    ASSERT_TRUE(asked) << "strace did not see the request \"" << request << "\" in " << lines.size() << " lines.";
    const auto answered = findLine(lines, *asked + 1, answer);
    ASSERT_TRUE(answered) << "strace did not see the answer.";
    const auto synced = findSync(lines, *asked);
    ASSERT_TRUE(synced) << "Nothing was synced at all.";
    EXPECT_LT(*synced, *answered) << "The answer went out before the sync:\n" << lines[*answered] << '\n' << lines[*synced];
}

} // namespace

TEST(SyncBeforeAck, TheDiskIsSyncedBeforeTheAnswerOverHttpAndOverTcp)
{
    Stage stage;
    const auto chat = makeChat(stage.daemon, stage.ada, "group", {});
    auto http = stage.daemon.client(stage.ada.token);
    http.expect(200, "GET", "/api/user/profile");
    TcpClient tcp(stage.daemon.tcp(), stage.ada.token);
    Trace trace(stage.daemon);
    if (!trace.attached())
        GTEST_SKIP() << "strace is missing or may not trace.";

    say(http, chat, "marker-over-http");
    ASSERT_TRUE(truthAt(tcp.ask(sendPacket(chat, "marker-over-tcp")), "/success"));

    const auto lines = trace.stop();
    expectSyncBetween(lines, "marker-over-http", {"HTTP/1.1 201"});
    expectSyncBetween(lines, "marker-over-tcp", {"success\\\":true"});
}

} // namespace netbit::test
