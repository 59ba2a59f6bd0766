#include "services/chat/Core.h"

#include <limits>

namespace netbit::services::chat {

void WriterSide::load(storage::Connection& connection)
{
    _lastMessageId = storage::MessageRepository::highestId(connection);
    _lastChatId = storage::ChatRepository::highestId(connection);
    _lastScheduledId = storage::ScheduledRepository::highestId(connection);
    _lastHookId = storage::HookRepository::highestId(connection);
    // Every live write has an event with its time, and the newest event is always kept.
    const auto lastEvent = storage::EventRepository::highestId(connection);
    for (const auto& event : storage::EventRepository::after(connection, lastEvent - 1, 1))
        _lastTime = std::max(_lastTime, event.createdAt);
}

StatePtr Core::loaded(ChatEntry& entry, Level level)
{
    if (auto state = entry.state(); state->level >= level)
        return state;
    StatePtr reached;
    entry.load(level, keep, [&](std::size_t count) {
        ChatEntry::Read read;
        database.read([&](storage::Connection& connection) {
            constexpr auto end = std::numeric_limits<std::int64_t>::max();
            read.total = storage::MessageRepository::count(connection, entry.id);
            read.through = storage::MessageRepository::highestId(connection);
            const auto records = storage::MessageRepository::before(connection, entry.id, end, end, count);
            read.newest.reserve(records.size());
            for (auto record = records.rbegin(); record != records.rend(); ++record)
                read.newest.push_back(cachedOf(*record));
        });
        return read;
    });
    return entry.state();
}

bool isGuest(const Core& core, Id userId)
{
    const auto user = core.users.byId(userId);
    return !user || user->role == "guest";
}

bool findable(const Core& core, const ChatState& state, Id userId)
{
    return state.head->record.visibility == "public" && !isGuest(core, userId);
}

} // namespace netbit::services::chat
