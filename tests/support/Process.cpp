#include "support/Process.h"

#include "support/Socket.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netbit::test {

namespace {

/// A file in memory: unlike a pipe it never fills up.
class MemoryFile {
public:
    explicit MemoryFile(std::string_view content = {}) : _fd(memfd_create("netbit-test", MFD_CLOEXEC))
    {
        if (_fd < 0 || write(_fd, content.data(), content.size()) != static_cast<ssize_t>(content.size()))
            throw std::runtime_error("no file in memory");
        lseek(_fd, 0, SEEK_SET);
    }
    ~MemoryFile() { close(_fd); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    int fd() const { return _fd; }
    std::string content() const
    {
        std::string all;
        std::array<char, 65'536> buffer{};
        lseek(_fd, 0, SEEK_SET);
        for (ssize_t got = 0; (got = read(_fd, buffer.data(), buffer.size())) > 0;)
            all.append(buffer.data(), static_cast<std::size_t>(got));
        return all;
    }

private:
    int _fd;
};

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    for (auto& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::string program(const char* built, const char* name)
{
    if (const char* folder = std::getenv("NETBIT_BIN"); folder && *folder)
        return std::string(folder) + "/" + name;
    return built;
}

} // namespace

pid_t startProgram(const std::vector<std::string>& words, int in, int out, int err, const std::vector<std::string>& environment)
{
    auto arguments = words;
    std::vector<std::string> variables = environment;
    for (char** each = environ; *each; ++each)
        variables.emplace_back(*each);
    const auto argv = pointers(arguments);
    const auto envp = pointers(variables);
    const auto parent = getpid();
    const auto child = fork();
    if (child < 0)
        throw std::runtime_error("no new process");
    if (child == 0) { // only calls that are safe between fork and exec
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(127);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        dup2(in, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        execve(argv[0], argv.data(), envp.data());
        _exit(127);
    }
    return child;
}

int waitForProgram(pid_t process, Deadline deadline)
{
    for (;;) {
        int status = 0;
        const auto ended = waitpid(process, &status, WNOHANG);
        if (ended == process)
            return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        if (ended < 0 && errno != EINTR)
            throw std::runtime_error("no such child");
        if (deadline.over())
            throw TimedOut("the process did not end");
        poll(nullptr, 0, 2);
    }
}

Finished runProgram(const std::vector<std::string>& words, std::string_view input, const std::vector<std::string>& environment,
                    Deadline deadline)
{
    const MemoryFile in(input);
    const MemoryFile out;
    const MemoryFile err;
    const auto child = startProgram(words, in.fd(), out.fd(), err.fd(), environment);
    Finished finished;
    try {
        finished.exitCode = waitForProgram(child, deadline);
    } catch (const TimedOut&) {
        kill(child, SIGKILL);
        waitForProgram(child);
        throw TimedOut(words[0] + " did not end; it said: " + out.content() + err.content());
    }
    finished.out = out.content();
    finished.err = err.content();
    return finished;
}

std::string netbitdPath() { return program(NETBITD_PATH, "netbitd"); }

std::string netbitPath() { return program(NETBIT_PATH, "netbit"); }

std::string readFile(const std::string& path)
{
    std::ifstream input(path, std::ios::binary);
    if (!input)
        throw std::runtime_error(path + " cannot be read");
    return {std::istreambuf_iterator<char>(input), {}};
}

void writeFile(const std::string& path, std::string_view content)
{
    std::ofstream output(path, std::ios::binary | std::ios::trunc);
    output.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!output.flush())
        throw std::runtime_error(path + " cannot be written");
}

} // namespace netbit::test
