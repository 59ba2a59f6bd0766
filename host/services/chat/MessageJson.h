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

/// `[{"emoji":…,"count":…,"user_ids":[…]}]`, the first given first; empty for none.
std::string reactionsJson(const std::vector<storage::ReactionRecord>& reactions);

/// What is the same for all who see a chat: `{"id":…,"archived_at":…`, without its end.
std::string chatHead(const storage::ChatRecord& chat);

/// A chat as one member has it.
struct OwnView {
    storage::Place mark; ///< the last message read
    std::int64_t unread = 0;
    std::int64_t mentions = 0; ///< among the unread
    bool muted = false;
    bool favourite = false;
};
/// Appends the rest and the end. role, own: nothing for someone who is no member; lastMessage: empty for none.
void appendChatRest(std::string& out, std::optional<Role> role, std::size_t participants, std::string_view lastMessage,
                    const OwnView* own);

} // namespace netbit::services::chat
