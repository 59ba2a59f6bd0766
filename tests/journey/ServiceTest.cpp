// netbitd under a service manager: what it says to it, and the sockets that it has from it.

#include "support/Daemon.h"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace netbit::test {
namespace {

/// A socket bound to a free port of 127.0.0.1, as systemd holds it.
class Held {
public:
    explicit Held(int type) : _fd(::socket(AF_INET, type, 0)) // not CLOEXEC: children have it
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(_fd, plain, length), 0);
        if (type == SOCK_STREAM) {
            EXPECT_EQ(::listen(_fd, 1024), 0);
        }
        EXPECT_EQ(::getsockname(_fd, plain, &length), 0);
        _port = ntohs(address.sin_port);
    }
    ~Held() { ::close(_fd); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    std::string fd() const { return std::to_string(_fd); }
    std::string portText() const { return std::to_string(_port); }
    std::uint16_t port() const { return _port; }

private:
    int _fd;
    std::uint16_t _port = 0;
};

/// Where a service says how it is (sd_notify).
class Notices {
public:
    explicit Notices(const std::string& path) : _path(path), _fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    ~Notices() { ::close(_fd); }
    Notices(const Notices&) = delete;
    Notices& operator=(const Notices&) = delete;
    const std::string& path() const { return _path; }

    /// Waits for a notice with that line; false when the deadline passes.
    bool come(const std::string& line, Deadline deadline = Deadline())
    {
        std::array<char, 4096> buffer{};
        for (pollfd ready{_fd, POLLIN, 0}; ::poll(&ready, 1, deadline.leftMs()) == 1;) {
            const auto got = ::recv(_fd, buffer.data(), buffer.size(), 0);
            const auto text = "\n" + std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))) + "\n";
            if (text.find("\n" + line + "\n") != std::string::npos)
                return true;
        }
        return false;
    }

private:
    std::string _path;
    int _fd;
};

class Service : public testing::Test {
protected:
    ~Service() override
    {
        if (_pid > 0) {
            ::kill(_pid, SIGKILL);
            waitForProgram(_pid);
        }
    }

