#include "services/chat/ReadActs.h"

#include "base/Json.h"

namespace netbit::services::chat {

using base::fault;
using base::Result;
using base::Status;

namespace {

std::string markJson(Id chatId, Id threadId, storage::Place mark, std::int64_t unread, std::int64_t mentions)
{
    std::string out = "{\"chat_id\":";
    base::appendJsonInt(out, chatId);
    out += ",\"thread_id\":";
    if (threadId != 0)
        base::appendJsonInt(out, threadId);
    else
        out += "null";
    out += ",\"last_read_message_id\":";
    if (mark.id != 0)
        base::appendJsonInt(out, mark.id);
    else
        out += "null";
    out += ",\"unread_count\":";
    base::appendJsonInt(out, unread);
    if (threadId == 0) {
        out += ",\"mention_count\":";
        base::appendJsonInt(out, mentions);
    }
    out += '}';
    return out;
}

} // namespace

Result<void> markRead(Core& core, operations::Call& call, Done done)
{
    const auto& args = call.arguments;
    const auto messageId = args.integerOr("message_id", 0);
    const bool backwards = args.flag("unread").value_or(false);
    if (messageId == 0 && !backwards)
        return fault(Status::invalid, "unknown_message", "It must be a message of this chat.", "/message_id");
    auto act = [chatId = args.integerOr("id", 0), thread = args.integerOr("thread", 0), messageId,
                backwards](Turn& turn) -> Result<void> {
        const auto standing = standingIn(turn, chatId);
        if (!standing)
            return standing.error();
        const auto me = turn.caller.userId();
        const storage::Place ofChat{standing->member.lastReadAt, standing->member.lastReadId};
        auto now = ofChat;
        if (thread != 0) {
            const auto root = messageIn(turn.connection, chatId, thread, true);
            if (!root)
                return root.error();
            if (root->threadId != 0)
                return fault(Status::invalid, "not_a_thread", "This message is a reply; name the one it began with.", "/thread");
            now = storage::ThreadReadRepository::find(turn.connection, me, thread).value_or(ofChat);
        }
        storage::Place next;
        if (messageId != 0) {
            const auto message = storage::MessageRepository::byId(turn.connection, messageId);
            if (!message || message->chatId != chatId ||
                (thread != 0 && message->threadId != thread && message->id != thread))
                return fault(Status::invalid, "unknown_message",
                             thread != 0 ? "It must be a message of this thread." : "It must be a message of this chat.",
                             "/message_id");
            next = {message->createdAt, message->id};
        }
        const bool moves = backwards ? next != now : next > now;
        if (moves && thread != 0)
            storage::ThreadReadRepository::set(turn.connection, me, thread, next);
        else if (moves)
            storage::ChatRepository::setRead(turn.connection, chatId, me, next);
        std::string json;
        if (thread != 0) {
            const auto mark = moves ? next : now;
            json = markJson(chatId, thread, mark,
                            storage::MessageRepository::unreadInThread(turn.connection, thread, mark, me), 0);
        } else {
            const auto own = Reads::count(turn.connection, me, chatId);
            json = markJson(chatId, 0, own.mark, own.unread, own.mentions);
        }
        turn.made = {messageId, json, false};
        if (moves) {
            turn.then([&reads = turn.core.reads, me, chatId] { reads.forget(me, chatId); });
            turn.tellOnly(me, "read.marked", chatId, std::move(json));
        }
        return {};
    };
    return submit(core, "chats.read", call, std::move(act), std::move(done));
}

} // namespace netbit::services::chat
