#pragma once
// What the parts of the notify service share. Internal to the room, and to those that deliver.

#include "services/chat/Core.h"
#include "services/notify/InboxCache.h"
#include "services/notify/NotifyService.h"
#include "services/notify/RuleBook.h"
#include "services/projects/Core.h"

#include <list>

namespace netbit::services::notify {

struct Core {
    Core(projects::Core& ofProjects, chat::Core& ofChats) : projects(ofProjects), chats(ofChats) {}

    Level serverLevel() const noexcept { return level.load(std::memory_order_relaxed); }
    std::string zoneOf(Id userId) const
    {
        const auto user = projects.users.byId(userId);
        return user && user->profile && !user->profile->timeZone.empty() ? user->profile->timeZone : "UTC";
    }

    using Made = std::function<void(projects::Turn&, const storage::NotificationRecord&)>;
    /// Each is called within the transaction of each notification that was made. They come before the first call, and go, each by its
    /// owner's hand, behind the last.
    std::list<Made> made;
    projects::Core& projects;
    chat::Core& chats;
    RuleBook book;
    std::atomic<Id> mark{0}; ///< every event up to this one has been looked at
    InboxCache inbox;
    std::atomic<Level> level{Level::mentions};
    std::atomic<std::int64_t> kept{NotifyOptions().kept};
    std::atomic<std::int64_t> simulatedEvents{NotifyOptions().simulatedEvents};
    std::atomic<int> simulations{0}; ///< under way
};

} // namespace netbit::services::notify
