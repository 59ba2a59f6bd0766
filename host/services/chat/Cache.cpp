#include "services/chat/Cache.h"

namespace netbit::services::chat {

void ChatEntry::add(CachedMessage message, std::size_t keep)
{
    const std::lock_guard lock(_change); // the state, what is noted
    if (_noting)
        _noted.push_back(message);
    const auto now = _cell.load();
    if (now->level == Level::nothing || message.id <= now->loadedThrough)
        return;
    auto next = std::make_shared<ChatState>(ChatState{now->head, now->members, {}, now->total + 1, now->loadedThrough,
                                                      now->epoch, now->revision, now->level});
    next->newest = now->newest.with(std::move(message), keep);
    _cell.store(std::move(next));
}

void ChatEntry::replace(CachedMessage message)
{
    const std::lock_guard lock(_change); // the state, what is noted
    if (_noting) {
        _notedChanges.push_back(message);
        for (auto& one : _noted)
            if (one.id == message.id)
                one = message;
    }
    auto next = std::make_shared<ChatState>(*_cell.load());
    ++next->revision;
    if (const auto at = next->newest.indexOf(message.id))
        next->newest = next->newest.replaced(*at, std::move(message));
    _cell.store(std::move(next));
}

void ChatEntry::setHead(std::shared_ptr<const ChatHead> head)
{
    const std::lock_guard lock(_change); // the state
    auto next = std::make_shared<ChatState>(*_cell.load());
    next->head = std::move(head);
    _cell.store(std::move(next));
}

void ChatEntry::setMembers(Members members)
{
    const std::lock_guard lock(_change); // the state
    auto next = std::make_shared<ChatState>(*_cell.load());
    next->members = std::make_shared<const Members>(std::move(members));
    _cell.store(std::move(next));
}

void ChatEntry::join(const std::vector<Member>& joining)
{
    const std::lock_guard lock(_change); // the state
    auto next = std::make_shared<ChatState>(*_cell.load());
    next->members = std::make_shared<const Members>(next->members->with(joining));
    _cell.store(std::move(next));
}

void ChatEntry::forget()
{
    const std::lock_guard lock(_change); // the state, what is noted
    auto next = std::make_shared<ChatState>(*_cell.load());
    next->newest = Newest();
    next->total = 0;
    next->loadedThrough = 0;
    next->level = Level::nothing;
    ++next->epoch;
    _noted.clear();
    _cell.store(std::move(next));
}

std::uint32_t ChatEntry::startNoting()
{
    const std::lock_guard lock(_change); // what is noted
    _noting = true;
    _noted.clear();
    _notedChanges.clear();
    return _cell.load()->epoch;
}

void ChatEntry::stopNoting()
{
    const std::lock_guard lock(_change); // what is noted
    _noting = false;
    _noted.clear();
    _notedChanges.clear();
}

bool ChatEntry::install(Read read, Level level, std::size_t keep, std::uint32_t epoch)
{
    const std::lock_guard lock(_change); // the state, what is noted
    _noting = false;
    auto noted = std::exchange(_noted, {});
    const auto now = _cell.load();
    if (now->epoch != epoch) {
        _notedChanges.clear();
        return false;
    }
    auto next = std::make_shared<ChatState>(
        ChatState{now->head, now->members, Newest(std::move(read.newest)), read.total, read.through, epoch, now->revision,
                  level});
    for (auto& message : noted)
        if (message.id > read.through) {
            next->newest = next->newest.with(std::move(message), keep);
            ++next->total;
        }
    for (auto& message : std::exchange(_notedChanges, {}))
        if (const auto at = next->newest.indexOf(message.id))
            next->newest = next->newest.replaced(*at, std::move(message));
    _cell.store(std::move(next));
    return true;
}

ChatEntry* Cache::find(Id chatId) const
{
    const auto& shard = _chats[shardOf(chatId)];
    const std::shared_lock lock(shard.mutex); // chats
    const auto found = shard.chats.find(chatId);
    return found == shard.chats.end() ? nullptr : found->second.get();
}

std::vector<ChatEntry*> Cache::ofUser(Id userId) const
{
    const auto& shard = _users[shardOf(userId)];
    const std::shared_lock lock(shard.mutex); // chats
    const auto found = shard.chats.find(userId);
    return found == shard.chats.end() ? std::vector<ChatEntry*>() : found->second;
}

std::vector<ChatEntry*> Cache::all() const
{
    std::vector<ChatEntry*> entries;
    for (const auto& shard : _chats) {
        const std::shared_lock lock(shard.mutex); // chats
        for (const auto& [id, entry] : shard.chats)
            entries.push_back(entry.get());
    }
    return entries;
}

std::size_t Cache::size() const
{
    std::size_t count = 0;
    for (const auto& shard : _chats) {
        const std::shared_lock lock(shard.mutex); // chats
        count += shard.chats.size();
    }
    return count;
}

ChatEntry& Cache::add(std::shared_ptr<ChatState> state)
{
    const auto members = state->members;
    auto made = std::make_unique<ChatEntry>(std::move(state));
    auto& entry = *made;
    {
        auto& shard = _chats[shardOf(entry.id)];
        const std::unique_lock lock(shard.mutex); // chats
        shard.chats.insert_or_assign(entry.id, std::move(made));
    }
    for (const auto& member : *members)
        index(entry, member.userId);
    name(entry, entry.state()->head->record);
    return entry;
}

void Cache::leave(ChatEntry& entry, Id userId)
{
    entry.setMembers(entry.state()->members->without(userId));
    auto& shard = _users[shardOf(userId)];
    const std::unique_lock lock(shard.mutex); // chats
    std::erase(shard.chats[userId], &entry);
}

void Cache::setHead(ChatEntry& entry, std::shared_ptr<const ChatHead> head)
{
    const auto before = entry.state()->head;
    entry.setHead(head);
    if (before->record.name == head->record.name)
        return;
    {
        const std::unique_lock lock(_names.mutex); // chats
        const auto old = _names.chats.find(lower(before->record.name));
        if (old != _names.chats.end() && std::erase(old->second, &entry) > 0 && old->second.empty())
            _names.chats.erase(old);
    }
    name(entry, head->record);
}

std::vector<ChatEntry*> Cache::byName(std::string_view name) const
{
    const std::shared_lock lock(_names.mutex); // chats
    const auto found = _names.chats.find(lower(name));
    return found == _names.chats.end() ? std::vector<ChatEntry*>() : found->second;
}

void Cache::name(ChatEntry& entry, const storage::ChatRecord& chat)
{
    if (chat.chatType == "direct")
        return;
    const std::unique_lock lock(_names.mutex); // chats
    _names.chats[lower(chat.name)].push_back(&entry);
}

std::string Cache::lower(std::string_view name)
{
    std::string out(name);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

void Cache::join(ChatEntry& entry, const std::vector<Member>& joining)
{
    entry.join(joining);
    for (const auto& member : joining)
        index(entry, member.userId);
}

void Cache::index(ChatEntry& entry, Id userId)
{
    auto& shard = _users[shardOf(userId)];
    const std::unique_lock lock(shard.mutex); // chats
    shard.chats[userId].push_back(&entry);
}

} // namespace netbit::services::chat
