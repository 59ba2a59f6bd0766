#pragma once
// What an account may look like.

#include "base/Result.h"

#include <string_view>

namespace netbit::services::auth {

bool validUsername(std::string_view username) noexcept; ///< 1…64 of [A-Za-z0-9._-], starting with a letter or digit
bool validEmail(std::string_view email) noexcept; ///< text@text, at most 254 bytes; whether it arrives only a mail can tell

base::Result<void> checkUsername(std::string_view username);
base::Result<void> checkEmail(std::string_view email);
base::Result<void> checkPassword(std::string_view password, std::size_t minBytes);
base::Result<void> checkRole(std::string_view role);
base::Result<void> checkTokenName(std::string_view name);

/// What a client calls itself, made fit for the session list: at most 200 bytes of text without control characters.
std::string clientName(std::string_view client);

} // namespace netbit::services::auth
