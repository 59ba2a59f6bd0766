#pragma once
// How many connections each user has.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace netbit::tcp {

class UserCount {
public:
    /// [any] One more, unless the user has `most` already; 0: no limit.
    bool enter(std::int64_t userId, std::size_t most)
    {
        const std::lock_guard lock(_mutex);
        auto& count = _counts[userId];
        if (most != 0 && count >= most)
            return false;
        ++count;
        return true;
    }

    /// [any] After an enter() that said true.
    void leave(std::int64_t userId)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _counts.find(userId);
        if (--found->second == 0)
            _counts.erase(found);
    }

private:
    std::mutex _mutex; // guards _counts
    std::unordered_map<std::int64_t, std::size_t> _counts;
};

} // namespace netbit::tcp
