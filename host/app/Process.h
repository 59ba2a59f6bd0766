#pragma once
// What this process uses, as the kernel counts it.

#include <cstdint>

namespace netbit::app {

std::int64_t residentBytes();
std::int64_t openDescriptors();
std::int64_t mostDescriptors(); ///< RLIMIT_NOFILE, soft
double cpuSeconds();            ///< user and system

} // namespace netbit::app
