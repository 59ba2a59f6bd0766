#pragma once
// Tokens that were verified a moment ago, so that the next request of the same caller costs no cryptography.

#include "services/auth/Principal.h"

#include <array>
#include <deque>
#include <functional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netbit::services::auth {

/// [any] Only what was verified gets in, so nobody can fill it with rubbish or steer keys into one place; the number is
/// bounded, expired ones go first, then the oldest.
class VerifiedTokens {
public:
    explicit VerifiedTokens(std::size_t maxTokens = 65'536);

    /// What this very token (all its bytes are compared) proved, revoked or expired as it may be by now.
    PrincipalPtr find(std::string_view token) const;
    void put(std::string_view token, PrincipalPtr principal, base::Millis now);
    void prune(base::Millis now);
    std::size_t size() const;

private:
    struct Key {
        std::uint64_t high;
        std::uint64_t low;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept { return key.low; }
    };
    struct Entry {
        std::string token;
        PrincipalPtr principal;
    };
    struct alignas(64) Shard {
        mutable std::shared_mutex mutex; // guards the rest
        std::unordered_map<Key, Entry, KeyHash> entries;
        std::deque<Key> order; // oldest first
    };
    static constexpr std::size_t shardCount = 64;

    Key keyOf(std::string_view token) const noexcept;
    static void dropDead(Shard& shard, base::Millis now);

    std::array<unsigned char, 16> _secret;
    std::size_t _maxPerShard;
    std::array<Shard, shardCount> _shards;
};

} // namespace netbit::services::auth
