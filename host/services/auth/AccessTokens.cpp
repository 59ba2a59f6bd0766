#include "services/auth/AccessTokens.h"

#include "services/auth/Secrets.h"

#include <mutex>

namespace netbit::services::auth {

void AccessTokens::put(std::string hash, const Held& token)
{
    const std::unique_lock lock(_mutex);
    _hashById[token.id] = hash;
    _byHash[std::move(hash)] = token;
}

std::optional<AccessTokens::Held> AccessTokens::find(std::string_view token) const
{
    // Looked up by its hash, so how long the search takes says nothing about any token.
    const auto hash = hashToken(token);
    const std::shared_lock lock(_mutex);
    const auto found = _byHash.find(hash);
    if (found == _byHash.end())
        return std::nullopt;
    return found->second;
}

std::optional<AccessTokens::Held> AccessTokens::remove(storage::Id id)
{
    const std::unique_lock lock(_mutex);
    const auto hash = _hashById.find(id);
    if (hash == _hashById.end())
        return std::nullopt;
    const auto found = _byHash.find(hash->second);
    const auto held = found->second;
    _byHash.erase(found);
    _hashById.erase(hash);
    return held;
}

std::optional<AccessTokens::Held> AccessTokens::byId(storage::Id id) const
{
    const std::shared_lock lock(_mutex);
    const auto hash = _hashById.find(id);
    if (hash == _hashById.end())
        return std::nullopt;
    return _byHash.at(hash->second);
}

void AccessTokens::prune(base::Millis now)
{
    const std::unique_lock lock(_mutex);
    std::erase_if(_byHash, [&](const auto& entry) {
        const auto& held = entry.second;
        if (held.expiresAt == 0 || held.expiresAt > now)
            return false;
        _hashById.erase(held.id);
        return true;
    });
}

} // namespace netbit::services::auth
