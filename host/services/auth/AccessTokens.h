#pragma once
// Personal access tokens, all in memory by the hash of what their owner holds.

#include "base/Time.h"
#include "services/auth/Scopes.h"
#include "storage/Records.h"

#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netbit::services::auth {

/// [any]
class AccessTokens {
public:
    struct Held {
        storage::Id id = 0;
        storage::Id userId = 0;
        base::Millis expiresAt = 0; ///< 0: never
        Scopes scopes = allScopes;
    };

    void put(std::string hash, const Held& token);
    std::optional<Held> find(std::string_view token) const; ///< expired ones too, until pruned
    /// Takes it out; nothing when there is none (any more).
    std::optional<Held> remove(storage::Id id);
    std::optional<Held> byId(storage::Id id) const;
    void prune(base::Millis now);

private:
    mutable std::shared_mutex _mutex; // guards both maps
    std::unordered_map<std::string, Held> _byHash;
    std::unordered_map<storage::Id, std::string> _hashById;
};

} // namespace netbit::services::auth
