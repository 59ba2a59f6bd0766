// Messages, and what belongs to them.

#include "services/chat/Attachments.h"
#include "services/chat/Mentions.h"
#include "services/transfer/TakeIn.h"

#include "base/Json.h"

#include <algorithm>

namespace netbit::services::transfer {

using storage::ExternalKind;
using storage::ExternalRepository;
using storage::MessageRepository;
using storage::TakeInRepository;

namespace {

constexpr base::Millis maxAhead = 24 * 3'600 * 1'000;
constexpr std::int64_t mostPins = 100;
constexpr std::size_t mostEmoji = 50;

} // namespace

// What answers a message is in the thread which that one began or is in itself. An export of ours says both, and keeps its
// word where the message has gone.
void TakeIn::link(storage::MessageRecord& message, const MessageRecord& record)
{
    const auto refer = [&](const char* use, const std::string& key) {
        ExternalRepository::insertReference(*_connection, _source, key, {use, message.id, 0});
        _references = true;
    };
    const auto target = record.replyTo.empty() ? std::nullopt : MessageRepository::byId(*_connection, messageOf(record.replyTo));
    const bool here = target && target->chatId == message.chatId;
    if (_exact) {
        const auto root = messageOf(record.thread);
        message.replyTo = here ? target->id : 0;
        message.threadId = root;
        if (!here && !record.replyTo.empty())
            refer("reply", record.replyTo);
        if (root == 0 && !record.thread.empty())
            refer("thread", record.thread);
    } else if (here) {
        message.replyTo = target->id;
        message.threadId = target->threadId != 0 ? target->threadId : target->id;
    } else if (!record.replyTo.empty()) {
        note("unknown_reply", "What it answers is not here.");
    }
    if (message.threadId != 0)
        _threads.insert(message.threadId);
}

/// In the form that mentionsIn() gives them.
std::string TakeIn::mentionsJson(const MessageRecord& record, std::vector<Id>& users, bool& everyone)
{
    std::string out;
    const auto add = [&](std::string_view type, std::string_view member, Id id) {
        out += out.empty() ? "[{\"type\":\"" : ",{\"type\":\"";
        out += type;
        out += '"';
        if (!member.empty()) {
            out += ",\"";
            out += member;
            out += "\":";
            base::appendJsonInt(out, id);
        }
        out += '}';
    };
    for (const auto& mention : record.mentions) {
        if (mention.type == "user") {
            const auto id = userOf(mention.key);
            if (id == 0) {
                note("unknown_mention", "Whom it mentions is not here.");
            } else if (std::find(users.begin(), users.end(), id) == users.end()) {
                users.push_back(id);
                add("user", "user_id", id);
            }
        } else if (mention.type == "chat") {
            if (const auto id = chatOf(mention.key); id != 0)
                add("chat", "chat_id", id);
            else
                note("unknown_mention", "The chat that it mentions is not here.");
        } else {
            everyone = true;
            add(mention.type, {}, 0);
        }
    }
    return out.empty() ? out : out + ']';
}

void TakeIn::take(const MessageRecord& record)
{
    if (messageOf(record.key) != 0)
        return already(Kind::message);
    auto message = record.message;
    message.chatId = chatOf(record.chat);
    message.senderId = userOf(record.sender);
    if (message.chatId == 0)
        return leaveOut("unknown_chat", "The chat is not here.");
    if (message.senderId == 0)
        return leaveOut("unknown_user", "Who wrote it is not here.");
    if (message.createdAt > _now + maxAhead)
        return leaveOut("invalid_time", "It is more than a day ahead.");

    message.id = _core.writerSide.nextMessageId();
    link(message, record);
    chat::Mentions mentions;
    mentions.json = mentionsJson(record, mentions.users, mentions.everyone);
    message.mentions = mentions.json;
    message.deletedBy = userOf(record.deletedBy);
    message.pinnedBy = userOf(record.pinnedBy);
    if (message.pinnedAt != 0 && MessageRepository::pinnedCount(*_connection, message.chatId) >= mostPins) {
        note("too_many_pins", "A chat has at most 100 pins.");
        message.pinnedAt = 0;
    }
    if (message.pinnedAt == 0)
        message.pinnedBy = 0;
    const auto attached = filesOf(message, record);
    if (const auto taken = chat::takeAttachments(*_connection, attached, message); !taken)
        return leaveOut("unknown_file", taken.error().detail);
    MessageRepository::insert(*_connection, message);
    for (const auto file : attached)
        storage::FileRepository::attach(*_connection, message.id, message.chatId, file);
    chat::storeMentions(*_connection, message, mentions);
    insertParts(message, record);
    ExternalRepository::insert(*_connection, _source, ExternalKind::message, record.key, message.id);
    if (_references)
        resolve(record.key, message);

    auto& touched = _touched[message.chatId];
    if (touched.firstMessage == 0)
        touched.firstMessage = message.id;
    touched.lastMessage = message.id;
    ++touched.messages;
    added(Kind::message);
}

/// Those that are here, and the sender's.
std::vector<Id> TakeIn::filesOf(const storage::MessageRecord& message, const MessageRecord& record)
{
    std::vector<Id> found;
    for (const auto& key : record.attachments) {
        const auto id = _keys->find(ExternalKind::file, key);
        const auto file = id != 0 ? storage::FileRepository::byId(*_connection, id) : std::nullopt;
        if (!file || file->ownerId != message.senderId || file->avatar)
            note("attachment", "The file is not here, or not its sender's.");
        else if (std::find(found.begin(), found.end(), id) == found.end())
            found.push_back(id);
    }
    return found;
}

// The bytes come first, in a stream of their own.
void TakeIn::take(const FileRecord& record)
{
    if (_keys->find(ExternalKind::file, record.key) != 0)
        return already(Kind::file);
    const auto owner = userOf(record.owner);
    const auto& file = record.file;
    using storage::OutgoingRepository;
    const auto left =
        owner == 0 ? 0 : OutgoingRepository::unnamedFile(*_connection, owner, file.name, file.sha256, file.createdAt);
    if (left == 0) // and nothing of an import that was killed
        return leaveOut("no_bytes", "Its bytes were not given.");
    ExternalRepository::insert(*_connection, _source, ExternalKind::file, record.key, left);
    added(Kind::file);
}

void TakeIn::insertParts(storage::MessageRecord& message, const MessageRecord& record)
{
    for (const auto& edit : record.edits)
        storage::EditRepository::insert(*_connection, message.id, edit);
    std::vector<std::string_view> emoji;
    for (const auto& reaction : record.reactions) {
        const auto user = userOf(reaction.user);
        const bool known = std::find(emoji.begin(), emoji.end(), reaction.emoji) != emoji.end();
        if (user == 0) {
            note("unknown_reaction", "Who reacted is not here.");
        } else if (!known && emoji.size() >= mostEmoji) {
            note("too_many_reactions", "A message takes 50 different ones.");
        } else {
            storage::ReactionRepository::insert(*_connection, message.id, reaction.emoji, user,
                                                reaction.at != 0 ? reaction.at : message.createdAt);
            if (!known)
                emoji.push_back(reaction.emoji);
        }
    }
    if (!emoji.empty())
        message.reactions = chat::reactionsJson(storage::ReactionRepository::of(*_connection, message.id));
    if (!emoji.empty() || message.replyCount != 0 || message.deletedAt != 0 || message.pinnedAt != 0)
        MessageRepository::update(*_connection, message);
}

/// What waited for this message.
void TakeIn::resolve(const std::string& key, const storage::MessageRecord& message)
{
    for (const auto& waiting : ExternalRepository::takeReferences(*_connection, _source, key)) {
        if (waiting.use == "read") {
            if (const auto member = storage::ChatRepository::participant(*_connection, waiting.holderId, waiting.userId)) {
                storage::ChatRepository::setRead(*_connection, waiting.holderId, waiting.userId,
                                                 {member->lastReadAt, message.id});
                _touched[waiting.holderId].joined.changed.push_back({waiting.userId, chat::roleOf(member->role)});
            }
        } else if (waiting.use == "thread_read") {
            if (const auto mark = storage::ThreadReadRepository::find(*_connection, waiting.userId, waiting.holderId))
                storage::ThreadReadRepository::set(*_connection, waiting.userId, waiting.holderId, {mark->at, message.id});
        } else if (const auto holder = MessageRepository::byId(*_connection, waiting.holderId);
                   holder && holder->chatId == message.chatId) {
            const bool reply = waiting.use == "reply";
            TakeInRepository::setLink(*_connection, holder->id, reply ? message.id : holder->replyTo,
                                      reply ? holder->threadId : message.id);
            if (!reply)
                _threads.insert(message.id);
        } else if (holder) { // of another chat: no link of ours, but what the export said
            ExternalRepository::insertReference(*_connection, _source, key, waiting);
        }
    }
}

} // namespace netbit::services::transfer
