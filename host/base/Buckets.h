#pragma once
// How often somebody may do something: token buckets that hold a minute's worth and fill evenly.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace netbit::base {

/// [any] Each bucket is one number: the moment at which it would be full again (GCRA).
template <class Key>
class Buckets {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::nanoseconds window = std::chrono::minutes(1);

    struct Verdict {
        bool allowed = true;
        std::int64_t remaining = 0;
        std::chrono::nanoseconds untilFull{};
        std::chrono::nanoseconds retryAfter{}; ///< when refused
    };

    /// `quota` > 0. What is refused takes nothing.
    Verdict take(const Key& key, std::int64_t quota, Clock::time_point now)
    {
        const auto cost = std::max(window / quota, std::chrono::nanoseconds(1));
        auto& shard = _shards[std::hash<Key>()(key) % _shards.size()];
        const std::lock_guard lock(shard.mutex); // fullAt
        if (shard.fullAt.size() >= shard.sweepAt) {
            std::erase_if(shard.fullAt, [&](const auto& bucket) { return bucket.second <= now; });
            shard.sweepAt = std::max<std::size_t>(leastSweep, shard.fullAt.size() * 2);
        }
        auto& fullAt = shard.fullAt.try_emplace(key, now).first->second;
        const auto next = std::max(fullAt, now) + cost;
        if (next - now > window)
            return {false, 0, fullAt - now, next - now - window};
        fullAt = next;
        return {true, (window - (next - now)) / cost, next - now, {}};
    }

    std::size_t size() const
    {
        std::size_t sum = 0;
        for (const auto& shard : _shards) {
            const std::lock_guard lock(shard.mutex); // fullAt
            sum += shard.fullAt.size();
        }
        return sum;
    }

private:
    static constexpr std::size_t leastSweep = 1'024;

    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<Key, Clock::time_point> fullAt;
        std::size_t sweepAt = leastSweep;
    };
    std::array<Shard, 16> _shards;
};

} // namespace netbit::base
