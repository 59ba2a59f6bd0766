#pragma once
// Who listens where.

#include <netbit/transport.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace netbit::udp {

struct PlaceLimits {
    std::size_t maxPlaces = 10'000;
    std::size_t maxPerUser = 8;
    std::int64_t lifeMs = 60'000; ///< without a signed packet
};

/// The addresses at which each user listens. A plain table: whoever shares it locks it.
class Places {
public:
    explicit Places(PlaceLimits limits) noexcept : _limits(limits) {}

    /// False: there is no room. What has expired makes room first.
    bool add(std::int64_t userId, const nb_address& address, std::int64_t nowMs);
    /// Prolongs. False: this user does not listen there.
    bool touch(std::int64_t userId, const nb_address& address, std::int64_t nowMs);
    void remove(std::int64_t userId, const nb_address& address);
    void sweep(std::int64_t nowMs);

    std::vector<nb_address> of(std::int64_t userId, std::int64_t nowMs) const;

    struct Place {
        nb_address address;
        std::int64_t until;
    };
    /// All of one user, to be restored elsewhere: there the limits are not asked, since nobody is sent away.
    std::vector<Place> allOf(std::int64_t userId) const;
    void restore(std::int64_t userId, const Place& place);
    void clear() noexcept;
    bool has(std::int64_t userId) const { return _byUser.count(userId) != 0; }
    std::size_t size() const noexcept { return _size; }
    void setLimits(PlaceLimits limits) noexcept { _limits = limits; }

private:
    PlaceLimits _limits;
    std::unordered_map<std::int64_t, std::vector<Place>> _byUser; // never an empty list
    std::size_t _size = 0;
};

} // namespace netbit::udp
