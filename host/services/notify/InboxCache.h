#pragma once
// The newest of each inbox that somebody has looked into, and its counts, in memory.

#include "storage/NotificationRepository.h"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace netbit::services::notify {

using storage::Id;

struct InboxView {
    struct Item {
        Id id = 0;
        std::string json;
    };
    std::vector<Item> newest; ///< newest first
    bool whole = false;       ///< there are no others
    storage::NotificationCounts counts;
};

class InboxCache {
public:
    static constexpr std::size_t pageSize = 50;

    std::shared_ptr<const InboxView> find(Id userId) const ///< [any] null: not in memory
    {
        const std::lock_guard lock(_mutex); // _views
        const auto at = _views.find(userId);
        return at == _views.end() ? nullptr : at->second;
    }
    /// Before the database is read for put().
    std::uint64_t epoch() const
    {
        const std::lock_guard lock(_mutex); // _epoch
        return _epoch;
    }
    /// Kept unless anything changed since that epoch.
    void put(Id userId, std::shared_ptr<const InboxView> view, std::uint64_t epoch)
    {
        const std::lock_guard lock(_mutex); // _views
        if (epoch != _epoch)
            return;
        if (_views.size() >= mostUsers)
            _views.clear();
        _views[userId] = std::move(view);
    }
    void drop(Id userId) ///< [writer] after the commit
    {
        const std::lock_guard lock(_mutex); // _views
        ++_epoch;
        _views.erase(userId);
    }
    void clear() ///< [any] what notifications quote may have changed
    {
        const std::lock_guard lock(_mutex); // _views
        ++_epoch;
        _views.clear();
    }

private:
    static constexpr std::size_t mostUsers = 10'000; // some 15 KiB each at most, mostly far less

    mutable std::mutex _mutex; // guards what follows
    std::unordered_map<Id, std::shared_ptr<const InboxView>> _views;
    std::uint64_t _epoch = 0;
};

} // namespace netbit::services::notify
