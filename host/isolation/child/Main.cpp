// netbit-plugin-process: one plugin, in a process of its own. Started by netbitd alone, with a socket and a memory.

#include "isolation/child/Host.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int socketDescriptor = 3; // as parent/Process.cpp gives them
constexpr int memoryDescriptor = 4;
constexpr int usage = 64;

bool isSocket(int descriptor)
{
    struct stat facts {};
    return fstat(descriptor, &facts) == 0 && S_ISSOCK(facts.st_mode);
}

} // namespace

int main(int count, char** words)
{
    using namespace netbit::isolation;
    auto memory = count == 3 && isSocket(socketDescriptor) ? wire::SharedMemory::map(memoryDescriptor) : std::nullopt;
    if (!memory) {
        std::cerr << "netbit-plugin-process is started by netbitd, for plugins with plugin.<id>.isolate = process.\n";
        return usage;
    }
    // Dies with its parent, and never becomes more than that is.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (getppid() != std::atoi(words[2]))
        return usage; // the parent was gone before it could be said
    // When it ends is the parent's to say: a service manager tells every process of the service to stop.
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE})
        std::signal(signal, SIG_IGN);
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ); // a pipe: what is printed shall be in the log before a crash
    close(memoryDescriptor);
    fcntl(socketDescriptor, F_SETFD, FD_CLOEXEC); // what the plugin starts has no part in it

    // Never destroyed: its threads run until the process ends, and the parent says when.
    auto& host = *std::make_unique<child::Host>(socketDescriptor, std::move(*memory)).release();
    host.run();
    host.channel().flush();
    _exit(0);
}
