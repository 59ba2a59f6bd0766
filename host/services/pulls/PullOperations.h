#pragma once

namespace netbit::services::operations {
class Operations;
}
namespace netbit::services::projects {
struct Core;
}

namespace netbit::services::pulls {

/// [control] before the first call. Also looks into each push, so that requests follow their branches.
void addPullOperations(operations::Operations& all, projects::Core& core);

} // namespace netbit::services::pulls
