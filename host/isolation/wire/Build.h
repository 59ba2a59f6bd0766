#pragma once
// Both ends must be of one build: the wire has no versions of its own.

#include <string_view>

namespace netbit::isolation::wire {

/// Rises with each change of Kind.h or Messages.h; a program of another host beside netbitd is told apart by it.
inline constexpr std::string_view build = "netbit-isolation/1";

} // namespace netbit::isolation::wire
