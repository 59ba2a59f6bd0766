#pragma once
// What the parts of this room share: the memory of AuthService, and where it writes. Internal to the room.

#include "base/SharedCell.h"
#include "services/auth/AccessTokens.h"
#include "services/auth/AuthService.h"
#include "services/auth/Providers.h"
#include "services/auth/Revocations.h"
#include "services/auth/SigningKeys.h"
#include "services/auth/Throttle.h"
#include "services/auth/Tickets.h"
#include "services/auth/Tokens.h"
#include "services/auth/VerifiedTokens.h"
#include "storage/Writer.h"

#include <atomic>

namespace netbit::services::auth {

struct Core {
    Core(storage::Database& ofDatabase, storage::Writer& withWriter, users::UserDirectory& ofUsers,
         std::string signingSecret, AuthOptions firstOptions);

    void setOptions(AuthOptions wanted);
    base::Millis now() const { return clock(); }
    /// Fills the memory from the database: counters, access tokens, revoked sessions.
    void load();
    /// A read for one request; what the engine says against it becomes an error.
    base::Result<void> read(const std::function<void(storage::Connection&)>& work) const;
    base::Result<void> submit(std::unique_ptr<storage::Job> job);
    void forgetSession(storage::Id sessionId, storage::Id userId); ///< [writer] it was revoked, and that is durable
    bool alive(const Principal& principal) const
    {
        return !principal.revoked() && (principal.expiresAt() == 0 || now() < principal.expiresAt());
    }
    bool active(storage::Id userId) const;

    storage::Database& database;
    storage::Writer& writer;
    users::UserDirectory& users;
    const std::function<base::Millis()> clock;
    base::SharedCell<const AuthOptions> options;
    std::function<void(storage::Id)> erased; ///< [writer] told of users who are gone; set before the first call, or empty
    Tokens tokens;
    VerifiedTokens verified;
    Revocations revocations;
    AccessTokens accessTokens;
    SigningKeys signingKeys;
    Throttle throttle;
    Tickets tickets;
    Providers providers;
    std::atomic<storage::Id> lastSessionId{0};
    std::atomic<storage::Id> lastAccessTokenId{0};
    std::atomic<storage::Id> lastInviteId{0};
};

base::Error badToken();

} // namespace netbit::services::auth
