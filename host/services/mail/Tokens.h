#pragma once
// What the links of mails carry: a user, and a proof (HMAC-SHA-256 under the server's key for mails) that this server wrote it. Nothing of
// it is stored.

#include "base/Time.h"
#include "storage/Records.h"

#include <optional>
#include <string>
#include <string_view>

namespace netbit::services::mail {

/// Good for ever: "u", the user's id, the proof, with hyphens between.
std::string unsubscribeToken(std::string_view key, storage::Id userId);
std::optional<storage::Id> unsubscribing(std::string_view key, std::string_view token);

/// That whoever reads mail of this address has seen it: "c", the user's id, when it ends (seconds since 1970), the proof.
std::string confirmToken(std::string_view key, storage::Id userId, std::string_view address, base::Millis until);
struct Confirming {
    storage::Id userId = 0;
    base::Millis until = 0;
    std::string token{};
};
/// Whom a token is about; whether it is true only provesAddress() can say.
std::optional<Confirming> confirming(std::string_view token);
bool provesAddress(std::string_view key, const Confirming& said, std::string_view address, base::Millis now);

/// 16 hex digits that only this server makes of a text: what tells its threads from those of another under the same domain.
std::string threadMark(std::string_view key, std::string_view text);

} // namespace netbit::services::mail
