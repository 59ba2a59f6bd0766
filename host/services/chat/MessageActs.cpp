#include "services/chat/MessageActs.h"

#include "base/EntityTag.h"
#include "base/Json.h"
#include "services/chat/Lists.h"
#include "services/chat/Markdown.h"

namespace netbit::services::chat {

using base::fault;
using base::Status;

namespace {

constexpr std::size_t mostEmoji = 50;      // different ones on a message
constexpr std::int64_t mostPins = 100;
constexpr std::size_t mostVersions = 200;

Id chatOf(const Call& call) { return call.arguments.integerOr("id", 0); }
Id messageOf(const Call& call) { return call.arguments.integerOr("message", 0); }

std::string messageJson(const Core& core, const storage::MessageRecord& message) { return core.textOf(message).substr(1); }

std::string htmlJson(const storage::MessageRecord& message)
{
    std::string out = "{\"id\":";
    base::appendJsonInt(out, message.id);
    out += ",\"html\":";
    base::appendJsonString(out, htmlOf(message.content));
    out += '}';
    return out;
}

void answerWith(Turn& turn, const storage::MessageRecord& message)
{
    turn.made = {message.id, messageJson(turn.core, message), false};
}

Result<void> checkIfMatch(const Turn& turn, const storage::MessageRecord& message, std::string_view ifMatch)
{
    if (ifMatch.empty() ||
        base::matchesEntityTag(ifMatch, base::entityTag(base::Body(messageJson(turn.core, message)))))
        return {};
    return fault(Status::preconditionFailed, "precondition_failed", "The message has changed since you read it.");
}

Result<std::string> emojiOf(const Call& call)
{
    std::string emoji(call.arguments.textOr("emoji", ""));
    if (auto good = checkEmoji(emoji); !good)
        return good.error();
    return emoji;
}

/// The message that something is to be done with, and the caller's right to do it.
Result<storage::MessageRecord> messageFor(Turn& turn, Id chatId, Id messageId, Right right)
{
    if (const auto standing = standingWith(turn, chatId, right); !standing)
        return standing.error();
    return messageIn(turn.connection, chatId, messageId);
}

std::string reactionJson(const storage::MessageRecord& message, std::string_view emoji, Id userId)
{
    std::string out = "{\"chat_id\":";
    base::appendJsonInt(out, message.chatId);
    out += ",\"message_id\":";
    base::appendJsonInt(out, message.id);
    out += ",\"user_id\":";
    base::appendJsonInt(out, userId);
    out += ",\"emoji\":";
    base::appendJsonString(out, emoji);
    out += ",\"reactions\":";
    out += message.reactions.empty() ? std::string_view("[]") : message.reactions;
    out += '}';
    return out;
}

Result<void> react(Core& core, std::string_view operation, bool adds, Call& call, Done done)
{
    auto emoji = emojiOf(call);
    if (!emoji)
        return emoji.error();
    auto act = [chatId = chatOf(call), messageId = messageOf(call), emoji = std::move(*emoji), adds](Turn& turn) -> Result<void> {
        auto message = messageFor(turn, chatId, messageId, Right::react);
        if (!message)
            return message.error();
        using storage::ReactionRepository;
        const auto me = turn.caller.userId();
        auto at = turn.time();
        if (adds) {
            const auto there = ReactionRepository::of(turn.connection, messageId);
            std::vector<std::string_view> kinds;
            for (const auto& one : there)
                if (std::find(kinds.begin(), kinds.end(), one.emoji) == kinds.end())
                    kinds.push_back(one.emoji);
            if (kinds.size() >= mostEmoji && std::find(kinds.begin(), kinds.end(), emoji) == kinds.end())
                return fault(Status::conflict, "too_many_reactions", "A message takes 50 different ones.");
            if (!there.empty())
                at = std::max(at, there.back().createdAt + 1); // two of one millisecond stay in their order
        }
        const bool changed = adds ? ReactionRepository::insert(turn.connection, messageId, emoji, me, at)
                                  : ReactionRepository::remove(turn.connection, messageId, emoji, me);
        if (changed) {
            message->reactions = reactionsJson(ReactionRepository::of(turn.connection, messageId));
            store(turn, *message);
            turn.tell(adds ? "reaction.added" : "reaction.removed", chatId, messageId, reactionJson(*message, emoji, me));
        }
        answerWith(turn, *message);
        return {};
    };
    return submit(core, operation, call, std::move(act), std::move(done));
}

Result<void> setPin(Core& core, std::string_view operation, bool pins, Call& call, Done done)
{
    auto act = [chatId = chatOf(call), messageId = messageOf(call), pins](Turn& turn) -> Result<void> {
        auto message = messageFor(turn, chatId, messageId, Right::pin);
        if (!message)
            return message.error();
        if (pins != (message->pinnedAt != 0)) {
            if (pins && storage::MessageRepository::pinnedCount(turn.connection, chatId) >= mostPins)
                return fault(Status::conflict, "too_many_pins", "A chat has at most 100 pins.");
            message->pinnedAt = pins ? turn.time() : 0;
            message->pinnedBy = pins ? turn.caller.userId() : 0;
            store(turn, *message);
            turn.tellOf(pins ? "message.pinned" : "message.unpinned", *message);
        }
        answerWith(turn, *message);
        return {};
    };
    return submit(core, operation, call, std::move(act), std::move(done));
}

void appendList(std::string& out, const Core& core, const std::vector<storage::MessageRecord>& messages)
{
    out += "\"data\":[";
    for (const auto& message : messages) {
        const auto text = core.textOf(message);
        out += std::string_view(text).substr(&message == messages.data() ? 1 : 0);
    }
    out += ']';
}

} // namespace

Result<ChatEntry*> readableChat(Core& core, const Call& call)
{
    auto* const entry = core.cache.find(chatOf(call));
    if (!entry || !readable(*entry->state(), *call.principal))
        return chatNotFound();
    return entry;
}

Result<void> getMessage(Core& core, Call& call, Done done)
{
    const auto entry = readableChat(core, call);
    if (!entry)
        return entry.error();
    const auto id = messageOf(call);
    if (call.arguments.textOr("format", "json") == "html") {
        Result<storage::MessageRecord> message = messageNotFound();
        core.database.read(
            [&](storage::Connection& connection) { message = messageIn(connection, (*entry)->id, id, true); });
        if (!message)
            return message.error();
        done(Completed{id, htmlJson(*message), false});
        return {};
    }
    std::string json;
    const auto state = (*entry)->state();
    if (const auto at = state->newest.indexOf(id)) {
        state->newest.each(*at, *at + 1, [&](const CachedMessage& message) { json = message.json(); });
    } else {
        Result<storage::MessageRecord> message = messageNotFound();
        core.database.read(
            [&](storage::Connection& connection) { message = messageIn(connection, (*entry)->id, id, true); });
        if (!message)
            return message.error();
        json = messageJson(core, *message);
    }
    done(Completed{id, std::move(json), false});
    return {};
}

Result<void> messagesAsHtml(Core& core, Call& call, Done done)
{
    const auto entry = readableChat(core, call);
    if (!entry)
        return entry.error();
    std::vector<storage::MessageRecord> found;
    core.database.read([&](storage::Connection& connection) {
        for (const auto id : call.arguments.ids("ids"))
            if (auto message = messageIn(connection, (*entry)->id, id, true))
                found.push_back(std::move(*message));
    });
    std::string out = "{\"data\":[";
    for (const auto& message : found) {
        out += &message == found.data() ? "" : ",";
        out += htmlJson(message);
    }
    out += "]}";
    done(Completed{(*entry)->id, std::move(out), false});
    return {};
}

Result<void> textsAsHtml(Core&, Call& call, Done done)
{
    constexpr std::size_t most = 64 * 1024;
    const auto& texts = *call.arguments.objects("texts");
    std::string out = "{\"data\":[";
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto& one = texts[i].get_object();
        const auto* const text = one.if_contains("text");
        if (!text || !text->is_string() || one.size() != 1 || text->get_string().size() > most)
            return fault(Status::invalid, "invalid_item", "It must be an object with a text of at most 64 KiB, and nothing else.",
                         "/texts/" + std::to_string(i));
        out += i ? ",{\"html\":" : "{\"html\":";
        base::appendJsonString(out, htmlOf(text->get_string()));
        out += '}';
    }
    out += "]}";
    done(Completed{0, std::move(out), false});
    return {};
}

