#pragma once
// What clients send to make messages, as values. Views point into the RequestBody they were read from.

#include "support/RequestBody.h"

#include <netbit/chat.hpp>

#include <optional>
#include <string_view>

namespace netbit::chat {

/// A chat's or message's id in a path or query: 1…2^63-1.
std::optional<std::int64_t> readId(std::string_view text);

/// Only the form is checked: what is allowed is the host's to say.
Result<NewMessage> readNewMessage(support::RequestBody& body, std::string_view text, std::int64_t chatId);

/// Idempotency-Key: 1…128 visible ASCII characters; an empty field is as none.
Result<std::optional<std::string_view>> readKey(std::optional<std::string_view> header);

/// online, away or offline: what {"state": …} says.
Result<std::string_view> readPresence(support::RequestBody& body, std::string_view text);

} // namespace netbit::chat
