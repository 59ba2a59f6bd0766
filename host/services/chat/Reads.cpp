#include "services/chat/Reads.h"

#include "storage/Repositories.h"

namespace netbit::services::chat {

std::optional<OwnView> Reads::find(Id userId, ChatEntry& entry)
{
    Known known;
    {
        auto& shard = shardOf(userId);
        const std::lock_guard lock(shard.mutex); // users
        const auto user = shard.users.find(userId);
        if (user == shard.users.end())
            return std::nullopt;
        const auto found = user->second.find(entry.id);
        if (found == user->second.end())
            return std::nullopt;
        known = found->second;
    }
    const auto now = entry.tally.sum(userId);
    if (now.epoch != known.base.epoch)
        return std::nullopt;
    known.view.unread += (now.messages - known.base.messages) - (now.own - known.base.own);
    known.view.mentions += now.mentions - known.base.mentions;
    return known.view;
}

OwnView Reads::read(storage::Connection& connection, Id userId, ChatEntry& entry)
{
    auto& shard = shardOf(userId);
    std::uint64_t forgotten = 0;
    {
        const std::lock_guard lock(shard.mutex); // forgotten
        forgotten = shard.forgotten;
    }
    const auto base = entry.tally.sum(userId);
    const auto view = count(connection, userId, entry.id, base.through);
    if (!entry.state()->members->find(userId))
        return view;
    const std::lock_guard lock(shard.mutex); // users, forgotten
    if (shard.forgotten == forgotten)
        shard.users[userId].insert_or_assign(entry.id, Known{view, base});
    return view;
}

void Reads::forget(Id userId, Id chatId)
{
    auto& shard = shardOf(userId);
    const std::lock_guard lock(shard.mutex); // users, forgotten
    ++shard.forgotten;
    if (const auto user = shard.users.find(userId); user != shard.users.end())
        user->second.erase(chatId);
}

OwnView Reads::count(storage::Connection& connection, Id userId, Id chatId, Id through)
{
    using storage::MessageRepository;
    OwnView view;
    const auto member = storage::ChatRepository::participant(connection, chatId, userId);
    if (!member)
        return view;
    view.mark = {member->lastReadAt, member->lastReadId};
    view.muted = member->muted;
    view.favourite = member->favourite;
    view.unread = MessageRepository::unread(connection, chatId, view.mark, userId, through);
    if (view.unread > 0)
        view.mentions = MessageRepository::unreadMentions(connection, chatId, view.mark, userId, through);
    return view;
}

} // namespace netbit::services::chat
