#pragma once
// Which fields a reply may bring along, and which the host writes itself.

#include "edge/Chars.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace netbit::edge {

/// False: bytes that HTTP does not allow, or a field that is the host's own.
inline bool mayBeSent(std::string_view name, std::string_view value) noexcept
{
    constexpr std::array<std::string_view, 8> own{"content-length", "transfer-encoding", "connection", "date",
                                                  "content-type",   "keep-alive",        "upgrade",    "trailer"};
    return isToken(name) && isFieldValue(value) &&
           std::none_of(own.begin(), own.end(), [&](std::string_view each) { return sameText(name, each); });
}

} // namespace netbit::edge
