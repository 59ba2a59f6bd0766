#pragma once
// A chat's history by days, for whoever may read the chat.

namespace netbit::services::operations {
class Operations;
}
namespace netbit::services::chat {
class ChatService;
}

namespace netbit::services::transfer {

/// `chats` outlives the operations.
void addHistoryOperations(operations::Operations& all, chat::ChatService& chats);

} // namespace netbit::services::transfer
