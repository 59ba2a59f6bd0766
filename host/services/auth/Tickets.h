#pragma once
// Logins whose password is proved and whose second factor is not yet.

#include "base/Time.h"
#include "storage/Records.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netbit::services::auth {

/// [any] In memory and bounded; a restart asks for the password again. One ticket a user, the newest: so that nobody who
/// knows a password can gather many and guess with all of them at once.
class Tickets {
public:
    static constexpr base::Millis lifeMs = 300'000;
    static constexpr unsigned maxAttempts = 5;

    struct Ticket {
        storage::Id userId = 0;
        std::string username{};
        std::string provedHash{};
        std::string client{};
        std::string peer{};
        base::Millis expiresAt = 0;
        unsigned attempts = 0;
        std::string hash{}; ///< of itself
    };

    explicit Tickets(std::size_t maxTickets = 20'000) : _maxTickets(maxTickets) {}

    std::string issue(Ticket ticket, base::Millis now); ///< what its owner shows
    /// Counts an attempt before it is looked at, so parallel guesses are no more than sequential ones. Nothing: unknown,
    /// expired, or spent.
    std::optional<Ticket> attempt(std::string_view ticket, base::Millis now);
    void dropOf(storage::Id userId);
    void prune(base::Millis now);

private:
    void drop(storage::Id userId);

    const std::size_t _maxTickets;
    std::mutex _mutex; // guards both
    std::unordered_map<storage::Id, Ticket> _byUser;
    std::unordered_map<std::string, storage::Id> _byHash;
};

} // namespace netbit::services::auth
