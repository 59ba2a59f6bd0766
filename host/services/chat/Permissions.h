#pragma once
// Who may do what in a chat: the one table.

#include "services/chat/Members.h"

#include <optional>
#include <string_view>

namespace netbit::services::chat {

enum class Right : std::uint8_t {
    write,
    react,
    pin,
    setTopic,
    rename,       ///< its name and description
    configure,    ///< visibility, archive, retention, webhooks
    invite,
    remove,       ///< somebody of a lower role than one's own
    setRole,
    deleteOthers, ///< messages of somebody else
    mentionAll,   ///< @all and @channel
};

/// Nothing: nobody may, in a chat of this type.
constexpr std::optional<Role> leastRole(Right right, std::string_view chatType) noexcept
{
    struct Line {
        Right right;
        std::optional<Role> direct, group, channel;
    };
    constexpr auto none = std::optional<Role>();
    constexpr auto member = std::optional(Role::member);
    constexpr auto moderator = std::optional(Role::moderator);
    constexpr auto admin = std::optional(Role::admin);
    constexpr Line table[] = {
        // right               direct  group      channel
        {Right::write,         member, member,    moderator},
        {Right::react,         member, member,    member},
        {Right::pin,           member, member,    moderator},
        {Right::setTopic,      none,   member,    moderator},
        {Right::rename,        none,   moderator, moderator},
        {Right::configure,     none,   admin,     admin},
        {Right::invite,        none,   member,    moderator},
        {Right::remove,        none,   moderator, moderator},
        {Right::setRole,       none,   admin,     admin},
        {Right::deleteOthers,  none,   moderator, moderator},
        {Right::mentionAll,    member, moderator, moderator},
    };
    for (const auto& line : table)
        if (line.right == right)
            return chatType == "direct" ? line.direct : chatType == "channel" ? line.channel : line.group;
    return none;
}

constexpr bool may(Right right, Role role, std::string_view chatType) noexcept
{
    const auto least = leastRole(right, chatType);
    return least && role >= *least;
}

} // namespace netbit::services::chat
