#pragma once
// One netbitd with a data directory of its own.

#include "support/Http.h"
#include "support/Process.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace netbit::test {

/// A folder that goes away with its owner.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const noexcept { return _path; }

private:
    std::string _path;
};

/// Starts, stops and kills are for the thread that made it; the rest may be asked by any.
class Daemon {
public:
    /// Starts, on free ports, with `key=value` settings; the plugins that NETBIT_TEST_ISOLATE names (ids with spaces) in
    /// processes of their own. Throws with the log when it is not ready in time.
    explicit Daemon(std::vector<std::string> settings = {});
    /// Kills it. In a build with sanitizers it ends in order instead, and what they have said is a failure.
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    std::uint16_t http() const noexcept { return _http.load(); }
    std::uint16_t tcp() const noexcept { return _tcp.load(); }
    std::uint16_t udp() const noexcept { return _udp.load(); }
    pid_t pid() const noexcept { return _pid; }
    std::string folder() const { return _folder.path(); }
    std::string data() const { return _folder.path() + "/data"; }
    std::string log() const;
    /// How many times it was started.
    unsigned generation() const noexcept { return _generation.load(); }
    std::chrono::milliseconds timeToReady() const noexcept { return _timeToReady; }
    /// The ready file's object.
    const json::value& ready() const noexcept { return _ready; }
    /// The words of the command line, for a second one on the same data.
    std::vector<std::string> command() const;

    /// One setting more, from the next start on.
    void set(std::string setting) { _settings.push_back(std::move(setting)); }
    void start();
    int stop();  ///< SIGTERM; the exit code
    void kill(); ///< SIGKILL
    void signal(int number) const;
    int waitForEnd(); ///< that comes by itself: the exit code, or -N for a signal
    void restart()
    {
        stop();
        start();
    }

    HttpClient client(const std::string& token = {}, const std::string& source = {}) const
    {
        return HttpClient(http(), token, source);
    }
    HttpClient admin() const { return HttpClient(data() + "/netbitd.sock"); }

private:
    [[noreturn]] void fail(const std::string& what);
    void expectNoComplaint();

    TemporaryFolder _folder;
    std::vector<std::string> _settings;
    std::atomic<std::uint16_t> _http{0};
    std::atomic<std::uint16_t> _tcp{0};
    std::atomic<std::uint16_t> _udp{0};
    std::atomic<unsigned> _generation{0};
    std::chrono::milliseconds _timeToReady{};
    json::value _ready;
    pid_t _pid = -1;
};

/// Shows the end of a daemon's log when the current test has failed.
void showLogOnFailure(const Daemon& daemon);

} // namespace netbit::test
