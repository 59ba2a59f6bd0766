#pragma once
// Pages of a chat's messages: from the snapshot when it has them all, else from the database. Both give the same bytes.

#include "services/chat/Core.h"

namespace netbit::services::chat {

/// The query's form and the caller's right are checked.
base::Result<Page> pageOf(Core& core, ChatEntry& entry, const PageQuery& query, bool mayBlock);

} // namespace netbit::services::chat
