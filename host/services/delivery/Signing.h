#pragma once
// How a receiver knows that a delivery is ours: Standard Webhooks (https://www.standardwebhooks.com) and, for receivers made for
// it, GitHub's header.

#include "base/Time.h"

#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::delivery {

/// "whsec_" and 32 random bytes in base64 (RFC 4648 section 4).
std::string newSecret();
/// "msg_" and 16 random bytes in base64url.
std::string newMessageId();

/// The headers of one attempt, as "Name: value": Content-Type, webhook-id, webhook-timestamp (seconds), webhook-signature
/// ("v1," and the HMAC-SHA-256 of "id.timestamp.body" under the secret's bytes, in base64), and X-Hub-Signature-256 ("sha256="
/// and the HMAC-SHA-256 of the body under the secret as it is written, in hex).
std::vector<std::string> signedHeaders(std::string_view secret, std::string_view messageId, base::Millis at,
                                       std::string_view body);

} // namespace netbit::services::delivery
