#pragma once
// Work that has begun and must go on, also when the workers' queue is full at the moment.

#include "border/Services.h"
#include "services/exec/Timers.h"
#include "services/exec/WorkerPool.h"

#include <functional>
#include <utility>

namespace netbit::border {

/// [any] Runs it on a worker, as soon as there is room. At the end of the server it is destroyed instead.
inline void onWorker(const Services& services, std::function<void()> task)
{
    if (!services.workers.submit(task))
        services.timers.after(std::chrono::milliseconds(0), std::move(task)); // knocks until it is let in
}

} // namespace netbit::border
