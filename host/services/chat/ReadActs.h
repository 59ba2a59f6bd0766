#pragma once
// How far somebody has read: the same on all his devices.

#include "services/chat/Act.h"

namespace netbit::services::chat {

/// As a handler of an operation: "id" is the chat, "message_id" the last message read, "thread" the thread if it is one's
/// mark that is meant. It goes forward only, unless "unread" is true; then 0 is before the first.
base::Result<void> markRead(Core& core, operations::Call& call, Done done);

} // namespace netbit::services::chat
