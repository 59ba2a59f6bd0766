#pragma once
// Profiles as operations: users.update, users.set_status, users.clear_status, users.list.

namespace netbit::services::operations {
class Operations;
}

namespace netbit::services::users {

class Profiles;

/// [control] `profiles` outlives the operations.
void addUserOperations(operations::Operations& operations, Profiles& profiles);

} // namespace netbit::services::users
