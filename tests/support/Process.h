#pragma once
// Running a program to its end.

#include "support/Deadline.h"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace netbit::test {

struct Finished {
    int exitCode = -1; ///< -N: ended by signal N
    std::string out;
    std::string err;
};

/// Starts a program whose standard streams are the descriptors given. It is killed when the calling thread ends.
pid_t startProgram(const std::vector<std::string>& words, int in, int out, int err,
                   const std::vector<std::string>& environment = {});
/// Exit code, or -N for a signal. Throws TimedOut; the process then goes on.
int waitForProgram(pid_t process, Deadline deadline = Deadline());
/// Runs to the end, in an environment with `NAME=value` added. Kills it and throws TimedOut after the deadline.
Finished runProgram(const std::vector<std::string>& words, std::string_view input = {},
                    const std::vector<std::string>& environment = {}, Deadline deadline = Deadline());

/// Where the programs under test are; NETBIT_BIN (a folder) overrides the build's own.
std::string netbitdPath();
std::string netbitPath();

std::string readFile(const std::string& path);
void writeFile(const std::string& path, std::string_view content);

} // namespace netbit::test
