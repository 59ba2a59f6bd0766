// Records as lines. What Record.cpp reads is what stands here.

#include "services/transfer/Export.h"
#include "storage/Repositories.h"

#include "base/JsonLine.h"

#include <boost/algorithm/hex.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <algorithm>
#include <iterator>

namespace netbit::services::transfer {

using base::JsonLine;
using base::JsonList;

namespace {

/// The value, unless it is the one that is meant where there is none.
std::string_view unless(std::string_view usual, std::string_view value) noexcept
{
    return value == usual ? std::string_view() : value;
}

} // namespace

std::string Export::line(const storage::UserRecord& user)
{
    JsonLine out("user");
    out.text("id", _names.user(user.id));
    if (user.erasedAt != 0)
        return out.when("created_at", user.createdAt).time("erased_at", user.erasedAt).line();
    const auto& profile = user.profile;
    out.text("username", user.username)
        .text("email", user.email)
        .text("role", unless("member", user.role))
        .text("state", unless("active", user.state))
        .when("created_at", user.createdAt)
        .text("provider", user.provider)
        .text("display_name", profile.displayName)
        .text("about", profile.about)
        .text("time_zone", profile.timeZone)
        .text("status_text", profile.statusText)
        .text("status_emoji", profile.statusEmoji)
        .time("status_until", profile.statusUntil);
    if (_scope.passwords)
        out.text("password", user.password);
    return out.line();
}

std::string Export::line(const storage::ChatRecord& chat)
{
    JsonList participants;
    if (chat.chatType == "direct") {
        std::vector<std::string> names;
        for (const auto& member : storage::ChatRepository::participants(_connection, chat.id, 0, 2))
            names.push_back(_names.user(member.userId));
        std::sort(names.begin(), names.end(), nameBefore);
        for (const auto& name : names)
            participants.addText(name);
    }
    return JsonLine("chat")
        .text("id", _names.chat(chat.id))
        .text("name", chat.name)
        .text("chat_type", chat.chatType)
        .text("creator", _names.user(chat.creatorId))
        .when("created_at", chat.createdAt)
        .time("updated_at", chat.updatedAt == chat.createdAt ? 0 : chat.updatedAt)
        .text("visibility", unless("private", chat.visibility))
        .text("topic", chat.topic)
        .text("description", chat.description)
        .time("archived_at", chat.archivedAt)
        .number("retention_days", chat.retentionDays)
        .raw("participants", std::move(participants).json())
        .line();
}

std::string Export::line(const storage::ParticipantRecord& member)
{
    auto read = _names.message(member.lastReadId);
    if (read.empty())
        read = _names.missing({"read", member.chatId, member.userId});
    return JsonLine("member")
        .text("chat", _names.chat(member.chatId))
        .text("user", _names.user(member.userId))
        .text("role", unless("member", member.role))
        .time("joined_at", member.joinedAt)
        .time("read_at", member.lastReadAt)
        .text("read", read)
        .flag("muted", member.muted)
        .flag("favourite", member.favourite)
        .line();
}

// What the bytes say of themselves is not told: the other server asks them.
std::string Export::line(const storage::FileRecord& file)
{
    std::string digest;
    boost::algorithm::hex_lower(file.sha256, std::back_inserter(digest));
    return JsonLine("file")
        .text("id", _names.file(file.id))
        .text("owner", _names.user(file.ownerId))
        .text("name", file.name)
        .number("size", file.size)
        .flag("avatar", file.avatar)
        .text("sha256", digest)
        .time("created_at", file.createdAt)
        .line();
}

std::string Export::replyIn(Id chatId, Id messageId)
{
    const auto there = messageId == 0 ? std::nullopt : storage::MessageRepository::byId(_connection, messageId);
    return there && there->chatId == chatId ? _names.message(messageId) : std::string();
}

std::string Export::line(const storage::OwnedDraft& draft)
{
    return JsonLine("draft")
        .text("chat", _names.chat(draft.draft.chatId))
        .text("user", _names.user(draft.userId))
        .text("content", draft.draft.content)
        .text("reply_to", replyIn(draft.draft.chatId, draft.draft.replyTo))
        .when("updated_at", draft.draft.updatedAt)
        .line();
}

std::string Export::line(const storage::ScheduledRecord& scheduled)
{
    return JsonLine("scheduled")
        .text("id", _names.scheduled(scheduled.id))
        .text("chat", _names.chat(scheduled.chatId))
        .text("sender", _names.user(scheduled.senderId))
        .text("content", scheduled.content)
        .text("reply_to", replyIn(scheduled.chatId, scheduled.replyTo))
        .when("send_at", scheduled.sendAt)
        .when("created_at", scheduled.createdAt)
        .line();
}

std::string Export::line(const storage::HookRecord& hook)
{
    std::string digest;
    boost::algorithm::hex_lower(hook.hash, std::back_inserter(digest));
    return JsonLine("hook")
        .text("id", _names.hook(hook.id))
        .text("chat", _names.chat(hook.chatId))
        .text("creator", _names.user(hook.createdBy))
        .text("bot", _names.user(hook.botId))
        .text("name", hook.name)
        .when("created_at", hook.createdAt)
        .text("sha256", digest)
        .line();
}

std::string Export::mentions(const storage::MessageRecord& message)
{
    JsonList out;
    const auto parsed = message.mentions.empty() ? base::Result<boost::json::value>(boost::json::value())
                                                 : base::parseJson(message.mentions);
    const auto* const list = parsed ? parsed->if_array() : nullptr;
    if (!list)
        return {};
    const auto idIn = [](const boost::json::object& object, std::string_view member) {
        const auto* const value = object.if_contains(member);
        return value && value->is_int64() ? value->get_int64() : Id{0};
    };
    for (const auto& each : *list) {
        const auto* const object = each.if_object();
        const auto* const type = object ? object->if_contains("type") : nullptr;
        if (!type || !type->is_string())
            continue;
        const std::string_view name = type->get_string();
        const auto key = name == "user" ? _names.user(idIn(*object, "user_id"))
                       : name == "chat" ? _names.chat(idIn(*object, "chat_id"))
                                        : std::string();
        out.add(JsonLine().text("type", name).text("key", key).object());
    }
    return std::move(out).json();
}

std::string Export::reactions(const storage::MessageRecord& message)
{
    struct Named {
        storage::DatedReaction reaction;
        std::string user;
    };
    std::vector<Named> all;
    for (auto& reaction : storage::OutgoingRepository::reactionsOf(_connection, message.id)) {
        auto user = _names.user(reaction.userId);
        all.push_back({std::move(reaction), std::move(user)});
    }
    std::sort(all.begin(), all.end(), [](const Named& a, const Named& b) {
        if (a.reaction.at != b.reaction.at)
            return a.reaction.at < b.reaction.at;
        return a.reaction.emoji != b.reaction.emoji ? a.reaction.emoji < b.reaction.emoji : nameBefore(a.user, b.user);
    });
    JsonList out;
    for (const auto& one : all)
        out.add(JsonLine().text("emoji", one.reaction.emoji).text("user", one.user).time("at", one.reaction.at).object());
    return std::move(out).json();
}

std::string Export::line(const storage::MessageRecord& message)
{
    JsonList edits;
    if (message.isEdited)
        for (const auto& edit : storage::EditRepository::of(_connection, message.id))
            edits.add(JsonLine().text("content", edit.content).when("at", edit.writtenAt).object());
    JsonList attachments;
    if (!message.attachments.empty())
        for (const auto& name : _names.filesIn(message.id))
            attachments.addText(name);
    return JsonLine("message")
        .text("id", _names.message(message.id))
        .text("chat", _names.chat(message.chatId))
        .text("sender", _names.user(message.senderId))
        .text("type", unless("text", message.messageType))
        .when("created_at", message.createdAt)
        .text("content", message.content)
        .time("edited_at", message.editedAt)
        .flag("edited", message.isEdited && message.editedAt == 0)
        .raw("edits", std::move(edits).json())
        .text("reply_to", _names.repliedTo(message))
        .text("thread", _names.threadOf(message))
        .raw("mentions", mentions(message))
        .raw("reactions", message.reactions.empty() ? std::string() : reactions(message))
        .raw("attachments", std::move(attachments).json())
        .number("reply_count", message.replyCount)
        .time("last_reply_at", message.lastReplyAt)
        .time("pinned_at", message.pinnedAt)
        .text("pinned_by", message.pinnedAt != 0 ? _names.user(message.pinnedBy) : std::string())
        .time("deleted_at", message.deletedAt)
        .text("deleted_by", _names.user(message.deletedBy))
        .line();
}

} // namespace netbit::services::transfer
