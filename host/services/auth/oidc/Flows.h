#pragma once
// Logins that are under way: between our redirect to the provider and its answer, and between that and the client who
// takes the session.

#include "base/Time.h"
#include "storage/Records.h"

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netbit::services::auth::oidc {

/// Values by a secret of which only the hash is kept; each is taken once, lives for a while, and the oldest makes room.
template <class T>
class Once {
public:
    Once(base::Millis life, std::size_t most) : _life(life), _most(most) {}

    /// `hash`: of a secret that was never used before.
    void put(std::string hash, T value, base::Millis now)
    {
        const std::lock_guard lock(_mutex);
        while (!_order.empty() && (_order.size() >= _most || _order.front().second <= now)) {
            _values.erase(_order.front().first);
            _order.pop_front();
        }
        _order.emplace_back(hash, now + _life);
        _values.emplace(std::move(hash), Entry{std::move(value), now + _life});
    }
    /// Takes it, where `mine` says so; else it stays for whose it is.
    template <class Mine>
    std::optional<T> take(const std::string& hash, base::Millis now, Mine mine)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _values.find(hash);
        if (found == _values.end() || found->second.expiresAt <= now || !mine(found->second.value))
            return std::nullopt;
        auto value = std::move(found->second.value);
        _values.erase(found); // its place in the order goes when it would have expired
        return value;
    }

private:
    struct Entry {
        T value;
        base::Millis expiresAt;
    };
    const base::Millis _life;
    const std::size_t _most;
    std::mutex _mutex; // guards both
    std::unordered_map<std::string, Entry> _values;
    std::deque<std::pair<std::string, base::Millis>> _order;
};

/// [any] In memory and bounded; a restart asks for a new login.
class Flows {
public:
    static constexpr base::Millis flowLifeMs = 600'000;
    static constexpr base::Millis codeLifeMs = 60'000;

    struct Flow {
        std::string provider{};
        std::string browserHash{}; ///< of what its cookie holds
        std::string nonce{};
        std::string verifier{};
        std::string returnTo{};  ///< empty: the answer to the browser is the session itself
        std::string challenge{}; ///< of whom the session is for, where returnTo is given
        storage::Id linkFor = 0; ///< not 0: no login; the identity is linked with this user
    };
    struct Finished {
        storage::Id userId = 0;
        std::string challenge{};
    };

    explicit Flows(std::size_t most = 20'000) : _flows(flowLifeMs, most), _finished(codeLifeMs, most) {}

    /// The state that goes to the provider and comes back from it.
    std::string begin(Flow flow, base::Millis now);
    /// Nothing: unknown, taken already, expired, of another provider, or of another browser.
    std::optional<Flow> take(std::string_view state, std::string_view provider, std::string_view browser, base::Millis now);

    /// The code for whoever knows the verifier of the challenge.
    std::string finish(Finished finished, base::Millis now);
    /// Nothing: unknown, spent or expired, or not this verifier's; it is spent with any verifier.
    std::optional<Finished> redeem(std::string_view code, std::string_view verifier, base::Millis now);

private:
    Once<Flow> _flows;
    Once<Finished> _finished;
};

} // namespace netbit::services::auth::oidc
