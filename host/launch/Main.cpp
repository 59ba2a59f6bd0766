// netbit-launch PARENT CPU_S MEMORY_BYTES DIRECTORY PROGRAM ARGUMENTS…: becomes the program, with limits.
// posix_spawn can set none of these, and between its return and a prlimit() the program would already run.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int couldNot = 126; // as a shell says it

int refuse(const char* what)
{
    std::fprintf(stderr, "netbit-launch: %s: %s\n", what, std::strerror(errno));
    return couldNot;
}

bool limit(__rlimit_resource which, rlim_t most)
{
    rlimit now{};
    if (::getrlimit(which, &now) != 0)
        return false;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most)
        most = now.rlim_max;
    const rlimit wanted{most, most};
    return ::setrlimit(which, &wanted) == 0;
}

} // namespace

int main(int count, char** words)
{
    if (count < 6)
        return couldNot;
    // The host is killed: so is this one, by a signal at which git takes its lock files along.
    if (::prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
        return refuse("PR_SET_PDEATHSIG");
    if (::getppid() != std::atoi(words[1])) // it was, before
        return couldNot;
    const auto seconds = std::strtoull(words[2], nullptr, 10);
    const auto bytes = std::strtoull(words[3], nullptr, 10);
    // Private memory, so that large files may be mapped.
    if (!limit(RLIMIT_CPU, seconds) || !limit(RLIMIT_DATA, bytes) || !limit(RLIMIT_CORE, 0))
        return refuse("limits");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return refuse("PR_SET_NO_NEW_PRIVS");
    if (::chdir(words[4]) != 0)
        return refuse("the directory");
    ::umask(077);
    ::execv(words[5], words + 5);
    return refuse("the program");
}
