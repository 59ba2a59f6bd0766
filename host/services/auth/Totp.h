#pragma once
// Time-based one-time passwords (RFC 6238 over RFC 4226): HMAC-SHA-1, 6 digits, steps of 30 seconds, since that is what
// authenticators do whatever a URI tells them.

#include "base/Time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::services::auth {

inline constexpr std::size_t totpSecretBytes = 20; // RFC 4226 section 4, R6

/// The code of a step, which is the time since 1970 in units of 30 seconds.
std::string totpCode(std::string_view secret, std::int64_t step);

/// The step whose code this is, if it is the present one or a neighbour (clocks differ) and later than `lastStep`: a code
/// that was used, or is older than one that was, is good no more.
std::optional<std::int64_t> totpStep(std::string_view secret, std::string_view code, base::Millis now, std::int64_t lastStep);

/// RFC 4648 section 6, without padding.
std::string base32(std::string_view bytes);

/// What an authenticator reads from a QR code.
std::string otpauthUri(std::string_view secret, std::string_view username);

/// Sixteen letters and digits in four groups: 80 bits.
std::string newRecoveryCode();
/// What is stored of a recovery code, however it is typed; nothing: it cannot be one.
std::optional<std::string> recoveryHash(std::int64_t userId, std::string_view code);

} // namespace netbit::services::auth
