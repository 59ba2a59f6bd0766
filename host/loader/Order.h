#pragma once
// Which plugin before which, and which not at all.

#include "loader/Manifest.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace netbit::loader {

struct Order {
    std::vector<std::string> ids;               ///< each behind all that it requires
    std::map<std::string, std::string> blocked; ///< by id: the chain, and what is wrong at its end
};

/// `refused`: ids that were found and may not run (refused, disabled); whoever requires one is blocked.
/// An optional plugin that is there and fits comes first too, unless that would make a circle.
Order orderOf(const std::map<std::string, Manifest>& manifests, const std::set<std::string>& refused);

} // namespace netbit::loader
