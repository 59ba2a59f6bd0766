#pragma once
// Whom and what a message names: found by the server once, when it is written, and stored with it.

#include "services/chat/Core.h"

namespace netbit::services::chat {

struct Mentions {
    std::vector<Id> users; ///< members of the chat, each once
    bool everyone = false; ///< by @here, @all or @channel
    std::string json;      ///< [{"type":"user","user_id":…},{"type":"all"},{"type":"chat","chat_id":…}]; empty for none
};

/// [any] @name of a member, @here, @all and @channel where the role may (Right::mentionAll; @here everyone may), #name of a
/// chat that the sender may know of. Text between back quotes is left alone, and so is what follows a letter or digit.
Mentions mentionsIn(const Core& core, const ChatState& chat, Id senderId, std::string_view content);

/// [writer] Stores for counting whom the message mentions.
void storeMentions(storage::Connection& connection, const storage::MessageRecord& message, const Mentions& mentions);

} // namespace netbit::services::chat
