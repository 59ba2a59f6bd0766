#include "thumbnail/Sandbox.h"

#include <csignal>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netbit::thumbnail {
namespace {

/// How a locked-down process ends that does this: its exit code, or -N for a signal.
int endOf(const std::function<int()>& act)
{
    const pid_t process = ::fork();
    if (process == 0) {
        if (!limitResources() || !lockDown())
            ::_exit(99);
        ::_exit(act());
    }
    int status = 0;
    ::waitpid(process, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

TEST(Sandbox, ReadingAndMemoryAreLeft)
{
    EXPECT_EQ(endOf([] {
                  auto* const bytes = new char[1'000'000];
                  bytes[5] = 1;
                  const int out = bytes[5] == 1 && ::write(2, "", 0) == 0 ? 7 : 8;
                  delete[] bytes;
                  return out;
              }),
              7);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(Sandbox, FilesSocketsProgramsAndCodeEndTheProcess)
{
    EXPECT_EQ(endOf([] { return ::open("/etc/passwd", O_RDONLY); }), -SIGSYS);
    EXPECT_EQ(endOf([] { return ::socket(AF_INET, SOCK_STREAM, 0); }), -SIGSYS);
    EXPECT_EQ(endOf([] { return ::execl("/bin/true", "true", nullptr); }), -SIGSYS);
    EXPECT_EQ(endOf([] { return ::kill(::getppid(), SIGTERM); }), -SIGSYS);
    EXPECT_EQ(endOf([] { return static_cast<int>(::fork()); }), -SIGSYS);
    EXPECT_EQ(endOf([] {
                  return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                                0) == MAP_FAILED
                      ? 1
                      : 0;
              }),
              -SIGSYS);
}

TEST(Sandbox, MemoryHasAnEnd)
{
    EXPECT_EQ(endOf([] {
                  return ::mmap(nullptr, std::size_t{2} << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                          MAP_FAILED
                      ? 5
                      : 6;
              }),
              5);
}
#endif

} // namespace netbit::thumbnail
