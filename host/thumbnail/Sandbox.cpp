#include "thumbnail/Sandbox.h"

#include <csignal>
#include <initializer_list>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace netbit::thumbnail {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true; // they reserve terabytes and read /proc
#else
constexpr bool sanitized = false;
#endif

bool limit(__rlimit_resource which, rlim_t most) noexcept
{
    const rlimit both{most, most};
    return ::setrlimit(which, &both) == 0;
}

} // namespace

bool limitResources() noexcept
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_DUMPABLE, 0);
    constexpr rlim_t MiB = 1024 * 1024;
    return limit(RLIMIT_CPU, 10) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 8 * MiB) && limit(RLIMIT_NOFILE, 4) &&
           (sanitized || limit(RLIMIT_AS, 1024 * MiB));
}

bool lockDown() noexcept
{
    if (sanitized)
        return true;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS); // sets no_new_privs as well
    if (!filter)
        return false;
    bool good = true;
    const auto allow = [&](int call) { good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0; };
    for (const int call :
         {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
          SCMP_SYS(futex), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(rt_sigprocmask),
          SCMP_SYS(rt_sigreturn), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(exit), SCMP_SYS(exit_group)})
        allow(call);
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) // no page that could be run
        good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
    good = good && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return good;
}

} // namespace netbit::thumbnail