Result<void> editMessage(Core& core, Call& call, Done done)
{
    std::string content(call.arguments.textOr("content", ""));
    if (auto form = checkContent(content, core.maxMessageBytes, "/content"); !form)
        return form;
    if (blank(content))
        return fault(Status::invalid, "invalid_content", "There is nothing to be seen in it.", "/content");
    auto act = [chatId = chatOf(call), messageId = messageOf(call), content = std::move(content),
                ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        const auto standing = standingWith(turn, chatId, Right::react); // one who may no longer write may still correct
        if (!standing)
            return standing.error();
        auto message = messageIn(turn.connection, chatId, messageId);
        if (!message)
            return message.error();
        if (message->senderId != turn.caller.userId() || message->messageType == "system")
            return fault(Status::forbidden, "not_yours", "Only who wrote a message edits it.");
        if (auto match = checkIfMatch(turn, *message, ifMatch); !match)
            return match;
        if (message->content == content) {
            answerWith(turn, *message);
            return {};
        }
        if (storage::EditRepository::of(turn.connection, messageId).size() >= mostVersions)
            return fault(Status::conflict, "too_many_edits", "A message is edited at most 200 times.");
        auto& known = *turn.core.cache.find(chatId);
        storage::EditRepository::insert(turn.connection, messageId,
                                        {.content = message->content,
                                         .writtenAt = message->isEdited ? message->editedAt : message->createdAt});
        message->content = content;
        message->isEdited = true;
        message->editedAt = turn.time();
        const auto mentions = mentionsIn(turn.core, *known.state(), message->senderId, content);
        if (!message->mentions.empty())
            storage::MentionRepository::removeOf(turn.connection, *message);
        storeMentions(turn.connection, *message, mentions);
        if (message->mentions != mentions.json)
            turn.then([&known] { known.tally.upset(); });
        message->mentions = mentions.json;
        turn.core.look(turn.connection, *message);
        store(turn, *message);
        turn.tellOf("message.edited", *message);
        answerWith(turn, *message);
        return {};
    };
    return submit(core, "messages.edit", call, std::move(act), std::move(done));
}

