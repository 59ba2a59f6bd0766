#pragma once
// How a write ends.

#include "base/Result.h"

#include <cstdint>
#include <functional>
#include <string>

namespace netbit::services {

struct Completed {
    std::int64_t id = 0;
    std::string json;      ///< what was made or changed, as the API shows it; may be empty
    bool replayed = false; ///< an earlier call with the same key had done it
};

/// Called exactly once on the writer's thread, after the commit and after every reader can see it; do little there.
/// A service function that returns an error at once does not call it.
using Done = std::function<void(const base::Result<Completed>&)>;

} // namespace netbit::services
