#pragma once
// Chats as their members see them.

#include "services/chat/Core.h"

namespace netbit::services::chat {

bool readsAll(const auth::Principal& principal) noexcept; ///< the local admin
bool readable(const ChatState& state, const auth::Principal& principal) noexcept;

/// [any] The chat with the last message of this state.
void appendChat(std::string& out, const ChatState& state, Id forUser, const OwnView& own);
/// The chat as this one sees it. Error: wouldBlock, where the database is needed and may not be asked.
base::Result<std::string> chatJson(Core& core, ChatEntry& entry, const auth::Principal& principal, bool mayBlock);

base::Result<base::Body> listOf(Core& core, const auth::Principal& principal, std::uint32_t page, std::uint32_t perPage,
                                bool mayBlock);

} // namespace netbit::services::chat
