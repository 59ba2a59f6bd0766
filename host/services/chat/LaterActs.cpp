#include "services/chat/LaterActs.h"

#include "base/Json.h"
#include "services/chat/MessageActs.h"

namespace netbit::services::chat {

using base::fault;
using base::Status;

namespace {

constexpr base::Millis mostAhead = 366LL * 24 * 3'600 * 1'000;
constexpr std::int64_t mostWaiting = 100; // of one user
constexpr std::size_t dueAtOnce = 200;

Id chatOf(const Call& call) { return call.arguments.integerOr("id", 0); }

Result<std::string> contentOf(const Core& core, const Call& call)
{
    std::string content(call.arguments.textOr("content", ""));
    if (auto form = checkContent(content, core.maxMessageBytes, "/content"); !form)
        return form.error();
    if (blank(content))
        return fault(Status::invalid, "invalid_content", "There is nothing to be seen in it.", "/content");
    return content;
}

Result<void> checkReply(Turn& turn, Id chatId, Id replyTo)
{
    if (replyTo != 0)
        if (const auto target = messageIn(turn.connection, chatId, replyTo, true); !target)
            return fault(Status::invalid, "unknown_reply", "There is no such message in this chat.", "/reply_to");
    return {};
}

void appendReply(std::string& out, Id replyTo)
{
    out += ",\"reply_to\":";
    if (replyTo != 0)
        base::appendJsonInt(out, replyTo);
    else
        out += "null";
}

std::string draftJson(const storage::DraftRecord& draft)
{
    std::string out = "{\"chat_id\":";
    base::appendJsonInt(out, draft.chatId);
    out += ",\"content\":";
    base::appendJsonString(out, draft.content);
    appendReply(out, draft.replyTo);
    out += ",\"updated_at\":\"" + base::rfc3339(draft.updatedAt) + "\"}";
    return out;
}

std::string scheduledJson(const storage::ScheduledRecord& scheduled)
{
    std::string out = "{\"id\":";
    base::appendJsonInt(out, scheduled.id);
    out += ",\"chat_id\":";
    base::appendJsonInt(out, scheduled.chatId);
    out += ",\"content\":";
    base::appendJsonString(out, scheduled.content);
    appendReply(out, scheduled.replyTo);
    out += ",\"send_at\":\"" + base::rfc3339(scheduled.sendAt) + "\",\"created_at\":\"" + base::rfc3339(scheduled.createdAt);
    out += "\",\"state\":";
    base::appendJsonString(out, scheduled.state);
    if (scheduled.messageId != 0) {
        out += ",\"message_id\":";
        base::appendJsonInt(out, scheduled.messageId);
    }
    if (!scheduled.error.empty()) {
        out += ",\"error\":";
        base::appendJsonString(out, scheduled.error);
    }
    out += '}';
    return out;
}

/// Why it cannot be sent now; nothing: it can.
std::string_view hindrance(Turn& turn, const storage::ScheduledRecord& scheduled)
{
    const auto user = turn.core.users.byId(scheduled.senderId);
    if (!user || user->state != "active")
        return "user_deactivated";
    const auto standing = standingIn(turn, scheduled.chatId);
    if (!standing)
        return "chat_not_found";
    if (standing->chat.archivedAt != 0)
        return "chat_archived";
    return checkRight(standing->chat, standing->role(), Right::write) ? "" : "not_allowed";
}

Result<void> sendOne(Turn& turn, Id scheduledId)
{
    auto scheduled = storage::ScheduledRepository::byId(turn.connection, scheduledId);
    if (!scheduled || scheduled->state != "waiting") // it was sent, or taken back
        return {};
    scheduled->error = hindrance(turn, *scheduled);
    if (scheduled->error.empty()) {
        storage::MessageRecord message;
        message.chatId = scheduled->chatId;
        message.senderId = scheduled->senderId;
        message.content = scheduled->content;
        message.replyTo = scheduled->replyTo;
        const auto state = turn.core.cache.find(scheduled->chatId)->state();
        post(turn, message, mentionsIn(turn.core, *state, message.senderId, message.content));
        scheduled->state = "sent";
        scheduled->messageId = message.id;
    } else {
        scheduled->state = "failed";
    }
    storage::ScheduledRepository::end(turn.connection, scheduledId, scheduled->state, scheduled->messageId, scheduled->error);
    turn.tellOnly(scheduled->senderId, "scheduled." + scheduled->state, scheduledId, scheduledJson(*scheduled));
    return {};
}

} // namespace

Result<void> setDraft(Core& core, Call& call, Done done)
{
    auto content = contentOf(core, call);
    if (!content)
        return content.error();
    storage::DraftRecord draft;
    draft.chatId = chatOf(call);
    draft.content = std::move(*content);
    draft.replyTo = call.arguments.integerOr("reply_to", 0);
    auto act = [draft = std::move(draft)](Turn& turn) mutable -> Result<void> {
        if (const auto standing = standingIn(turn, draft.chatId); !standing)
            return standing.error();
        if (auto reply = checkReply(turn, draft.chatId, draft.replyTo); !reply)
            return reply;
        draft.updatedAt = turn.time();
        storage::DraftRepository::set(turn.connection, turn.caller.userId(), draft);
        turn.made = {draft.chatId, draftJson(draft), false};
        turn.tellOnly(turn.caller.userId(), "draft.saved", draft.chatId, turn.made.json);
        return {};
    };
    return submit(core, "drafts.set", call, std::move(act), std::move(done));
}

Result<void> getDraft(Core& core, Call& call, Done done)
{
    const auto entry = readableChat(core, call);
    if (!entry)
        return entry.error();
    std::optional<storage::DraftRecord> draft;
    core.database.read([&](storage::Connection& connection) {
        draft = storage::DraftRepository::find(connection, call.principal->userId(), (*entry)->id);
    });
    done(Completed{(*entry)->id, "{\"draft\":" + (draft ? draftJson(*draft) : std::string("null")) + "}", false});
    return {};
}

Result<void> deleteDraft(Core& core, Call& call, Done done)
{
    auto act = [chatId = chatOf(call)](Turn& turn) -> Result<void> {
        if (const auto standing = standingIn(turn, chatId); !standing)
            return standing.error();
        if (storage::DraftRepository::remove(turn.connection, turn.caller.userId(), chatId))
            turn.tellOnly(turn.caller.userId(), "draft.deleted", chatId, "{\"chat_id\":" + std::to_string(chatId) + "}");
        return {};
    };
    return submit(core, "drafts.delete", call, std::move(act), std::move(done));
}

Result<void> scheduleMessage(Core& core, Call& call, Done done)
{
    auto content = contentOf(core, call);
    if (!content)
        return content.error();
    storage::ScheduledRecord scheduled;
    scheduled.chatId = chatOf(call);
    scheduled.senderId = call.principal->userId();
    scheduled.content = std::move(*content);
    scheduled.replyTo = call.arguments.integerOr("reply_to", 0);
    scheduled.sendAt = call.arguments.integerOr("send_at", 0);
    auto act = [scheduled = std::move(scheduled)](Turn& turn) mutable -> Result<void> {
        if (const auto standing = standingWith(turn, scheduled.chatId, Right::write); !standing)
            return standing.error();
        const auto now = base::now();
        if (scheduled.sendAt <= now || scheduled.sendAt > now + mostAhead)
            return fault(Status::invalid, "out_of_range", "It must be in the year to come.", "/send_at");
        if (auto reply = checkReply(turn, scheduled.chatId, scheduled.replyTo); !reply)
            return reply;
        if (storage::ScheduledRepository::waitingCount(turn.connection, scheduled.senderId) >= mostWaiting)
            return fault(Status::conflict, "too_many_scheduled", "You have 100 messages waiting.");
        scheduled.id = turn.core.writerSide.nextScheduledId();
        scheduled.createdAt = turn.time();
        storage::ScheduledRepository::insert(turn.connection, scheduled);
        turn.made = {scheduled.id, scheduledJson(scheduled), false};
        turn.then([&core = turn.core, at = scheduled.sendAt] { core.dueAt(at); });
        turn.tellOnly(scheduled.senderId, "scheduled.created", scheduled.id, turn.made.json);
        return {};
    };
    return submit(core, "scheduled.create", call, std::move(act), std::move(done));
}

Result<void> listScheduled(Core& core, Call& call, Done done)
{
    const auto entry = readableChat(core, call);
    if (!entry)
        return entry.error();
    std::vector<storage::ScheduledRecord> found;
    core.database.read([&](storage::Connection& connection) {
        found = storage::ScheduledRepository::waitingOf(connection, call.principal->userId(), (*entry)->id);
    });
    std::string out = "{\"data\":[";
    for (const auto& one : found) {
        out += &one == found.data() ? "" : ",";
        out += scheduledJson(one);
    }
    out += "]}";
    done(Completed{(*entry)->id, std::move(out), false});
    return {};
}

Result<void> cancelScheduled(Core& core, Call& call, Done done)
{
    auto act = [chatId = chatOf(call), id = call.arguments.integerOr("scheduled", 0)](Turn& turn) -> Result<void> {
        const auto scheduled = storage::ScheduledRepository::byId(turn.connection, id);
        if (!scheduled || scheduled->senderId != turn.caller.userId() || scheduled->chatId != chatId)
            return fault(Status::notFound, "scheduled_not_found", "You have no such message waiting in this chat.");
        if (scheduled->state != "waiting")
            return fault(Status::conflict, "scheduled_ended", "Its time has come already.");
        storage::ScheduledRepository::remove(turn.connection, id);
        turn.made.id = id;
        turn.tellOnly(turn.caller.userId(), "scheduled.deleted", id, scheduledJson(*scheduled));
        return {};
    };
    return submit(core, "scheduled.delete", call, std::move(act), std::move(done));
}

void sendDue(Core& core)
{
    const auto now = base::now();
    if (core.nextDue.load() > now)
        return;
    // Before the rows are read: what is written meanwhile sets it anew, or is read.
    core.nextDue.store(std::numeric_limits<base::Millis>::max());
    std::vector<storage::ScheduledRecord> due;
    std::optional<base::Millis> next;
    core.database.read([&](storage::Connection& connection) {
        due = storage::ScheduledRepository::due(connection, now, dueAtOnce);
        const auto coming = storage::ScheduledRepository::due(connection, std::numeric_limits<std::int64_t>::max(), due.size() + 1);
        if (coming.size() > due.size())
            next = coming.back().sendAt;
    });
    bool left = false;
    for (const auto& one : due) {
        const auto sender = std::make_shared<const auth::Principal>(auth::Principal::Kind::impersonated, one.senderId,
                                                                    core.nameOf(one.senderId), false, 0, 0);
        // One that could not be written, because the disk was full, waits for the next time.
        auto job = std::unique_ptr<storage::Job>(std::make_unique<ActJob>(
            core, operations::Once(), sender, [id = one.id](Turn& turn) { return sendOne(turn, id); },
            [&core](const Result<Completed>& result) {
                if (!result)
                    core.nextDue.store(0);
            }));
        left = !core.writer.submit(job) || left;
    }
    if (left)
        next = 0;
    if (next)
        for (auto known = core.nextDue.load(); *next < known && !core.nextDue.compare_exchange_weak(known, *next);) {
        }
}

} // namespace netbit::services::chat
