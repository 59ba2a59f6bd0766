#include "services/chat/Creation.h"

#include "services/chat/Lists.h"

#include <limits>

namespace netbit::services::chat {

Creation::Creation(Core& core, std::string name, std::string chatType, Id creatorId, std::vector<Member> members)
    : _core(core), _members(std::make_shared<const Members>(std::move(members)))
{
    _chat.name = std::move(name);
    _chat.chatType = std::move(chatType);
    _chat.creatorId = creatorId;
}

void Creation::apply(storage::Connection& connection)
{
    _chat.id = _core.writerSide.nextChatId();
    _chat.createdAt = _chat.updatedAt = _core.writerSide.time();
    _head = std::make_shared<ChatHead>(ChatHead{_chat, chatHead(_chat)});
    storage::ChatRepository::insert(connection, _chat);
    for (const auto& member : *_members)
        storage::ChatRepository::insertParticipant(connection, {.chatId = _chat.id,
                                                                .userId = member.userId,
                                                                .role = std::string(nameOf(member.role)),
                                                                .joinedAt = _chat.createdAt});
    _event = {.id = _core.events.nextId(),
              .topic = "chat.created",
              .chatId = _chat.id,
              .actorId = _chat.creatorId,
              .objectId = _chat.id,
              .data = _head->json,
              .createdAt = _chat.createdAt};
    appendChatRest(_event.data, std::nullopt, _members->size(), {});
    storage::EventRepository::insert(connection, _event);
}

void Creation::publish()
{
    auto state = std::make_shared<ChatState>();
    state->head = _head;
    state->members = _members;
    state->level = Level::window; // it has no message yet
    _core.cache.add(std::move(state));
    auto json = events::EventLog::envelope(_event.id, _event.topic, _event.chatId, _event.actorId, _event.createdAt,
                                           _event.data);
    _core.events.append(std::make_shared<const events::Event>(events::Event{
        _event.id, _event.topic, _event.chatId, _event.actorId, _event.createdAt, std::move(json)}));
}

std::string Creation::json() const
{
    std::string out = _head->json;
    appendChatRest(out, _members->find(_chat.creatorId), _members->size(), {});
    return out;
}

CreateJob::CreateJob(Core& core, auth::PrincipalPtr creator, std::string name, std::string chatType,
                     std::vector<Member> members, Done done)
    : _core(core), _creator(std::move(creator)),
      _pair(chatType == "direct" ? std::optional(WriterSide::pairOf(members.front().userId, members.back().userId))
                                 : std::nullopt),
      _creation(core, std::move(name), std::move(chatType), _creator->userId(), std::move(members)),
      _done(std::move(done))
{
}

void CreateJob::takeBack() noexcept
{
    if (std::exchange(_told, false))
        _core.writerSide.directsUnderWay.erase(*_pair);
}

base::Result<void> CreateJob::apply(storage::Connection& connection)
{
    takeBack();
    _existing = 0;
    if (auto valid = checkValid(*_creator); !valid)
        return valid;
    auto& side = _core.writerSide;
    if (_pair) {
        if (const auto known = side.directs.find(*_pair); known != side.directs.end())
            _existing = known->second;
        else if (const auto other = side.directsUnderWay.find(*_pair); other != side.directsUnderWay.end())
            _existing = other->second;
    }
    if (_existing == 0) {
        _creation.apply(connection);
        if (_pair)
            _told = side.directsUnderWay.emplace(*_pair, _creation.chatId()).second;
        return {};
    }
    constexpr auto end = std::numeric_limits<std::int64_t>::max();
    _lastMessage.clear();
    for (const auto& last : storage::MessageRepository::before(connection, _existing, end, end, 1))
        _lastMessage = _core.textOf(last).substr(1);
    return {};
}

void CreateJob::publish()
{
    if (_existing == 0) {
        _creation.publish();
        takeBack();
        if (_pair)
            _core.writerSide.directs[*_pair] = _creation.chatId();
        _made = {_creation.chatId(), _creation.json(), false};
        return;
    }
    const auto state = _core.cache.find(_existing)->state();
    std::string json = state->head->json;
    appendChatRest(json, state->members->find(_creator->userId()), state->members->size(), _lastMessage);
    _made = {_existing, std::move(json), true};
}

void CreateJob::complete(const base::Result<void>& result)
{
    takeBack();
    if (!_done)
        return;
    if (result)
        _done(std::move(_made));
    else
        _done(result.error());
}

} // namespace netbit::services::chat
