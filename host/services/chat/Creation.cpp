#include "services/chat/Creation.h"

#include <limits>

namespace netbit::services::chat {

Creation::Creation(Core& core, storage::ChatRecord chat, std::vector<Member> members)
    : _core(core), _chat(std::move(chat)), _members(std::make_shared<const Members>(std::move(members)))
{
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
    appendChatRest(_event.data, std::nullopt, _members->size(), {}, nullptr);
    storage::EventRepository::insert(connection, _event);
}

void Creation::publish()
{
    auto state = std::make_shared<ChatState>();
    state->head = _head;
    state->members = _members;
    state->level = Level::window; // it has no message yet
    _core.cache.add(std::move(state));
    _core.events.append(events::EventLog::shown(_event, _event.data));
}

std::string Creation::json() const
{
    std::string out = _head->json;
    const OwnView nothingYet;
    appendChatRest(out, _members->find(_chat.creatorId), _members->size(), {}, &nothingYet);
    return out;
}

CreateJob::CreateJob(Core& core, auth::PrincipalPtr creator, storage::ChatRecord chat, std::vector<Member> members,
                     operations::Once once, Done done)
    : _core(core), _creator(std::move(creator)),
      _pair(chat.chatType == "direct" ? std::optional(WriterSide::pairOf(members.front().userId, members.back().userId))
                                      : std::nullopt),
      _creation(core, std::move(chat), std::move(members)), _once(std::move(once)), _done(std::move(done))
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
    _creates = false;
    if (auto valid = checkValid(*_creator); !valid)
        return valid;
    const auto answered = _once.answered(connection, _made);
    if (!answered)
        return answered.error();
    if (*answered)
        return {};
    auto done = applyOnce(connection);
    if (done)
        _once.remember(connection, _made, base::now());
    return done;
}

base::Result<void> CreateJob::applyOnce(storage::Connection& connection)
{
    auto& side = _core.writerSide;
    Id existing = 0;
    if (_pair) {
        if (const auto known = side.directs.find(*_pair); known != side.directs.end())
            existing = known->second;
        else if (const auto other = side.directsUnderWay.find(*_pair); other != side.directsUnderWay.end())
            existing = other->second;
    }
    if (existing != 0) {
        _made = {existing, existingJson(connection, existing), true};
        return {};
    }
    _creation.apply(connection);
    _creates = true;
    if (_pair)
        _told = side.directsUnderWay.emplace(*_pair, _creation.chatId()).second;
    _made = {_creation.chatId(), _creation.json(), false};
    return {};
}

// It may be of this very batch, and then the cache does not know it.
std::string CreateJob::existingJson(storage::Connection& connection, Id chatId) const
{
    constexpr auto end = std::numeric_limits<std::int64_t>::max();
    std::string last;
    for (const auto& message : storage::MessageRepository::before(connection, chatId, end, end, 1))
        last = _core.textOf(message).substr(1);
    const auto member = storage::ChatRepository::participant(connection, chatId, _creator->userId());
    const auto own = Reads::count(connection, _creator->userId(), chatId);
    auto json = chatHead(storage::ChatRepository::byId(connection, chatId).value());
    const auto count = static_cast<std::size_t>(storage::ChatRepository::participantCount(connection, chatId));
    appendChatRest(json, roleOf(member.value().role), count, last, &own);
    return json;
}

void CreateJob::publish()
{
    if (!_creates)
        return;
    _creation.publish();
    takeBack();
    if (_pair)
        _core.writerSide.directs[*_pair] = _creation.chatId();
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
