#include "services/chat/SendJob.h"

#include "services/chat/Attachments.h"

namespace netbit::services::chat {

using base::fault;
using base::Result;
using base::Status;

Result<void> mayWrite(const ChatState& state, const auth::Principal& principal)
{
    if (auto valid = checkValid(principal); !valid)
        return valid;
    const auto role = state.members->find(principal.userId());
    if (!role)
        return chatNotFound();
    return checkRight(state.head->record, *role, Right::write);
}

SendJob::SendJob(Core& core, ChatEntry& entry, auth::PrincipalPtr sender, NewMessage message, Done done)
    : _core(core), _entry(entry), _sender(std::move(sender)), _attachments(message.attachments), _key(std::move(message.key)),
      _done(std::move(done))
{
    if (!_key.empty()) {
        message.key.clear();
        _digest = digestOf(message);
    }
    _message.chatId = message.chatId;
    _message.senderId = _sender->userId();
    _message.content = std::move(message.content);
    _message.messageType = std::move(message.messageType);
    _message.replyTo = message.replyTo;
    _mentions = mentionsIn(_core, *_entry.state(), _message.senderId, _message.content);
    _message.mentions = _mentions.json;
    _middle = messageMiddle(_message, _core.nameOf(_message.senderId));
}

Result<void> SendJob::apply(storage::Connection& connection)
{
    _made = Completed();
    if (auto may = checkSender(connection); !may) // it may have changed while this waited
        return may;
    if (!_key.empty()) {
        const auto replayed = replays(connection);
        if (!replayed)
            return replayed.error();
        if (*replayed)
            return {};
    }
    if (_message.replyTo != 0)
        if (auto thread = findThread(connection); !thread)
            return thread;
    if (!_attachments.empty())
        if (auto files = findFiles(connection); !files)
            return files;

    _message.id = _core.writerSide.nextMessageId();
    _message.createdAt = _core.writerSide.time();
    _eventId = _core.events.nextId();
    storage::MessageRepository::insert(connection, _message);
    if (!_mentions.json.empty())
        storeMentions(connection, _message, _mentions);
    _core.look(connection, _message);
    for (const auto file : _attachments)
        storage::FileRepository::attach(connection, _message.id, _message.chatId, file);
    if (_message.threadId != 0) {
        ++_root.replyCount;
        _root.lastReplyAt = _message.createdAt;
        storage::MessageRepository::update(connection, _root);
        storage::ChatRepository::countRevision(connection, _root.chatId);
    }
    storage::EventRepository::insert(connection, {.id = _eventId,
                                                  .topic = "message.created",
                                                  .chatId = _message.chatId,
                                                  .actorId = _message.senderId,
                                                  .objectId = _message.id,
                                                  .createdAt = _message.createdAt});
    if (!_key.empty())
        storage::IdempotencyRepository::insert(connection, _message.senderId, _key,
                                               {_digest, _message.id, _message.createdAt});
    return {};
}

// The first send of a key may be in this very transaction: the database sees it.
Result<bool> SendJob::replays(storage::Connection& connection)
{
    const auto known = storage::IdempotencyRepository::find(connection, _message.senderId, _key);
    if (!known)
        return false;
    if (known->digest != _digest)
        return fault(Status::invalid, "idempotency_key_reused", "This key was used for another message.");
    const auto first = storage::MessageRepository::byId(connection, known->messageId);
    _made.id = known->messageId;
    _made.json = first ? _core.textOf(*first).substr(1) : std::string();
    _made.replayed = true;
    return true;
}

Result<void> SendJob::checkSender(storage::Connection& connection) const
{
    const auto state = _entry.state();
    auto& changing = _core.writerSide.changing;
    if (changing.empty() || !changing.contains(_entry.id))
        return mayWrite(*state, *_sender);
    // Somebody before this one in the batch has changed the chat, and the cache does not know it yet.
    if (auto valid = checkValid(*_sender); !valid)
        return valid;
    const auto member = storage::ChatRepository::participant(connection, _entry.id, _message.senderId);
    const auto chat = storage::ChatRepository::byId(connection, _entry.id);
    if (!member || !chat)
        return chatNotFound();
    return checkRight(*chat, roleOf(member->role), Right::write);
}

Result<void> SendJob::findThread(storage::Connection& connection)
{
    auto target = storage::MessageRepository::byId(connection, _message.replyTo);
    if (target && target->threadId != 0 && target->chatId == _message.chatId)
        target = storage::MessageRepository::byId(connection, target->threadId);
    if (!target || target->chatId != _message.chatId)
        return fault(Status::invalid, "unknown_reply", "There is no such message in this chat.", "/reply_to");
    _message.threadId = target->id;
    _root = std::move(*target);
    return {};
}

Result<void> SendJob::findFiles(storage::Connection& connection)
{
    if (auto found = takeAttachments(connection, _attachments, _message); !found)
        return found;
    _middle = messageMiddle(_message, _core.nameOf(_message.senderId)); // the type has followed from them
    return {};
}

void SendJob::publish()
{
    if (_made.replayed)
        return;
    CachedMessage message{_message.id, _message.createdAt, messageText(_message, _middle)};
    _made.id = message.id;
    _made.json = message.json();
    auto event = std::make_shared<events::Event>();
    event->id = _eventId;
    event->topic = "message.created";
    event->chatId = _message.chatId;
    event->actorId = _message.senderId;
    event->createdAt = _message.createdAt;
    event->plain = _message.mentions.empty() && _message.threadId == 0;
    event->json = events::EventLog::envelope(_eventId, event->topic, event->chatId, event->actorId, event->createdAt,
                                             _made.json);
    _entry.add(std::move(message), _core.keep.load(std::memory_order_relaxed));
    _entry.tally.add(_message.id, _message.senderId, _mentions.users, _mentions.everyone);
    if (_message.threadId != 0)
        _entry.replace(_core.cachedOf(_root));
    _core.events.append(std::move(event)); // behind the cache: who hears of it can read it
}

void SendJob::complete(const Result<void>& result)
{
    if (!_done)
        return;
    if (result)
        _done(std::move(_made));
    else
        _done(result.error());
}

} // namespace netbit::services::chat