Result<void> messageHistory(Core& core, Call& call, Done done)
{
    const auto entry = readableChat(core, call);
    if (!entry)
        return entry.error();
    Result<storage::MessageRecord> message = messageNotFound();
    std::vector<storage::EditRecord> edits;
    core.database.read([&](storage::Connection& connection) {
        message = messageIn(connection, (*entry)->id, messageOf(call), true);
        if (message)
            edits = storage::EditRepository::of(connection, message->id);
    });
    if (!message)
        return message.error();
    std::string out = "{\"data\":[";
    const auto append = [&](std::int64_t version, std::string_view content, base::Millis at) {
        out += out.back() == '[' ? "" : ",";
        out += "{\"version\":";
        base::appendJsonInt(out, version);
        out += ",\"content\":";
        base::appendJsonString(out, content);
        out += ",\"written_at\":\"";
        base::appendRfc3339(out, at);
        out += "\"}";
    };
    for (const auto& edit : edits)
        append(edit.version, edit.content, edit.writtenAt);
    if (message->deletedAt == 0)
        append(static_cast<std::int64_t>(edits.size()) + 1, message->content,
               message->isEdited ? message->editedAt : message->createdAt);
    out += "]}";
    done(Completed{message->id, std::move(out), false});
    return {};
}

Result<void> deleteMessage(Core& core, Call& call, Done done)
{
    auto act = [chatId = chatOf(call), messageId = messageOf(call), ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        const auto standing = standingIn(turn, chatId);
        if (!standing)
            return standing.error();
        auto message = messageIn(turn.connection, chatId, messageId, true);
        if (!message)
            return message.error();
        if (message->senderId != turn.caller.userId() &&
            !may(Right::deleteOthers, standing->role(), standing->chat.chatType))
            return fault(Status::forbidden, "not_yours", "Only who wrote a message, and moderators, delete it.");
        if (auto match = checkIfMatch(turn, *message, ifMatch); !match)
            return match;
        turn.made.id = messageId;
        if (message->deletedAt != 0)
            return {};
        storage::EditRepository::removeOf(turn.connection, messageId);
        storage::ReactionRepository::removeOf(turn.connection, messageId);
        storage::MentionRepository::removeOf(turn.connection, *message);
        message->content.clear();
        message->mentions.clear();
        message->reactions.clear();
        message->attachments.clear();
        message->attachmentKinds = 0;
        message->pinnedAt = message->pinnedBy = 0;
        message->deletedAt = turn.time();
        message->deletedBy = turn.caller.userId();
        store(turn, *message);
        turn.then([&core = turn.core, chatId, messageId, tombstone = messageJson(turn.core, *message)] {
            core.cache.find(chatId)->tally.upset();
            core.events.redact(chatId, messageId, tombstone);
        });
        turn.tellOf("message.deleted", *message);
        return {};
    };
    return submit(core, "messages.delete", call, std::move(act), std::move(done));
}

