#pragma once
// A connection on its way to the next generation.

#include "support/LogPlace.h"
#include "tcp/src/PacketScanner.h"

#include <netbit/handover.hpp>

#include <cstdint>
#include <optional>

namespace netbit::tcp {

/// Whom it belongs to goes beside it.
struct FrozenSession {
    std::int64_t confirmed = -1; ///< the newest event that the client has confirmed
    ScanPlace scanner;
    std::optional<support::LogPlace> subscription;
};

/// The form has a number, which changes with what is written.
Frozen freeze(const FrozenSession& session);
/// Nothing: a form that is not known, or not well-formed.
std::optional<FrozenSession> thaw(const Frozen& piece);

} // namespace netbit::tcp
