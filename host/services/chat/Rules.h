#pragma once
// What a request must look like before it is worth the writer's time. No state.

#include "base/Result.h"
#include "services/auth/Principal.h"
#include "services/chat/ChatService.h"
#include "services/chat/Permissions.h"

namespace netbit::services::chat {

base::Error chatNotFound();
base::Error overloaded();
base::Error unknownFile(std::size_t index);
/// Whether this role has the right in a chat like this: else direct_chat, channel_read_only, not_allowed or chat_archived.
base::Result<void> checkRight(const storage::ChatRecord& chat, Role role, Right right);
base::Result<void> checkValid(const auth::Principal& principal); ///< unauthenticated when it is no more

/// Content, type and key of a message.
base::Result<void> checkMessage(const NewMessage& message, std::size_t maxBytes);
/// What an import may hold as content.
base::Result<void> checkContent(std::string_view content, std::size_t maxBytes, std::string_view pointer);
/// Trimmed; 1 to 200 bytes, or none where mayBeEmpty.
base::Result<std::string> checkName(std::string_view name, bool mayBeEmpty);
/// Trimmed; at most `maxBytes` of text without control characters but line breaks and tabs.
base::Result<std::string> checkProse(std::string_view text, std::size_t maxBytes, std::string_view pointer);
base::Result<std::string> checkTopic(std::string_view text);
base::Result<std::string> checkDescription(std::string_view text);
/// An emoji, or the name of one.
base::Result<void> checkEmoji(std::string_view emoji);
bool blank(std::string_view text) noexcept; ///< nothing in it that could be seen
/// A nick of an old log, which need not be a name that one could register.
base::Result<void> checkImportedName(std::string_view name, std::string_view pointer);
base::Result<void> checkPage(const PageQuery& query);
base::Result<void> checkNumbers(std::uint32_t page, std::uint32_t perPage);

/// 32 bytes that say what a send asked for.
std::string digestOf(const NewMessage& message);

} // namespace netbit::services::chat
