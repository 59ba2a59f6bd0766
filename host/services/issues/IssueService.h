#pragma once
// Issues, boards, and what speaks of what, over the project service.

namespace netbit::storage {
class Connection;
struct MessageRecord;
} // namespace netbit::storage
namespace netbit::services::operations {
class Operations;
}
namespace netbit::services::projects {
struct Core;
}

namespace netbit::services::issues {

/// [control] Declares the operations, and looks into pushes from then on. `core` outlives both.
void addIssueOperations(operations::Operations& all, projects::Core& core);

/// [writer] See IssueCore.h.
void lookIntoMessage(projects::Core& core, storage::Connection& connection, const storage::MessageRecord& message);

} // namespace netbit::services::issues
