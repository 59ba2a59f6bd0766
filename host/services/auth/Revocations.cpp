#include "services/auth/Revocations.h"

namespace netbit::services::auth {

void Revocations::enrol(const PrincipalPtr& principal)
{
    const std::lock_guard lock(_mutex); // _byUser
    auto& enrolled = _byUser[principal->userId()];
    if (enrolled.principals.size() >= enrolled.cleanAt) {
        std::erase_if(enrolled.principals, [](const auto& one) { return one.expired(); });
        enrolled.cleanAt = std::max<std::size_t>(16, enrolled.principals.size() * 2);
    }
    enrolled.principals.push_back(principal);
}

void Revocations::revokeSession(storage::Id sessionId, storage::Id userId, base::Millis rememberUntil)
{
    rememberSession(sessionId, rememberUntil);
    revokeWhere(userId, [sessionId](const Principal& principal) {
        return principal.kind() == Principal::Kind::session && principal.source() == sessionId;
    });
}

void Revocations::rememberSession(storage::Id sessionId, base::Millis until)
{
    const std::unique_lock lock(_sessionsMutex); // _sessions
    auto& remembered = _sessions[sessionId];
    remembered = std::max(remembered, until);
}

bool Revocations::sessionRevoked(storage::Id sessionId) const
{
    const std::shared_lock lock(_sessionsMutex); // _sessions
    return _sessions.contains(sessionId);
}

void Revocations::revokeAccessToken(storage::Id tokenId, storage::Id userId)
{
    revokeWhere(userId, [tokenId](const Principal& principal) {
        return principal.kind() == Principal::Kind::accessToken && principal.source() == tokenId;
    });
}

void Revocations::revokeUser(storage::Id userId)
{
    revokeWhere(userId, [](const Principal&) { return true; });
}

void Revocations::revokeWhere(storage::Id userId, const std::function<bool(const Principal&)>& which)
{
    std::vector<PrincipalPtr> held; // the last owner of one may be us: let it go after the lock
    const std::lock_guard lock(_mutex); // _byUser
    const auto found = _byUser.find(userId);
    if (found == _byUser.end())
        return;
    for (const auto& weak : found->second.principals)
        if (auto principal = weak.lock(); principal && which(*principal)) {
            principal->revoke();
            held.push_back(std::move(principal));
        }
}

void Revocations::prune(base::Millis now)
{
    {
        const std::lock_guard lock(_mutex); // _byUser
        for (auto& [user, enrolled] : _byUser)
            std::erase_if(enrolled.principals, [](const auto& one) { return one.expired(); });
        std::erase_if(_byUser, [](const auto& entry) { return entry.second.principals.empty(); });
    }
    const std::unique_lock lock(_sessionsMutex); // _sessions
    std::erase_if(_sessions, [now](const auto& entry) { return entry.second <= now; });
}

} // namespace netbit::services::auth
