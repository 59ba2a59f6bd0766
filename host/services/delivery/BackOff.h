#pragma once
// How long to wait before what has failed is tried again.

#include "base/Time.h"
#include "services/auth/Secrets.h"

#include <algorithm>
#include <cstring>

namespace netbit::services::delivery {

/// [any] Milliseconds: as long as it has failed already, so that the waits double, between these bounds; a quarter more or less, so that
/// not all come back at once.
inline base::Millis backOff(base::Millis failing, base::Millis shortest, base::Millis longest)
{
    std::uint32_t random = 0;
    std::memcpy(&random, auth::randomBytes(sizeof random).data(), sizeof random);
    const auto wait = std::clamp(failing, shortest, longest);
    return wait * 3 / 4 + static_cast<base::Millis>(random % static_cast<std::uint64_t>(wait / 2 + 1));
}

} // namespace netbit::services::delivery
