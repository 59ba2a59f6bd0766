#include "services/auth/SigningKeys.h"

#include "services/auth/Secrets.h"

#include <sodium.h>

namespace netbit::services::auth {

namespace {

constexpr std::size_t sessionBytes = 16;

} // namespace

bool ReplayWindow::accept(std::uint64_t sequence) noexcept
{
    if (sequence == 0)
        return false;
    if (sequence > _highest) {
        const auto ahead = sequence - _highest;
        _seen = ahead < size ? _seen << ahead : 0;
        _seen |= 1;
        _highest = sequence;
        return true;
    }
    const auto behind = _highest - sequence;
    if (behind >= size)
        return false;
    const auto bit = std::uint64_t{1} << behind;
    if ((_seen & bit) != 0)
        return false;
    _seen |= bit;
    return true;
}

SigningKeys::Issued SigningKeys::issue(const PrincipalPtr& principal, base::Millis now)
{
    Issued issued{randomBytes(sessionBytes), randomBytes(crypto_auth_hmacsha256_KEYBYTES), now + lifeMs};
    if (principal->expiresAt() != 0)
        issued.expiresAt = std::min(issued.expiresAt, principal->expiresAt());
    auto entry = std::make_shared<Entry>();
    entry->principal = principal;
    entry->key = issued.key;
    entry->expiresAt = issued.expiresAt;

    const std::lock_guard lock(_byUserMutex); // _byUser
    auto& sessions = _byUser[principal->userId()];
    while (sessions.size() >= maxPerUser) {
        erase(sessions.front());
        sessions.pop_front();
    }
    sessions.push_back(issued.session);
    auto& shard = shardOf(issued.session);
    const std::unique_lock shardLock(shard.mutex); // entries
    shard.entries.emplace(issued.session, std::move(entry));
    return issued;
}

PrincipalPtr SigningKeys::verify(const std::string& session, std::string_view bytes, const std::string& mac,
                                 std::uint64_t sequence, base::Millis now)
{
    if (session.size() != sessionBytes || mac.size() != crypto_auth_hmacsha256_BYTES || sequence == 0)
        return nullptr;
    EntryPtr entry;
    {
        const auto& shard = shardOf(session);
        const std::shared_lock lock(shard.mutex); // entries
        const auto found = shard.entries.find(session);
        if (found == shard.entries.end())
            return nullptr;
        entry = found->second;
    }
    if (dead(*entry, now))
        return nullptr;
    // Compares in constant time.
    if (::crypto_auth_hmacsha256_verify(reinterpret_cast<const unsigned char*>(mac.data()),
                                        reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                                        reinterpret_cast<const unsigned char*>(entry->key.data())) != 0)
        return nullptr;
    // Only now, or anyone could move the window by a number alone.
    const std::lock_guard lock(entry->mutex); // window
    return entry->window.accept(sequence) ? entry->principal : nullptr;
}

void SigningKeys::prune(base::Millis now)
{
    const std::lock_guard lock(_byUserMutex); // _byUser
    for (auto& [user, sessions] : _byUser)
        std::erase_if(sessions, [&](const std::string& session) {
            auto& shard = shardOf(session);
            const std::unique_lock shardLock(shard.mutex); // entries
            const auto found = shard.entries.find(session);
            if (!dead(*found->second, now))
                return false;
            shard.entries.erase(found);
            return true;
        });
    std::erase_if(_byUser, [](const auto& entry) { return entry.second.empty(); });
}

std::size_t SigningKeys::size() const
{
    std::size_t size = 0;
    for (const auto& shard : _shards) {
        const std::shared_lock lock(shard.mutex); // entries
        size += shard.entries.size();
    }
    return size;
}

SigningKeys::Shard& SigningKeys::shardOf(const std::string& session) noexcept
{
    return _shards[static_cast<unsigned char>(session[0]) % _shards.size()]; // our random bytes
}

void SigningKeys::erase(const std::string& session)
{
    auto& shard = shardOf(session);
    const std::unique_lock lock(shard.mutex); // entries
    shard.entries.erase(session);
}

bool SigningKeys::dead(const Entry& entry, base::Millis now)
{
    return entry.expiresAt <= now || entry.principal->revoked();
}

} // namespace netbit::services::auth
