#pragma once
// The routes of projects, each an operation of the host's.

#include "support/OperationRoute.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace netbit::project {

struct Line {
    std::string_view method;
    std::string_view pattern;
    std::string_view summary;
    support::OperationRoute route;
    std::uint32_t maxBodyBytes = 16 * 1024;
    Access access = users;
};

std::span<const Line> routes();

} // namespace netbit::project
