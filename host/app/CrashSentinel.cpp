#include "app/CrashSentinel.h"

#include "border/UnderWay.h"
#include "services/log/Log.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <time.h>
#include <unistd.h>

namespace netbit::app {

namespace {

struct Named {
    int signal;
    const char* name;
};
constexpr std::array<Named, 5> fatal{
    {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"}, {SIGABRT, "SIGABRT"}}};

std::atomic<int> sentinel{-1};
static_assert(std::atomic<int>::is_always_lock_free);

/// A line put together without anything that a signal handler may not call.
class Line {
public:
    void add(const char* text) noexcept
    {
        while (*text && _length < sizeof _text - 1)
            _text[_length++] = *text++;
    }
    void add(long long number) noexcept
    {
        char digits[24];
        std::size_t count = 0;
        do
            digits[count++] = static_cast<char>('0' + number % 10);
        while ((number /= 10) > 0 && count < sizeof digits);
        while (count > 0 && _length < sizeof _text - 1)
            _text[_length++] = digits[--count];
    }
    void writeTo(int file) noexcept
    {
        _text[_length++] = '\n';
        while (::write(file, _text, _length) < 0 && errno == EINTR)
            ;
    }

private:
    char _text[256];
    std::size_t _length = 0;
};

extern "C" void onFatal(int signal, siginfo_t* info, void*)
{
    const int savedErrno = errno;
    // The first of several threads that crash together tells.
    if (const int file = sentinel.exchange(-1); file >= 0) {
        const auto under = border::underWay();
        Line line;
        for (const auto& each : fatal)
            if (each.signal == signal)
                line.add(each.name);
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now); // on the list of async-signal-safe functions
        line.add(" ");
        line.add(static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000);
        line.add(" ");
        line.add(under.plugin ? under.plugin : "-");
        line.add(" ");
        line.add(under.call ? under.call : "-");
        line.writeTo(file);
        ::fsync(file);
    }
    errno = savedErrno;
    // The signal has its default action again (SA_RESETHAND): what faulted is run once more and faults for good, with the core
    // of the true place. What was sent by somebody is sent on.
    if (info->si_code <= 0 && signal != SIGABRT)
        ::raise(signal);
}

} // namespace

std::optional<LastCrash> CrashSentinel::read(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line))
        return std::nullopt;
    LastCrash out;
    std::istringstream words(line);
    words >> out.crash.signal >> out.crash.at >> out.plugin;
    if (!words)
        return std::nullopt;
    std::getline(words >> std::ws, out.crash.call); // "stream ended" has two words
    if (out.plugin == "-")
        out.plugin.clear();
    return out;
}

base::Result<void> CrashSentinel::quarantine(const std::filesystem::path& file, const std::filesystem::path& choices)
{
    const auto last = read(file);
    if (!last)
        return {};
    if (last->plugin.empty()) {
        services::log::error("host", "The run before has crashed, outside of any plugin.", {{"signal", last->crash.signal}});
        return {};
    }
    services::log::error("host", "The run before has crashed inside of a plugin, which is quarantined.",
                         {{"plugin", last->plugin}, {"call", last->crash.call}, {"signal", last->crash.signal}});
    auto kept = base::PluginChoices::read(choices);
    if (!kept)
        return kept.error();
    kept->quarantined[last->plugin] = last->crash;
    return kept->write(choices);
}

base::Result<void> CrashSentinel::arm(const std::filesystem::path& file)
{
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (opened < 0)
        return base::fault(base::Status::unavailable, "crash_file",
                           file.string() + ": cannot be opened (" + std::strerror(errno) + ").");
    if (const int earlier = sentinel.exchange(opened); earlier >= 0) {
        ::close(earlier);
        return {}; // the handlers are there
    }
    struct sigaction action {};
    action.sa_sigaction = &onFatal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (const auto& each : fatal)
        ::sigaction(each.signal, &action, nullptr);
    return {};
}

void CrashSentinel::disarm(const std::filesystem::path& file)
{
    if (const int open = sentinel.exchange(-1); open >= 0)
        ::close(open);
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
}

} // namespace netbit::app
