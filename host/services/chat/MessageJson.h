#pragma once
// A message and a chat as clients see them.

#include "services/chat/Members.h"
#include "services/chat/Newest.h"
#include "storage/Records.h"

namespace netbit::services::chat {

/// The part between a message's id and its time, which is known before the writer has its turn: the costly one.
std::string messageMiddle(const storage::MessageRecord& message, std::string_view senderName);
/// ",{…}" from that part.
std::string messageText(const storage::MessageRecord& message, std::string_view middle);

/// What does not change while a chat lives: `{"id":…,"updated_at":"…"`, without its end.
std::string chatHead(const storage::ChatRecord& chat);
/// Appends the rest and the end. role: nullopt for someone who is no member; lastMessage: empty for none.
void appendChatRest(std::string& out, std::optional<Role> role, std::size_t participants, std::string_view lastMessage);

} // namespace netbit::services::chat
