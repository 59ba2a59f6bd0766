#pragma once
// Failed logins slow down: so many a minute of one account and of one address, then none is looked at any more.

#include "base/Time.h"

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netbit::services::auth {

/// [any] In memory and bounded; a restart forgives.
class Throttle {
public:
    explicit Throttle(std::size_t maxKeys = 20'000) : _maxKeys(maxKeys) {}

    /// Whether an attempt may be looked at. `account` may be empty: a name that nobody can have.
    bool allows(std::string_view account, std::string_view address, unsigned limit, base::Millis now);
    /// After the password was checked: counts a failure. False: others failed meanwhile and the limit is reached, so the
    /// answer, good or bad, must not be told; parallel guesses learn no more than sequential ones.
    bool settle(std::string_view account, std::string_view address, bool good, unsigned limit, base::Millis now);
    void prune(base::Millis now);
    std::size_t size() const;

private:
    struct Minute {
        base::Millis since = 0;
        unsigned failures = 0;
    };
    using Minutes = std::unordered_map<std::string, Minute>;

    static bool spent(const Minutes& minutes, const std::string& key, unsigned limit, base::Millis now);
    void count(Minutes& minutes, const std::string& key, base::Millis now);
    static void dropOver(Minutes& minutes, base::Millis now);

    const std::size_t _maxKeys;
    mutable std::mutex _mutex; // guards both
    Minutes _accounts;
    Minutes _addresses;
};

/// What counts as one address: of IPv6 the first 64 bits, since whoever has one has them all.
std::string addressKey(std::string_view peer);

} // namespace netbit::services::auth
