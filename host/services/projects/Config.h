#pragma once
// The settings of a project: read strictly, kept whole, shown whole.

#include "base/Result.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::projects {

struct ProtectedBranch {
    std::string pattern{}; ///< a branch, or with * for any characters but /
    std::vector<std::string> push{"developer", "admin", "owner"}; ///< roles
    bool allowForce = false;
    bool allowDelete = false;
    std::int64_t requiredApprovals = 0;
    std::vector<std::string> requiredStatuses{};
};

struct IssueTemplate {
    std::string name{};
    std::string title{};
    std::string body{};
    std::vector<std::string> labels{};
};

/// A default-constructed one is what a project has whose settings were never written.
struct Config {
    bool allowForks = true;
    bool issues = true;
    bool pullRequests = true;
    std::int64_t requiredApprovals = 0; ///< of a pull request, whatever its branch
    bool dismissStaleReviews = true;
    std::vector<std::string> mergeMethods{"merge", "squash", "rebase"};
    std::vector<ProtectedBranch> branches{};
    std::int64_t maxPushBytes = 0; ///< 0: the server's own bound
    std::int64_t quotaBytes = 0;   ///< of each repository; likewise
    std::string defaultRole = "viewer"; ///< of who is added without one
    bool tellPushes = true;        ///< in the linked chat
    bool tellIssues = true;
    bool tellPullRequests = true;
    std::vector<IssueTemplate> templates{};
    std::vector<std::string> tags{};
    std::string language{};
    std::string licence{};
    std::string homepage{};
};

struct ConfigChange {
    Config config;
    bool isPublic = false;
};

/// What a client writes: members that are left out have their defaults, those unknown are refused; `visibility` that is left
/// out is as it was. Errors: invalid with the pointer of the member.
base::Result<ConfigChange> readConfig(const boost::json::object& written, bool isPublic);

/// As it is kept, and as clients see it: with `visibility`.
std::string configJson(const Config& config, bool isPublic);
/// What is kept. What does not read (a hand has been at it) is as if it had never been written.
Config storedConfig(std::string_view json);

/// The settings of another system, as far as they have a meaning here; the names of the members without one go to `leftOut`.
Config foreignConfig(const boost::json::object& written, std::vector<std::string>& leftOut);

} // namespace netbit::services::projects
