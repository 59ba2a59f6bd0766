#pragma once
// What is done with messages that are there: looked at, edited, deleted, reacted to, pinned, answered.

#include "services/chat/Act.h"

namespace netbit::services::chat {

using base::Result;
using operations::Call;

// As handlers of operations. "id" is the chat, "message" the message.

Result<void> getMessage(Core& core, Call& call, Done done);
Result<void> messagesAsHtml(Core& core, Call& call, Done done);
Result<void> textsAsHtml(Core& core, Call& call, Done done);
Result<void> editMessage(Core& core, Call& call, Done done);
Result<void> messageHistory(Core& core, Call& call, Done done);
Result<void> deleteMessage(Core& core, Call& call, Done done);
Result<void> addReaction(Core& core, Call& call, Done done);
Result<void> removeReaction(Core& core, Call& call, Done done);
Result<void> pinMessage(Core& core, Call& call, Done done);
Result<void> unpinMessage(Core& core, Call& call, Done done);
Result<void> listPins(Core& core, Call& call, Done done);
Result<void> listThread(Core& core, Call& call, Done done);

/// The chat, if the caller may read it: else chat_not_found.
Result<ChatEntry*> readableChat(Core& core, const Call& call);

} // namespace netbit::services::chat