    /// Starts it as systemd does: the three sockets are 3, 4 and 5, and LISTEN_PID is its own.
    void start()
    {
        const auto script = "exec 3<&" + _http.fd() + " 4<&" + _tcp.fd() + " 5<&" + _udp.fd() +
            "; export LISTEN_FDS=3 LISTEN_PID=$$; exec \"$@\"";
        std::vector<std::string> words{"/bin/bash", "-c", script, "bash", netbitdPath(), "--data", data()};
        for (const auto& setting : {"http.port=" + _http.portText(), "tcp.port=" + _tcp.portText(), "udp.port=" + _udp.portText()})
            words.insert(words.end(), {"--set", setting});
        const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        const int log = ::open((_folder.path() + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        _pid = startProgram(words, nothing, log, log, {"NOTIFY_SOCKET=" + _notices.path(), "WATCHDOG_USEC=4000000"});
        ::close(nothing);
        ::close(log);
        ASSERT_TRUE(_notices.come("READY=1")) << log_();
    }
    void stop()
    {
        ::kill(_pid, SIGTERM);
        EXPECT_EQ(waitForProgram(std::exchange(_pid, -1)), 0) << log_();
    }
    std::string data() const { return _folder.path() + "/data"; }
    std::string log_() const { return readFile(_folder.path() + "/log"); }

    TemporaryFolder _folder;
    Held _http{SOCK_STREAM};
    Held _tcp{SOCK_STREAM};
    Held _udp{SOCK_DGRAM};
    Notices _notices{_folder.path() + "/notify"};
    pid_t _pid = -1;
};

TEST_F(Service, SaysThatItServesThatItLivesAndThatItEnds)
{
    start();
    EXPECT_EQ(HttpClient(_http.port()).get("/readyz").status, 200);
    EXPECT_TRUE(_notices.come("WATCHDOG=1")) << "a quarter of WatchdogSec is a second";
    EXPECT_TRUE(_notices.come("WATCHDOG=1"));
    ::kill(_pid, SIGTERM);
    EXPECT_TRUE(_notices.come("STOPPING=1"));
    EXPECT_EQ(waitForProgram(std::exchange(_pid, -1)), 0);
}

TEST_F(Service, AllThreePortsAreTheSocketsItWasGiven)
{
    start();
    auto tcp = Socket::tcp(_tcp.port());
    tcp.send(R"({"packet_type":"Ping"})");
    EXPECT_NE(tcp.receive().find("Pong"), std::string::npos);
    auto udp = Socket::udp(_udp.port());
    udp.send(R"({"packet_type":"Ping"})");
    EXPECT_EQ(udp.receive(), "pong");
    EXPECT_EQ(HttpClient(_http.port()).get("/healthz").status, 200);
    EXPECT_EQ(log_().find("service manager"), std::string::npos) << "none of them is unused: " << log_();
}

TEST_F(Service, ARestartRefusesAndLosesNoConnection)
{
    start();
    std::atomic<bool> over{false};
    std::atomic<int> answered{0};
    std::string failure;
    std::thread load([&] {
        try {
            while (!over) {
                // A connection for each request: one that is kept may be closed by the end of the server, which is no refusal.
                if (HttpClient(_http.port()).get("/healthz", {{"Connection", "close"}}).status == 200)
                    ++answered;
                static_cast<void>(Socket::tcp(_tcp.port()));
            }
        } catch (const std::exception& error) {
            failure = error.what();
        }
    });
    for (int i = 0; i < 3; ++i) {
        const int before = answered;
        for (const Deadline deadline; answered < before + 20 && !deadline.over(); ::poll(nullptr, 0, 1)) { }
        EXPECT_GE(answered, before + 20);
        stop();
        start();
    }
    over = true;
    load.join();
    EXPECT_EQ(failure, "");
}

TEST_F(Service, APluginThatComesBackFindsItsSocketAgain)
{
    start();
    const auto plugin = [&](const std::string& verb) {
        return runProgram({netbitPath(), "plugin", verb, "tcp", "--data", data()}).exitCode;
    };
    EXPECT_EQ(plugin("disable"), 0);
    auto early = Socket::tcp(_tcp.port()); // it waits
    EXPECT_EQ(plugin("enable"), 0);
    early.send(R"({"packet_type":"Ping"})");
    EXPECT_NE(early.receive().find("Pong"), std::string::npos);
}

TEST_F(Service, ReloadAnswersWhenTheSettingsAreInForceOrSaysWhyNot)
{
    start();
    const auto good = runProgram({netbitPath(), "reload", "--data", data()});
    EXPECT_EQ(good.exitCode, 0) << good.err;
    EXPECT_NE(good.out.find("chat"), std::string::npos);
    stop();

    const auto file = _folder.path() + "/netbit.properties";
    writeFile(file, "log.level = info\n");
    Daemon daemon;
    daemon.stop();
    auto words = daemon.command();
    words.insert(words.end(), {"--config", file, "--ready-file", _folder.path() + "/ready"});
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const auto second = startProgram(words, nothing, nothing, nothing);
    ::close(nothing);
    for (const Deadline deadline; !std::filesystem::exists(_folder.path() + "/ready") && !deadline.over(); ::poll(nullptr, 0, 5)) { }
    writeFile(file, "log.level = loud\n");
    const auto bad = runProgram({netbitPath(), "reload", "--data", daemon.data()});
    EXPECT_EQ(bad.exitCode, 1);
    EXPECT_NE(bad.err.find("netbit.properties:1: log.level"), std::string::npos) << bad.err;
    ::kill(second, SIGTERM);
    EXPECT_EQ(waitForProgram(second), 0);
}

} // namespace
} // namespace netbit::test
