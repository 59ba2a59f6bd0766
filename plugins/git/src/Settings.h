#pragma once
// What git.properties says, as values.

#include <netbit/config.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace netbit::git {

struct Settings {
    std::string program;                    ///< git
    std::chrono::seconds transferTime{0};   ///< of one clone, fetch or push
    std::chrono::seconds jobTime{0};        ///< of one import, mirror, gc or fsck
    std::chrono::seconds cpuTime{0};        ///< of each process
    std::uint64_t memoryBytes = 0;          ///< of each process
    std::uint64_t maxRequestBytes = 0;      ///< of a fetch, unpacked
    std::uint64_t maxImportBytes = 0;
    bool importPlain = false;  ///< also by http
    bool importInside = false; ///< also from addresses that are not public
    std::chrono::hours upkeep{0}; ///< between two gc and fsck of a repository that has changed; 0: never
    std::chrono::hours prune{0}; ///< whole days that objects stay which nothing leads to
    std::chrono::minutes mirror{0}; ///< between two fetches of a mirror; 0: never

    std::chrono::milliseconds browseTime{0}; ///< of one request that reads a repository
    std::uint64_t rawBytes = 0;              ///< of a file that is given as it is, also in an archive
    unsigned browseAtOnce = 0;               ///< requests that read repositories at the same time

    static Settings read(const Config& config);
};

} // namespace netbit::git
