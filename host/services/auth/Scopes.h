#pragma once
// What a personal access token may be used for. A session may do whatever its user may.

#include <cstdint>
#include <optional>
#include <string_view>

namespace netbit::services::auth {

/// Stored as these bits: a number that was given out keeps its meaning.
enum class Scope : std::uint8_t {
    read = 1,  ///< look at what its user may see
    write = 2, ///< change what its user may change
    admin = 4, ///< what its user may as an admin of the server
    git = 8,   ///< fetch and push
};

using Scopes = std::uint8_t;
inline constexpr Scopes allScopes = 15;

constexpr std::string_view nameOf(Scope scope) noexcept
{
    return scope == Scope::read ? "read" : scope == Scope::write ? "write" : scope == Scope::admin ? "admin" : "git";
}

constexpr std::optional<Scope> scopeOf(std::string_view name) noexcept
{
    for (const auto scope : {Scope::read, Scope::write, Scope::admin, Scope::git})
        if (nameOf(scope) == name)
            return scope;
    return std::nullopt;
}

} // namespace netbit::services::auth
