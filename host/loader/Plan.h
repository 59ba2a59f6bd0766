#pragma once
// What would happen if a plugin were installed, as far as that can be known without running any of its code.

#include "loader/Manifest.h"

#include <string>
#include <string_view>
#include <vector>

namespace netbit::loader {

/// A plugin on its way into the host.
struct Package {
    std::string name;     ///< of its files, without ".so" and ".json"
    std::string manifest; ///< text
    std::string library;  ///< bytes
};

struct Finding {
    bool fatal = false; ///< it would fail, or break another
    std::string code;   ///< "route", "sha256", …
    std::string text;   ///< one sentence
};

struct PlanOf {
    std::string id;
    std::string version;
    std::string from;   ///< version of the one that is there; empty: none
    std::string action; ///< install, upgrade, downgrade, reinstall (same version, another library), nothing (the same)
    std::vector<Finding> findings;
};

struct Plan {
    std::vector<PlanOf> plugins;
    bool good() const noexcept;
    std::string why() const; ///< the fatal ones, each with its plugin; empty: good
};

/// Whether the bytes look like a shared library for this machine that exports a plugin's entry; empty: yes, else what not.
/// Reads the header and names only.
std::string libraryFault(std::string_view bytes);

} // namespace netbit::loader
