#pragma once
// Keys for packets that cannot carry a token (UDP): given out, used with HMAC-SHA-256, each sequence number once.

#include "base/Result.h"
#include "services/auth/Principal.h"

#include <array>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netbit::services::auth {

/// Which sequence numbers were seen, like RFC 4303 section 3.4.3 and RFC 6479: the highest, and the 63 before it.
class ReplayWindow {
public:
    static constexpr std::uint64_t size = 64;
    /// True once for each number that is not 0 and not too far behind.
    bool accept(std::uint64_t sequence) noexcept;

private:
    std::uint64_t _highest = 0;
    std::uint64_t _seen = 0; // bit n: _highest - n
};

/// [any] In memory only: after a restart a client asks for a new one.
class SigningKeys {
public:
    static constexpr base::Millis lifeMs = 3'600'000;
    static constexpr std::size_t maxPerUser = 8; ///< over it the user's oldest is dropped

    struct Issued {
        std::string session; ///< 16 bytes
        std::string key;     ///< 32 bytes
        base::Millis expiresAt;
    };

    Issued issue(const PrincipalPtr& principal, base::Millis now);
    /// `session` 16, `mac` 32 bytes. nullptr: refused, for whatever reason.
    PrincipalPtr verify(const std::string& session, std::string_view bytes, const std::string& mac,
                        std::uint64_t sequence, base::Millis now);
    void prune(base::Millis now);
    std::size_t size() const;

private:
    struct Entry {
        PrincipalPtr principal;
        std::string key;
        base::Millis expiresAt = 0;
        std::mutex mutex; // guards window
        ReplayWindow window;
    };
    using EntryPtr = std::shared_ptr<Entry>; // a packet may be checked while its key is dropped
    struct alignas(64) Shard {
        mutable std::shared_mutex mutex; // guards entries
        std::unordered_map<std::string, EntryPtr> entries;
    };

    Shard& shardOf(const std::string& session) noexcept;
    void erase(const std::string& session);
    static bool dead(const Entry& entry, base::Millis now);

    std::array<Shard, 16> _shards;
    std::mutex _byUserMutex; // guards _byUser; taken before a shard's
    std::unordered_map<storage::Id, std::deque<std::string>> _byUser; // oldest first
};

} // namespace netbit::services::auth
