#include "services/auth/Tickets.h"

#include "services/auth/Secrets.h"

namespace netbit::services::auth {

std::string Tickets::issue(Ticket ticket, base::Millis now)
{
    auto token = randomToken(ticketPrefix);
    const auto userId = ticket.userId;
    ticket.hash = hashToken(token);
    ticket.expiresAt = now + lifeMs;
    const std::lock_guard lock(_mutex);
    drop(userId);
    if (_byUser.size() >= _maxTickets)
        drop(_byUser.begin()->first); // whichever it is, rather than memory without end
    _byHash[ticket.hash] = userId;
    _byUser[userId] = std::move(ticket);
    return token;
}

std::optional<Tickets::Ticket> Tickets::attempt(std::string_view token, base::Millis now)
{
    if (!tokenShaped(ticketPrefix, token))
        return std::nullopt;
    const auto hash = hashToken(token);
    const std::lock_guard lock(_mutex);
    const auto found = _byHash.find(hash);
    if (found == _byHash.end())
        return std::nullopt;
    auto& ticket = _byUser.at(found->second);
    if (ticket.expiresAt <= now || ticket.attempts >= maxAttempts)
        return std::nullopt;
    ++ticket.attempts;
    return ticket;
}

void Tickets::dropOf(storage::Id userId)
{
    const std::lock_guard lock(_mutex);
    drop(userId);
}

void Tickets::drop(storage::Id userId)
{
    const auto found = _byUser.find(userId);
    if (found == _byUser.end())
        return;
    _byHash.erase(found->second.hash);
    _byUser.erase(found);
}

void Tickets::prune(base::Millis now)
{
    const std::lock_guard lock(_mutex);
    for (auto it = _byUser.begin(); it != _byUser.end();) {
        const auto& ticket = (it++)->second;
        if (ticket.expiresAt <= now)
            drop(ticket.userId);
    }
}

} // namespace netbit::services::auth
