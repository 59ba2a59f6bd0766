#pragma once
// How many messages have come into a chat since somebody first asked for a count, so that his count is an addition and no
// walk over the log.

#include "storage/Records.h"

#include <mutex>
#include <span>
#include <unordered_map>

namespace netbit::services::chat {

using storage::Id;

class Tally {
public:
    /// The sums as one user sees them. Two of the same epoch can be subtracted: what is between them came in between.
    struct Sum {
        std::uint64_t epoch = 0;
        Id through = 0; ///< every message of the chat up to this id is in the sums, or was there before they began
        std::int64_t messages = 0;
        std::int64_t own = 0;
        std::int64_t mentions = 0; ///< by others
    };

    /// [writer] Messages up to this id are in the database when the server starts.
    void startAfter(Id through)
    {
        const std::lock_guard lock(_mutex); // all
        _through = through;
    }

    /// [writer] A message that readers can see now. `mentioned`: users, of no interest where it mentions everyone.
    void add(Id message, Id sender, std::span<const Id> mentioned, bool everyone)
    {
        const std::lock_guard lock(_mutex); // all
        _through = message;
        if (!_asked)
            return;
        ++_messages;
        ++_users[sender].own;
        if (everyone) {
            ++_toAll;
            ++_users[sender].ownToAll;
        } else {
            for (const auto user : mentioned)
                if (user != sender)
                    ++_users[user].mentions;
        }
    }

    /// [writer] Something else has happened to what was counted: sums from before say nothing any more.
    void upset(Id through = 0)
    {
        const std::lock_guard lock(_mutex); // all
        _through = std::max(_through, through);
        ++_epoch;
    }

    /// [any]
    Sum sum(Id user)
    {
        const std::lock_guard lock(_mutex); // all
        _asked = true;
        Sum out{_epoch, _through, _messages, 0, _toAll};
        if (const auto found = _users.find(user); found != _users.end()) {
            out.own = found->second.own;
            out.mentions += found->second.mentions - found->second.ownToAll;
        }
        return out;
    }

private:
    struct OfUser {
        std::int64_t own = 0;
        std::int64_t ownToAll = 0;
        std::int64_t mentions = 0;
    };

    std::mutex _mutex; // guards all below
    bool _asked = false;
    std::uint64_t _epoch = 0;
    Id _through = 0;
    std::int64_t _messages = 0;
    std::int64_t _toAll = 0;
    std::unordered_map<Id, OfUser> _users;
};

} // namespace netbit::services::chat
