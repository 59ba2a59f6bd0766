#include "disk/Life.h"

#include <netbit/result.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace netbit::git {

namespace {

std::string firstLine(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::string out;
    std::getline(in, out);
    return out;
}

/// Of no other process ever: a number alone comes again, in a container even at each start.
std::string thisProcess()
{
    const auto stat = firstLine("/proc/self/stat");
    std::istringstream behindName(stat.substr(std::min(stat.rfind(')') + 1, stat.size())));
    std::string field;
    for (int i = 3; i <= 22 && behindName >> field; ++i) { // the 22nd is when it was started (proc(5))
    }
    return firstLine("/proc/sys/kernel/random/boot_id") + ' ' + std::to_string(::getpid()) + ' ' + field;
}

} // namespace

bool Life::begin(const std::filesystem::path& folder)
{
    const auto file = folder / ".netbit" / "process";
    const auto now = thisProcess();
    if (firstLine(file) == now)
        return false;
    std::error_code failed;
    std::filesystem::create_directories(file.parent_path(), failed);
    std::ofstream out(file, std::ios::trunc);
    out << now << '\n';
    if (!out.flush())
        throw Failure(Error(Status::unavailable, "folder_unusable", file.string() + " cannot be written."));
    return true;
}

} // namespace netbit::git
