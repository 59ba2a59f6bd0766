#pragma once
// Starts and stops the plugin again and again in the kit's host, under watch. Runs in a process of its own.

#include "Findings.h"
#include "loader/Manifest.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::check {

struct RoundOptions {
    std::filesystem::path library;
    std::filesystem::path manifestFile;
    std::size_t rounds = 100;
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<std::string> users; ///< who is there before the plugin starts; ids from 1
};

/// What the parent process hears.
class Outside {
public:
    virtual ~Outside() = default;
    virtual void doing(std::size_t round, std::string_view what) = 0; ///< must not allocate: it is seen after a crash
    virtual void tell(const Finding& finding) = 0;
    [[noreturn]] virtual void leave() = 0; ///< everything is told, and nothing more can be looked at
};

void runRounds(const RoundOptions& options, const loader::Manifest& manifest, Outside& outside);

} // namespace netbit::check
