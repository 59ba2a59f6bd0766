#include "Figures.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <poll.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NETBIT_SANITIZED 1
extern "C" std::size_t __sanitizer_get_current_allocated_bytes(); // gcc has no header that declares it
#endif

namespace netbit::check {

namespace fs = std::filesystem;

std::int64_t heapBytes()
{
#ifdef NETBIT_SANITIZED
    return static_cast<std::int64_t>(__sanitizer_get_current_allocated_bytes());
#else
    const auto info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
#endif
}

std::int64_t residentBytes()
{
#ifdef NETBIT_SANITIZED
    return 0; // freed memory is kept in quarantine
#else
    std::ifstream in("/proc/self/statm");
    std::int64_t size = 0;
    std::int64_t resident = 0;
    in >> size >> resident;
    return resident * sysconf(_SC_PAGESIZE);
#endif
}

std::size_t threads()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each : fs::directory_iterator("/proc/self/task"))
        ++count;
    return count;
}

std::size_t threadsSettledTo(std::size_t most)
{
    auto now = threads();
    for (int ms = 0; now > most && ms < 2000; ++ms) {
        poll(nullptr, 0, 1);
        now = threads();
    }
    return now;
}

std::map<int, std::string> descriptors()
{
    std::vector<int> numbers;
    for (const auto& each : fs::directory_iterator("/proc/self/fd"))
        numbers.push_back(std::stoi(each.path().filename().string()));
    std::map<int, std::string> out;
    for (const int number : numbers) {
        std::error_code gone; // the one that read the folder
        const auto what = fs::read_symlink("/proc/self/fd/" + std::to_string(number), gone);
        if (!gone)
            out[number] = what.string();
    }
    return out;
}

std::vector<double> Series::quarters() const
{
    const auto warm = _values.size() / 5 + 2;
    if (_values.size() < warm + 9)
        return {};
    const auto measured = _values.size() - 1 - warm;
    std::vector<double> out;
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
        const auto from = warm + measured * quarter / 4;
        const auto to = warm + measured * (quarter + 1) / 4;
        out.push_back(static_cast<double>(_values[to] - _values[from]) / static_cast<double>(to - from));
    }
    return out;
}

std::optional<double> Series::growth() const
{
    const auto each = quarters();
    if (each.empty())
        return std::nullopt;
    return std::max(*std::min_element(each.begin(), each.end()), 0.0);
}

double Series::mostGrowth() const
{
    const auto each = quarters();
    return each.empty() ? 0.0 : std::max(*std::max_element(each.begin(), each.end()), 0.0);
}

} // namespace netbit::check
