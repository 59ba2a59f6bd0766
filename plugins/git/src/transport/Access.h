#pragma once
// What the host says of a repository and of the caller (the operation repositories.access), as values.

#include <netbit/draft/operations.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::git {

/// One rule for the branches whose names fit its pattern.
struct ProtectedBranch {
    std::string pattern;
    std::vector<std::string> push; ///< roles that may
    bool allowForce = false;
    bool allowDelete = false;
};

struct Access {
    std::int64_t id = 0;
    std::string owner;
    std::string project; ///< empty: a personal repository
    std::string name;
    std::string defaultBranch;
    std::string state; ///< "active", "archived"
    std::string role;
    bool moved = false; ///< it was asked for by a name that it had before
    bool mayRead = false;
    bool mayWrite = false;
    bool mayManage = false;
    std::vector<ProtectedBranch> branches;
    std::uint64_t maxPushBytes = 0;
    std::uint64_t quotaBytes = 0;   ///< 0: none
    std::uint64_t sizeBytes = 0;
    std::int64_t forkedFrom = 0;
    std::string mirrorUrl;

    std::string path() const; ///< "ada/tools" or "ada/team/tools", for people
};

/// The question. `project`: empty for a personal repository. The call borrows all three.
OperationCall accessCall(std::string_view owner, std::string_view project, std::string_view name);
/// Of the operation's JSON.
Result<Access> readAccess(std::string_view json);

} // namespace netbit::git
