#pragma once
// Who must be told when a session, an access token or a user is revoked, and which sessions were.

#include "services/auth/Principal.h"

#include <functional>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace netbit::services::auth {

/// [any] The order of steps makes it safe: a principal is first enrolled, then its maker asks once more whether its
/// source is still good; a revocation first marks the source, then walks the enrolled. One of the two sees the other.
class Revocations {
public:
    void enrol(const PrincipalPtr& principal);

    /// Ends every principal of the session, and remembers the session until no token of it can be alive.
    void revokeSession(storage::Id sessionId, storage::Id userId, base::Millis rememberUntil);
    /// Only remembers: for start-up.
    void rememberSession(storage::Id sessionId, base::Millis until);
    bool sessionRevoked(storage::Id sessionId) const;
    void revokeAccessToken(storage::Id tokenId, storage::Id userId);
    /// Ends every principal of the user, whatever it came from.
    void revokeUser(storage::Id userId);

    void prune(base::Millis now);

private:
    void revokeWhere(storage::Id userId, const std::function<bool(const Principal&)>& which);

    struct Enrolled {
        std::vector<std::weak_ptr<const Principal>> principals;
        std::size_t cleanAt = 16; // when so many are there, those that are gone are dropped first
    };
    std::mutex _mutex; // guards _byUser
    std::unordered_map<storage::Id, Enrolled> _byUser;

    mutable std::shared_mutex _sessionsMutex; // guards _sessions
    std::unordered_map<storage::Id, base::Millis> _sessions;
};

} // namespace netbit::services::auth