Result<void> addReaction(Core& core, Call& call, Done done)
{
    return react(core, "messages.react", true, call, std::move(done));
}

Result<void> removeReaction(Core& core, Call& call, Done done)
{
    return react(core, "messages.unreact", false, call, std::move(done));
}

Result<void> pinMessage(Core& core, Call& call, Done done)
{
    return setPin(core, "messages.pin", true, call, std::move(done));
}

Result<void> unpinMessage(Core& core, Call& call, Done done)
{
    return setPin(core, "messages.unpin", false, call, std::move(done));
}

Result<void> listPins(Core& core, Call& call, Done done)
{
    const auto entry = readableChat(core, call);
    if (!entry)
        return entry.error();
    std::vector<storage::MessageRecord> found;
    core.database.read([&](storage::Connection& connection) {
        found = storage::MessageRepository::pinned(connection, (*entry)->id, static_cast<std::size_t>(mostPins));
    });
    std::string out = "{";
    appendList(out, core, found);
    out += '}';
    done(Completed{(*entry)->id, std::move(out), false});
    return {};
}

Result<void> listThread(Core& core, Call& call, Done done)
{
    const auto entry = readableChat(core, call);
    if (!entry)
        return entry.error();
    const auto& args = call.arguments;
    const auto before = args.integerOr("before", 0);
    const auto after = args.integerOr("after", 0);
    if (before != 0 && after != 0)
        return fault(Status::invalid, "invalid_cursor", "Before or after, not both.", "/after");
    const auto limit = static_cast<std::size_t>(args.integerOr("limit", 50));
    const auto me = call.principal->userId();
    Result<void> good;
    storage::MessageRecord root;
    std::vector<storage::MessageRecord> found;
    std::int64_t unread = 0;
    std::optional<storage::Place> mark;
    bool more = false;
    core.database.read([&](storage::Connection& connection) {
        using storage::MessageRepository;
        auto asked = messageIn(connection, (*entry)->id, messageOf(call), true);
        if (asked && asked->threadId != 0) // any message of the thread names it
            asked = messageIn(connection, (*entry)->id, asked->threadId, true);
        if (!asked) {
            good = asked.error();
            return;
        }
        root = std::move(*asked);
        constexpr auto end = std::numeric_limits<std::int64_t>::max();
        storage::Place from = before == 0 && after == 0 ? storage::Place{end, end} : storage::Place{};
        if (const auto cursor = before != 0 ? before : after; cursor != 0) {
            const auto message = MessageRepository::byId(connection, cursor);
            if (!message || (message->threadId != root.id && message->id != root.id)) {
                good = fault(Status::invalid, "unknown_cursor", "No message of this thread has this id.",
                             before != 0 ? "/before" : "/after");
                return;
            }
            from = {message->createdAt, message->id};
        }
        found = after != 0 ? MessageRepository::threadAfter(connection, root.id, from, limit + 1)
                           : MessageRepository::threadBefore(connection, root.id, from, limit + 1);
        more = found.size() > limit;
        if (more)
            found.pop_back();
        if (after == 0)
            std::reverse(found.begin(), found.end());
        mark = storage::ThreadReadRepository::find(connection, me, root.id);
        if (!mark)
            if (const auto member = storage::ChatRepository::participant(connection, (*entry)->id, me))
                mark = storage::Place{member->lastReadAt, member->lastReadId};
        unread = MessageRepository::unreadInThread(connection, root.id, mark.value_or(storage::Place()), me);
    });
    if (!good)
        return good;
    std::string out = "{\"root\":" + messageJson(core, root) + ",";
    appendList(out, core, found);
    out += ",\"unread_count\":";
    base::appendJsonInt(out, unread);
    out += ",\"last_read_message_id\":";
    if (mark && mark->id != 0)
        base::appendJsonInt(out, mark->id);
    else
        out += "null";
    out += ",\"pagination\":{\"limit\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(limit));
    out += ",\"total\":";
    base::appendJsonInt(out, root.replyCount);
    out += ",\"next_before\":";
    if (after == 0 && more)
        base::appendJsonInt(out, found.front().id);
    else
        out += "null";
    out += ",\"next_after\":";
    if (after != 0 && more)
        base::appendJsonInt(out, found.back().id);
    else
        out += "null";
    out += "}}";
    done(Completed{root.id, std::move(out), false});
    return {};
}

} // namespace netbit::services::chat
