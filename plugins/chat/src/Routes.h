#pragma once
// The routes that are nothing but an operation of the host's.

#include "support/OperationRoute.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace netbit::chat {

struct OperationLine {
    std::string_view method;
    std::string_view pattern;
    std::string_view summary;
    support::OperationRoute route;
    std::uint32_t maxBody = 16 * 1024;
    bool fromOutside = false; ///< about a chat that the caller may not be in

    bool forAnyone() const noexcept { return pattern.starts_with("/hooks/"); }
    bool aboutChat() const noexcept { return pattern.starts_with("/api/chats/{id}"); }
};

std::span<const OperationLine> operationLines();

} // namespace netbit::chat
