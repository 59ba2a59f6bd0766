#include "services/transfer/TakeIn.h"

#include "base/Json.h"
namespace netbit::services::transfer {

using storage::ExternalKind;
using storage::ExternalRepository;

void TakeIn::apply(storage::Connection& connection)
{
    takeBack();
    outcome = Outcome();
    _connection = &connection;
    _users.clear();
    _chats.clear();
    _rooms.clear();
    _newUsers.clear();
    _touched.clear();
    _threads.clear();
    _directs.clear();
    _events.clear();
    _nextDue = 0;
    _newProjects.clear();
    _touchedProjects.clear();
    _keys = Keys::writing(connection, _batch.source);
    _source = _keys->source();
    _references = ExternalRepository::anyReferences(connection);
    _now = _core.writerSide.time();
    for (_index = 0; _index < _batch.records.size(); ++_index) {
        const auto& record = _batch.records[_index];
        if (!record)
            leaveOut(record.error().code, record.error().detail);
        else
            std::visit([this](const auto& one) { take(one); }, *record);
    }
    for (const auto thread : _threads)
        storage::TakeInRepository::countReplies(connection, thread);
    for (const auto project : _touchedProjects)
        _newProjects.emplace_back(project, projects::Directory::read(connection, project));
    tell();
}

// Whoever is in such a chat reads it anew, so what is in it needs no event of its own.
void TakeIn::tell()
{
    const auto creator = _core.users.oldestAdmin();
    for (const auto& [chatId, what] : _touched) {
        storage::EventRecord event;
        event.id = _core.events.nextId();
        event.topic = "chat.imported";
        event.chatId = chatId;
        event.actorId = creator ? creator->id : 0;
        event.objectId = what.firstMessage != 0 ? what.firstMessage : chatId;
        event.createdAt = _now;
        event.data = "{\"source\":";
        base::appendJsonString(event.data, _batch.source);
        event.data += ",\"first_message_id\":";
        if (what.firstMessage != 0)
            base::appendJsonInt(event.data, what.firstMessage);
        else
            event.data += "null";
        event.data += ",\"message_count\":";
        base::appendJsonInt(event.data, what.messages);
        event.data += '}';
        storage::EventRepository::insert(*_connection, event);
        _events.push_back(std::move(event));
        if (what.joined.members.empty() && what.joined.changed.empty())
            continue;
        _core.writerSide.changing.insert(chatId); // a send of this batch asks the database who is in it
    }
}

void TakeIn::publish()
{
    for (auto& user : _newUsers)
        _core.users.put(std::move(user));
    for (auto& [projectId, entry] : _newProjects)
        _projects->directory.put(projectId, std::move(entry));
    for (auto& [chatId, what] : _touched) {
        auto* entry = _core.cache.find(chatId);
        if (!entry) {
            auto state = std::make_shared<chat::ChatState>();
            auto json = chat::chatHead(*what.made);
            state->head = std::make_shared<const chat::ChatHead>(chat::ChatHead{std::move(*what.made), std::move(json)});
            state->members = std::make_shared<const chat::Members>();
            entry = &_core.cache.add(std::move(state));
        }
        auto& joined = what.joined;
        std::sort(joined.members.begin(), joined.members.end(),
                  [](const chat::Member& a, const chat::Member& b) { return a.userId < b.userId; });
        if (!joined.members.empty())
            _core.cache.join(*entry, joined.members);
        for (const auto& member : joined.changed) {
            entry->setMembers(entry->state()->members->withRole(member.userId, member.role));
            _core.reads.forget(member.userId, chatId);
        }
        entry->forget();
        entry->tally.upset(what.lastMessage);
        _core.writerSide.changing.erase(chatId);
    }
    for (const auto& [pair, chatId] : _directs)
        _core.writerSide.directs.emplace(pair, chatId);
    if (_nextDue != 0)
        _core.dueAt(_nextDue);
    for (const auto& event : _events)
        _core.events.append(events::EventLog::shown(event, event.data));
}

void TakeIn::takeBack() noexcept
{
    for (const auto& [pair, chatId] : _directs)
        _core.writerSide.directsUnderWay.erase(pair);
}

Id TakeIn::userOf(const std::string& key)
{
    if (key.empty())
        return 0;
    if (const auto found = _users.find(key); found != _users.end())
        return found->second;
    const auto id = _keys->find(ExternalKind::user, key);
    if (id != 0)
        _users.emplace(key, id);
    return id;
}

Id TakeIn::chatOf(const std::string& key)
{
    if (key.empty())
        return 0;
    if (const auto found = _chats.find(key); found != _chats.end())
        return found->second;
    const auto id = _keys->find(ExternalKind::chat, key);
    if (id != 0)
        _chats.emplace(key, id);
    return id;
}

Id TakeIn::messageOf(const std::string& key) { return key.empty() ? 0 : _keys->find(ExternalKind::message, key); }

} // namespace netbit::services::transfer
