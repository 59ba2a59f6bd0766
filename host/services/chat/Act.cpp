#include "services/chat/Act.h"

#include "services/chat/SendJob.h"

namespace netbit::services::chat {

using base::fault;
using base::Result;
using base::Status;

void Turn::store(storage::EventRecord event, std::string data)
{
    event.id = core.events.nextId();
    event.createdAt = time();
    storage::EventRepository::insert(connection, event);
    then([&log = core.events, shown = events::EventLog::shown(event, data)] { log.append(shown); });
}

void Turn::tell(std::string_view topic, Id chatId, Id objectId, std::string data)
{
    store({.topic = std::string(topic), .chatId = chatId, .actorId = caller.userId(), .objectId = objectId, .data = data},
          data);
}

void Turn::tellOnly(Id userId, std::string_view topic, Id objectId, std::string data)
{
    store({.topic = std::string(topic), .actorId = userId, .objectId = objectId, .data = data}, data);
}

void Turn::tellOf(std::string_view topic, const storage::MessageRecord& message)
{
    store({.topic = std::string(topic), .chatId = message.chatId, .actorId = caller.userId(), .objectId = message.id},
          core.textOf(message).substr(1));
}

Result<void> ActJob::apply(storage::Connection& connection)
{
    _made = Completed();
    _effects.clear();
    if (auto valid = checkValid(*_caller); !valid) // it may have changed while this waited
        return valid;
    const auto answered = _once.answered(connection, _made);
    if (!answered)
        return answered.error();
    if (*answered)
        return {};
    Turn turn(_core, *_caller, connection);
    if (auto done = _act(turn); !done)
        return done;
    _once.remember(connection, turn.made, base::now());
    _made = std::move(turn.made);
    _effects = std::move(turn.effects);
    return {};
}

void ActJob::publish()
{
    for (const auto& effect : _effects)
        effect();
}

void ActJob::complete(const Result<void>& result)
{
    if (!_done)
        return;
    if (result)
        _done(std::move(_made));
    else
        _done(result.error());
}

Result<void> submit(Core& core, std::string_view operation, const operations::Call& call, Act act, Done done)
{
    std::unique_ptr<storage::Job> job = std::make_unique<ActJob>(core, operations::Once(operation, call), call.principal,
                                                                 std::move(act), std::move(done));
    if (!core.writer.submit(job))
        return overloaded();
    return {};
}

Result<Standing> standingIn(Turn& turn, Id chatId)
{
    auto member = storage::ChatRepository::participant(turn.connection, chatId, turn.caller.userId());
    auto chat = member ? storage::ChatRepository::byId(turn.connection, chatId) : std::nullopt;
    if (!chat)
        return chatNotFound();
    return Standing{std::move(*chat), std::move(*member)};
}

Result<Standing> standingWith(Turn& turn, Id chatId, Right right)
{
    auto standing = standingIn(turn, chatId);
    if (!standing)
        return standing.error();
    if (auto good = checkRight(standing->chat, standing->role(), right); !good)
        return good.error();
    return standing;
}

base::Error messageNotFound()
{
    return fault(Status::notFound, "message_not_found", "There is no such message in this chat.");
}

Result<storage::MessageRecord> messageIn(storage::Connection& connection, Id chatId, Id messageId, bool deletedToo)
{
    auto message = storage::MessageRepository::byId(connection, messageId);
    if (!message || message->chatId != chatId)
        return messageNotFound();
    if (message->deletedAt != 0 && !deletedToo)
        return fault(Status::notFound, "message_deleted", "This message was deleted.");
    return std::move(*message);
}

void post(Turn& turn, storage::MessageRecord& message, const Mentions& mentions)
{
    message.mentions = mentions.json;
    message.id = turn.core.writerSide.nextMessageId();
    message.createdAt = turn.time();
    auto root = message.replyTo != 0 ? storage::MessageRepository::byId(turn.connection, message.replyTo) : std::nullopt;
    if (root && root->threadId != 0)
        root = storage::MessageRepository::byId(turn.connection, root->threadId);
    message.threadId = root ? root->id : 0;
    message.replyTo = root ? message.replyTo : 0;
    storage::MessageRepository::insert(turn.connection, message);
    storeMentions(turn.connection, message, mentions);
    turn.core.look(turn.connection, message);
    turn.then([&core = turn.core, cached = turn.core.cachedOf(message), chatId = message.chatId,
               sender = message.senderId, users = mentions.users, everyone = mentions.everyone]() mutable {
        auto& entry = *core.cache.find(chatId);
        const auto id = cached.id;
        entry.add(std::move(cached), core.keep.load(std::memory_order_relaxed));
        entry.tally.add(id, sender, users, everyone);
    });
    if (root) {
        ++root->replyCount;
        root->lastReplyAt = message.createdAt;
        store(turn, *root);
    }
    turn.tellOf("message.created", message);
}

void postSystem(Turn& turn, Id chatId, std::string content)
{
    storage::MessageRecord message;
    message.chatId = chatId;
    message.senderId = turn.caller.userId();
    message.content = std::move(content);
    message.messageType = "system";
    post(turn, message);
}

void store(Turn& turn, const storage::MessageRecord& message)
{
    storage::MessageRepository::update(turn.connection, message);
    storage::ChatRepository::countRevision(turn.connection, message.chatId);
    turn.then([&core = turn.core, cached = turn.core.cachedOf(message), chatId = message.chatId] {
        core.cache.find(chatId)->replace(cached);
    });
}

} // namespace netbit::services::chat
