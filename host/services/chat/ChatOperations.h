#pragma once
// What can be done with chats, by name (see services/operations).

#include "services/chat/ChatService.h"
#include "services/operations/Operations.h"

namespace netbit::services::chat {

/// [control] before the first call. The service must live as long as the operations are called.
void addChatOperations(operations::Operations& operations, ChatService& chats);

} // namespace netbit::services::chat
