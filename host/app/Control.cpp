#include "app/Control.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace netbit::app {

namespace {

int checked(int descriptor, const char* what)
{
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return descriptor;
}

sigset_t ours()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP})
        sigaddset(&signals, signal);
    return signals;
}

} // namespace

Control::Control()
{
    const auto signals = ours();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    _signals = checked(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
    _wake = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
}

Control::~Control()
{
    ::close(_signals);
    ::close(_wake);
}

bool Control::post(std::function<void()> work)
{
    const std::lock_guard lock(_mutex);
    if (_closed)
        return false;
    _posted.push_back(std::move(work));
    // Under the lock, so that the descriptor is there. A full counter wakes as well.
    const std::uint64_t one = 1;
    static_cast<void>(!::write(_wake, &one, sizeof one));
    return true;
}

int Control::wait(std::chrono::milliseconds atMost)
{
    std::array<pollfd, 2> watched{{{_signals, POLLIN, 0}, {_wake, POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), static_cast<int>(atMost.count()));
    runPosted();
    signalfd_siginfo info{};
    return ::read(_signals, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

void Control::close()
{
    {
        const std::lock_guard lock(_mutex);
        _closed = true;
    }
    runPosted();
}

void Control::runPosted()
{
    std::uint64_t count = 0;
    static_cast<void>(!::read(_wake, &count, sizeof count));
    std::vector<std::function<void()>> work;
    {
        const std::lock_guard lock(_mutex);
        work.swap(_posted);
    }
    for (auto& each : work)
        each();
}

} // namespace netbit::app
