#pragma once
// Who is in a chat, and as what: 16 bytes each, never changed, shared by all snapshots until somebody joins.

#include "storage/Records.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

namespace netbit::services::chat {

using storage::Id;

enum class Role : std::uint8_t { member, moderator, admin };

constexpr std::string_view nameOf(Role role) noexcept
{
    return role == Role::admin ? "admin" : role == Role::moderator ? "moderator" : "member";
}

constexpr Role roleOf(std::string_view name) noexcept
{
    return name == "admin" ? Role::admin : name == "moderator" ? Role::moderator : Role::member;
}

struct Member {
    Id userId = 0;
    Role role = Role::member;
};

class Members {
public:
    Members() = default;
    /// By user id, each once.
    explicit Members(std::vector<Member> sorted) : _members(std::move(sorted)) {}

    std::optional<Role> find(Id userId) const noexcept
    {
        const auto at = std::lower_bound(_members.begin(), _members.end(), userId,
                                         [](const Member& member, Id id) { return member.userId < id; });
        return at != _members.end() && at->userId == userId ? std::optional(at->role) : std::nullopt;
    }

    /// With these as well, who are not in it yet; by user id.
    Members with(const std::vector<Member>& joining) const
    {
        std::vector<Member> all;
        all.reserve(_members.size() + joining.size());
        std::merge(_members.begin(), _members.end(), joining.begin(), joining.end(), std::back_inserter(all),
                   [](const Member& a, const Member& b) { return a.userId < b.userId; });
        return Members(std::move(all));
    }

    Members without(Id userId) const
    {
        auto rest = _members;
        std::erase_if(rest, [&](const Member& member) { return member.userId == userId; });
        return Members(std::move(rest));
    }

    Members withRole(Id userId, Role role) const
    {
        auto all = _members;
        for (auto& member : all)
            if (member.userId == userId)
                member.role = role;
        return Members(std::move(all));
    }

    std::size_t size() const noexcept { return _members.size(); }
    auto begin() const noexcept { return _members.begin(); }
    auto end() const noexcept { return _members.end(); }

private:
    std::vector<Member> _members;
};

} // namespace netbit::services::chat
