#pragma once
// Refs and commits as a push tells of them, and what a project's settings say against one.

#include "services/projects/Config.h"
#include "services/projects/Permissions.h"

namespace netbit::services::projects {

struct Ref {
    std::string name{}; ///< "refs/heads/main"
    std::string from{}; ///< object ids; all zeros: it was not there
    std::string to{};
    bool deletes = false;
};

/// Of an object that checkCommand() or checkUpdated() has passed.
Ref refOf(const boost::json::object& command);

/// {"ref","old","new"}: a ref below refs/, two object ids of 40 or 64 hexadecimal digits, not both zero.
base::Result<void> checkCommand(const boost::json::object& command, const std::string& pointer);
/// And "kind", "commit_count", and at most 100 "commits" of {"id","author","subject","message","created_at"}.
base::Result<void> checkUpdated(const boost::json::object& updated, const std::string& pointer);

/// A branch's name against a pattern, in which * stands for any characters but /.
bool matchesPattern(std::string_view pattern, std::string_view branch) noexcept;

/// As far as it can be known before the bytes are there. Error: forbidden / protected_branch.
base::Result<void> checkProtected(const Config& config, Role role, const Ref& ref, const std::string& pointer);

std::string cutText(std::string_view text, std::size_t most); ///< at a character's boundary

} // namespace netbit::services::projects
