#pragma once
// RFC 9457 problem details: how the edge says no.

#include "base/Result.h"
#include "edge/Exchange.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::edge {

std::string_view reasonPhrase(int status) noexcept;
int httpStatus(base::Status status) noexcept;

struct Problem {
    int status = 500;
    std::string_view code;
    std::string_view detail;
    std::string_view pointer;   ///< JSON pointer of the member at fault, or empty
    std::string_view instance;  ///< the request's path, or empty when none was understood
    std::uint64_t requestId = 0;
};

/// The reply without the headers that belong to one status only.
Reply problemReply(const Problem& problem);

/// The reply to an Error, with WWW-Authenticate and Retry-After where they belong, and without the detail of an
/// `internal` one.
Reply errorReply(const base::Error& error, std::string_view instance, std::uint64_t requestId,
                 std::string_view challenge);

} // namespace netbit::edge
