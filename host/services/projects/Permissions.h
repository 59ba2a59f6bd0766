#pragma once
// Who may do what in a project and its repositories: the one table.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace netbit::services::projects {

/// In order: each may what the one before may. Those below guest have no row in project_members.
enum class Role : std::uint8_t {
    nobody,   ///< not signed in, or a guest of the server who is no member
    stranger, ///< signed in, no member
    guest,
    viewer,
    developer,
    admin,
    owner,
};

inline constexpr std::array<std::string_view, 5> memberRoles{"guest", "viewer", "developer", "admin", "owner"};

constexpr std::string_view nameOf(Role role) noexcept
{
    constexpr std::array<std::string_view, 7> names{"nobody", "stranger", "guest", "viewer", "developer", "admin", "owner"};
    return names[static_cast<std::size_t>(role)];
}

/// A member's role; nothing: no such name.
constexpr std::optional<Role> memberRole(std::string_view name) noexcept
{
    for (auto role = Role::guest;; role = static_cast<Role>(static_cast<int>(role) + 1)) {
        if (nameOf(role) == name)
            return role;
        if (role == Role::owner)
            return std::nullopt;
    }
}

enum class Right : std::uint8_t {
    see,              ///< the project, its settings and issues
    seeMembers,
    readCode,         ///< repositories: clone, browse
    openIssue,        ///< issues and comments on them, and to change what one wrote oneself
    planIssues,       ///< state, labels, milestones, assignees and boards of any issue
    openPull,         ///< pull requests and comments on them, and to change what one wrote oneself
    push,             ///< commits, and pull requests: approve, merge
    createRepository,
    configure,        ///< the project's and the repositories' settings, labels and milestones, archive
    manageMembers,    ///< below one's own role; the owner: admins too
    dispose,          ///< delete, restore, transfer
};

struct Line {
    Right right;
    Role inPrivate; ///< the least role
    Role inPublic;
    bool serverAdmin; ///< whoever runs the server may, without being a member
};

inline constexpr std::array<Line, 11> permissionTable{{
    // right                  in a private one  in a public one   server admin
    {Right::see,              Role::guest,      Role::nobody,     true},
    {Right::seeMembers,       Role::guest,      Role::stranger,   true},
    {Right::readCode,         Role::viewer,     Role::nobody,     true},
    {Right::openIssue,        Role::guest,      Role::stranger,   false},
    {Right::planIssues,       Role::developer,  Role::developer,  true},
    {Right::openPull,         Role::viewer,     Role::stranger,   false},
    {Right::push,             Role::developer,  Role::developer,  false},
    {Right::createRepository, Role::developer,  Role::developer,  true},
    {Right::configure,        Role::admin,      Role::admin,      true},
    {Right::manageMembers,    Role::admin,      Role::admin,      true},
    {Right::dispose,          Role::owner,      Role::owner,      true},
}};

constexpr bool may(Right right, Role role, bool isPublic, bool serverAdmin) noexcept
{
    for (const auto& line : permissionTable)
        if (line.right == right)
            return role >= (isPublic ? line.inPublic : line.inPrivate) || (serverAdmin && line.serverAdmin);
    return false;
}

} // namespace netbit::services::projects
