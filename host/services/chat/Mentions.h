#pragma once
// Whom and what a message names: found by the server once, when it is written, and stored with it.

#include "services/chat/Core.h"

namespace netbit::services::chat {

struct Mentions {
    std::vector<Id> users; ///< members of the chat, each once
    bool everyone = false; ///< by @here, @all or @channel
    std::string json;      ///< [{"type":"user","user_id":…},{"type":"all"},{"type":"chat","chat_id":…}]; empty for none
};

/// [any] @name of a member, #name of a chat that the sender may know of, and @here, @all and @channel where the role may
/// (Right::mentionAll; @here also a mere member where the chat has at most 100). All three mean every member: who was there at
/// that moment is nothing that a count could be a function of afterwards. At most 100 mentions are taken from a message; what
/// comes behind them is text. Text between back quotes is left alone, and so is what follows a letter or digit.
Mentions mentionsIn(const Core& core, const ChatState& chat, Id senderId, std::string_view content);

/// [writer] Stores for counting whom the message mentions.
void storeMentions(storage::Connection& connection, const storage::MessageRecord& message, const Mentions& mentions);

} // namespace netbit::services::chat
