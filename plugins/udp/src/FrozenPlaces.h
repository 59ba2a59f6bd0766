#pragma once
// What the plugin knows, on its way to the next generation. Each kind of piece is a form of its own.

#include "udp/src/Places.h"

#include <netbit/handover.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace netbit::udp {

/// The places of one user, who goes beside them.
Frozen freezePlaces(const std::vector<Places::Place>& places);
/// Nothing: another form, or not well-formed.
std::optional<std::vector<Places::Place>> thawPlaces(const Frozen& piece);

/// The secret of the cookies.
Frozen freezeSecret(const std::array<std::uint64_t, 2>& secret);
std::optional<std::array<std::uint64_t, 2>> thawSecret(const Frozen& piece);

} // namespace netbit::udp
