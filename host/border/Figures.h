#pragma once
// What an admin sees of one running generation.

#include "border/Ledger.h"

#include <cstddef>
#include <cstdint>

namespace netbit::border {

struct Figures {
    Ledger::Latency latency; ///< of its handlers
    std::size_t routes = 0;
    std::size_t listeners = 0;
    std::size_t connections = 0; ///< of its TCP listeners
    std::size_t timers = 0;
    std::size_t subscriptions = 0;
    std::size_t streams = 0;
    std::size_t deferred = 0; ///< requests that it took and has not answered
    std::int64_t posted = 0;  ///< tasks that wait for a worker
    std::int64_t inFlight = 0; ///< calls under way, and what is owed to it
    std::size_t cacheBytes = 0;
    unsigned stuck = 0; ///< calls that do not come back
};

} // namespace netbit::border
