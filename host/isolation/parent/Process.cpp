#include "isolation/parent/Process.h"

#include "base/Spawn.h"
#include "isolation/wire/Arena.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netbit::isolation::parent {

namespace {

using base::fault;
using base::Status;

constexpr int childSocket = 3; // as child/Main.cpp knows them
constexpr int childMemory = 4;
constexpr int outOfTheWay = 16; // ours lie above those that the child gets: none is overwritten before it is copied

base::Error noProcess(const std::string& what, int why)
{
    return fault(Status::unavailable, "no_process", what + ": " + std::strerror(why) + '.');
}

Descriptor above(int descriptor) noexcept
{
    const int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, outOfTheWay);
    ::close(descriptor);
    return Descriptor(moved);
}

} // namespace

void Descriptor::reset() noexcept
{
    if (const int gone = release(); gone >= 0)
        ::close(gone);
}

base::Result<Process> Process::start(const std::filesystem::path& program, const std::string& name)
{
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return noProcess("There is no socket for a plugin's process", errno);
    Descriptor ours(pair[0]);
    const auto theirs = above(pair[1]);
    // A burst of requests must fit: what does not waits here, and costs a wake-up more.
    constexpr int room = 1 << 20;
    for (const int end : {ours.get(), theirs.get()})
        static_cast<void>(::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &room, sizeof room));
    const int made = wire::SharedMemory::create();
    if (made < 0)
        return noProcess("There is no shared memory for a plugin's process", errno);
    auto memory = above(made);
    if (::pipe2(pair, O_CLOEXEC) != 0)
        return noProcess("There is no pipe for a plugin's process", errno);
    Descriptor output(pair[0]);
    const auto words = above(pair[1]);
    if (theirs.get() < 0 || memory.get() < 0 || words.get() < 0)
        return noProcess("There are no descriptors for a plugin's process", errno);
    static_cast<void>(::fcntl(output.get(), F_SETFL, O_NONBLOCK));

    base::Spawn spawn;
    spawn.giveNothing(STDIN_FILENO);
    spawn.give(words.get(), STDOUT_FILENO);
    spawn.give(words.get(), STDERR_FILENO);
    spawn.give(theirs.get(), childSocket);
    spawn.give(memory.get(), childMemory);
    spawn.closeFrom(childMemory + 1);
    spawn.ownGroup(); // Ctrl-C at the host's terminal is the host's to answer, and the child's last work with it

    const std::string path = program.string();
    pid_t pid = 0;
    const int failure = spawn.run(path, {path, name, std::to_string(::getpid())}, environ, pid);
    if (failure != 0)
        return noProcess("The program " + path + " cannot be started", failure);
    Process out(pid);
    out.socket = std::move(ours);
    out.memory = std::move(memory);
    out.output = std::move(output);
    return out;
}

Process::~Process()
{
    if (_pid > 0)
        static_cast<void>(reap(std::chrono::milliseconds(0)));
}

void Process::kill() const noexcept
{
    if (_pid > 0)
        ::kill(_pid, SIGKILL);
}

std::string Process::reap(std::chrono::milliseconds patience)
{
    const pid_t pid = std::exchange(_pid, 0);
    if (pid <= 0)
        return "has ended";
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    pollfd ended{handle.get(), POLLIN, 0};
    if (handle.get() < 0 || ::poll(&ended, 1, static_cast<int>(patience.count())) != 1)
        ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status))
        return "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ')';
    return "exited with status " + std::to_string(WEXITSTATUS(status));
}

} // namespace netbit::isolation::parent
