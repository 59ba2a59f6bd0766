#include "support/Daemon.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <iostream>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace netbit::test {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t shownLogBytes = 6'000;

std::string logEnd(const Daemon& daemon)
{
    const auto text = daemon.log();
    return text.size() <= shownLogBytes ? text : "…" + text.substr(text.size() - shownLogBytes);
}

} // namespace

TemporaryFolder::TemporaryFolder() : _path((fs::temp_directory_path() / "netbit-test-XXXXXX").string())
{
    if (!mkdtemp(_path.data()))
        throw std::runtime_error("no temporary folder at " + _path);
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code error;
    fs::remove_all(_path, error);
}

Daemon::Daemon(std::vector<std::string> settings) : _settings(std::move(settings)) { start(); }

Daemon::~Daemon()
{
    if (sanitized)
        expectNoComplaint();
    showLogOnFailure(*this);
    if (_pid > 0) {
        ::kill(_pid, SIGKILL);
        waitpid(_pid, nullptr, 0);
    }
}

std::vector<std::string> Daemon::command() const
{
    std::vector<std::string> words{netbitdPath(), "--data", data(), "--set", "http.port=0", "--set", "tcp.port=0", "--set",
                                   "udp.port=0"};
    const auto set = [&words](const std::string& setting) {
        words.emplace_back("--set");
        words.push_back(setting);
    };
    if (const char* const isolated = std::getenv("NETBIT_TEST_ISOLATE")) {
        std::istringstream ids(isolated);
        for (std::string id; ids >> id;)
            set("plugin." + id + ".isolate=process");
    }
    set("limits.user_writes_per_minute=0"); // tests write as fast as they can
    for (const auto& setting : _settings)
        set(setting);
    return words;
}

void Daemon::start()
{
    const auto readyPath = folder() + "/ready.json";
    fs::remove(readyPath); // one that was killed leaves it
    auto words = command();
    words.emplace_back("--ready-file");
    words.push_back(readyPath);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int log = open((folder() + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const auto begun = std::chrono::steady_clock::now();
    _pid = startProgram(words, nothing, log, log);
    ::close(nothing);
    ::close(log);
    for (const Deadline deadline; !fs::exists(readyPath); poll(nullptr, 0, 1)) {
        int status = 0;
        if (waitpid(_pid, &status, WNOHANG) == _pid) {
            _pid = -1;
            fail("netbitd ended instead of becoming ready, with status " +
                 std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status)));
        }
        if (deadline.over())
            fail("netbitd did not become ready");
    }
    _timeToReady = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    _ready = parseJson(readFile(readyPath));
    const auto port = [&](const char* name) { return static_cast<std::uint16_t>(integerAt(_ready, std::string("/ports/") + name)); };
    _http = port("http");
    _tcp = port("tcp");
    _udp = port("udp");
    ++_generation;
}

int Daemon::stop()
{
    ::kill(_pid, SIGTERM);
    try {
        const int code = waitForProgram(_pid);
        _pid = -1;
        return code;
    } catch (const TimedOut&) {
        fail("netbitd did not end after SIGTERM");
    }
}

void Daemon::kill()
{
    ::kill(_pid, SIGKILL);
    waitForProgram(_pid);
    _pid = -1;
}

void Daemon::signal(int number) const { ::kill(_pid, number); }

int Daemon::waitForEnd()
{
    const int code = waitForProgram(_pid);
    _pid = -1;
    return code;
}

std::string Daemon::log() const
{
    const auto path = folder() + "/log";
    return fs::exists(path) ? readFile(path) : std::string();
}

/// Leaks are told only at an end in order; and of a plugin's process, which is replaced, nobody else asks how it ended.
void Daemon::expectNoComplaint()
{
    if (_pid > 0) {
        ::kill(_pid, SIGTERM);
        try {
            waitForProgram(_pid);
            _pid = -1;
        } catch (const TimedOut&) {
            ADD_FAILURE() << "netbitd did not end after SIGTERM";
        }
    }
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);) {
        const bool complaint = line.find("Sanitizer: ") != line.npos || line.find(": runtime error: ") != line.npos;
        if (complaint && line.find("Sanitizer: SEGV") == line.npos) { // that is a crash that the test has made
            std::string rest{std::istreambuf_iterator<char>(lines), {}};
            ADD_FAILURE() << line << '\n' << rest.substr(0, shownLogBytes);
            return;
        }
    }
}

void Daemon::fail(const std::string& what) { throw std::runtime_error(what + "; its log:\n" + logEnd(*this)); }

void showLogOnFailure(const Daemon& daemon)
{
    const auto* unit = testing::UnitTest::GetInstance();
    const bool suiteFailed = unit->current_test_suite() && unit->current_test_suite()->Failed();
    if (suiteFailed || testing::Test::HasFailure())
        std::cerr << "--- the daemon's log:\n" << logEnd(daemon) << "--- end of the log\n";
}

} // namespace netbit::test
