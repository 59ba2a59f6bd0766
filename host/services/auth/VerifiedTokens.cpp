#include "services/auth/VerifiedTokens.h"

#include <cstring>
#include <mutex>
#include <sodium.h>

namespace netbit::services::auth {

namespace {

/// The end of a token is its signature, or random: enough to tell tokens apart, and hashed in a third of the time.
constexpr std::size_t hashedBytes = 48;

bool dead(const Principal& principal, base::Millis now)
{
    return principal.revoked() || (principal.expiresAt() != 0 && principal.expiresAt() <= now);
}

} // namespace

VerifiedTokens::VerifiedTokens(std::size_t maxTokens)
    : _maxPerShard(std::max<std::size_t>(maxTokens / shardCount, 1))
{
    static_assert(crypto_shorthash_siphashx24_KEYBYTES == sizeof _secret);
    ::randombytes_buf(_secret.data(), _secret.size());
}

VerifiedTokens::Key VerifiedTokens::keyOf(std::string_view token) const noexcept
{
    const auto end = token.substr(token.size() - std::min(token.size(), hashedBytes));
    unsigned char hash[crypto_shorthash_siphashx24_BYTES];
    ::crypto_shorthash_siphashx24(hash, reinterpret_cast<const unsigned char*>(end.data()), end.size(), _secret.data());
    Key key{};
    std::memcpy(&key.high, hash, sizeof key.high);
    std::memcpy(&key.low, hash + sizeof key.high, sizeof key.low);
    return key;
}

PrincipalPtr VerifiedTokens::find(std::string_view token) const
{
    const auto key = keyOf(token);
    const auto& shard = _shards[key.high % shardCount];
    const std::shared_lock lock(shard.mutex);
    const auto found = shard.entries.find(key);
    return found != shard.entries.end() && found->second.token == token ? found->second.principal : nullptr;
}

void VerifiedTokens::put(std::string_view token, PrincipalPtr principal, base::Millis now)
{
    const auto key = keyOf(token);
    auto& shard = _shards[key.high % shardCount];
    const std::unique_lock lock(shard.mutex);
    if (shard.entries.size() >= _maxPerShard)
        dropDead(shard, now);
    while (shard.entries.size() >= _maxPerShard) {
        shard.entries.erase(shard.order.front());
        shard.order.pop_front();
    }
    if (shard.entries.insert_or_assign(key, Entry{std::string(token), std::move(principal)}).second)
        shard.order.push_back(key);
}

void VerifiedTokens::prune(base::Millis now)
{
    for (auto& shard : _shards) {
        const std::unique_lock lock(shard.mutex);
        dropDead(shard, now);
    }
}

std::size_t VerifiedTokens::size() const
{
    std::size_t size = 0;
    for (const auto& shard : _shards) {
        const std::shared_lock lock(shard.mutex);
        size += shard.entries.size();
    }
    return size;
}

void VerifiedTokens::dropDead(Shard& shard, base::Millis now)
{
    std::erase_if(shard.order, [&](const Key& key) {
        const auto found = shard.entries.find(key);
        if (!dead(*found->second.principal, now))
            return false;
        shard.entries.erase(found);
        return true;
    });
}

} // namespace netbit::services::auth
