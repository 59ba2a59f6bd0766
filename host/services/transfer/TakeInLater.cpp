// What is not said yet, and who may say it from outside: drafts, scheduled messages, hooks.

#include "services/transfer/TakeIn.h"

namespace netbit::services::transfer {

using storage::DraftRepository;
using storage::ExternalKind;
using storage::ExternalRepository;
using storage::HookRepository;
using storage::ScheduledRepository;

Id TakeIn::replyIn(Id chatId, const std::string& key)
{
    const auto there = storage::MessageRepository::byId(*_connection, messageOf(key));
    if (there && there->chatId == chatId)
        return there->id;
    if (!key.empty())
        note("unknown_reply", "What it answers is not here.");
    return 0;
}

void TakeIn::take(const DraftRecord& record)
{
    const auto chatId = chatOf(record.chat);
    const auto userId = userOf(record.user);
    if (chatId == 0 || userId == 0)
        return leaveOut(chatId == 0 ? "unknown_chat" : "unknown_user", "Whose draft it is, or in which chat, is not here.");
    if (DraftRepository::find(*_connection, userId, chatId))
        return already(Kind::draft);
    auto draft = record.draft;
    draft.chatId = chatId;
    draft.replyTo = replyIn(chatId, record.replyTo);
    DraftRepository::set(*_connection, userId, draft);
    added(Kind::draft);
}

// One whose time has passed is sent at once, as after any time that a server was away.
void TakeIn::take(const ScheduledRecord& record)
{
    if (_keys->find(ExternalKind::scheduled, record.key) != 0)
        return already(Kind::scheduled);
    auto scheduled = record.scheduled;
    scheduled.chatId = chatOf(record.chat);
    scheduled.senderId = userOf(record.sender);
    if (scheduled.chatId == 0 || scheduled.senderId == 0)
        return leaveOut(scheduled.chatId == 0 ? "unknown_chat" : "unknown_user", "Who sends it, or into which chat, is not here.");
    scheduled.id = _core.writerSide.nextScheduledId();
    scheduled.replyTo = replyIn(scheduled.chatId, record.replyTo);
    ScheduledRepository::insert(*_connection, scheduled);
    ExternalRepository::insert(*_connection, _source, ExternalKind::scheduled, record.key, scheduled.id);
    _nextDue = _nextDue == 0 ? scheduled.sendAt : std::min(_nextDue, scheduled.sendAt);
    added(Kind::scheduled);
}

void TakeIn::take(const HookRecord& record)
{
    if (_keys->find(ExternalKind::hook, record.key) != 0 || HookRepository::byHash(*_connection, record.hook.hash))
        return already(Kind::hook);
    auto hook = record.hook;
    hook.chatId = chatOf(record.chat);
    hook.createdBy = userOf(record.creator);
    hook.botId = userOf(record.bot);
    if (hook.chatId == 0 || hook.createdBy == 0 || hook.botId == 0)
        return leaveOut(hook.chatId == 0 ? "unknown_chat" : "unknown_user", "Who made it, its bot or its chat is not here.");
    hook.id = _core.writerSide.nextHookId();
    HookRepository::insert(*_connection, hook);
    ExternalRepository::insert(*_connection, _source, ExternalKind::hook, record.key, hook.id);
    added(Kind::hook);
}

} // namespace netbit::services::transfer
