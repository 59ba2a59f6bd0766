#include "services/chat/MessageJson.h"

#include "base/Json.h"

#include <algorithm>

namespace netbit::services::chat {

std::string messageMiddle(const storage::MessageRecord& message, std::string_view senderName)
{
    std::string out;
    out.reserve(message.content.size() + message.content.size() / 8 + senderName.size() + 128);
    out += ",\"chat_id\":";
    base::appendJsonInt(out, message.chatId);
    out += ",\"sender_id\":";
    base::appendJsonInt(out, message.senderId);
    out += ",\"sender_name\":";
    base::appendJsonString(out, senderName);
    out += ",\"content\":";
    base::appendJsonString(out, message.content);
    out += ",\"message_type\":";
    base::appendJsonString(out, message.messageType);
    out += ",\"created_at\":\"";
    return out;
}

std::string messageText(const storage::MessageRecord& message, std::string_view middle)
{
    std::string out;
    out.reserve(middle.size() + 192 + message.mentions.size() + message.reactions.size() + message.attachments.size());
    out += ",{\"id\":";
    base::appendJsonInt(out, message.id);
    out += middle;
    base::appendRfc3339(out, message.createdAt);
    out += message.isEdited ? "\",\"is_edited\":true,\"edited_at\":" : "\",\"is_edited\":false,\"edited_at\":";
    if (message.editedAt != 0) {
        out += '"';
        base::appendRfc3339(out, message.editedAt);
        out += '"';
    } else {
        out += "null";
    }
    out += ",\"reply_to\":";
    if (message.replyTo != 0)
        base::appendJsonInt(out, message.replyTo);
    else
        out += "null";
    out += ",\"thread_id\":";
    if (message.threadId != 0)
        base::appendJsonInt(out, message.threadId);
    else
        out += "null";
    out += ",\"mentions\":";
    out += message.mentions.empty() ? std::string_view("[]") : message.mentions;
    // What follows is rare, and left out where there is none.
    const auto time = [&](std::string_view name, base::Millis at) {
        out += name;
        base::appendRfc3339(out, at);
        out += '"';
    };
    if (!message.attachments.empty()) {
        out += ",\"attachments\":";
        out += message.attachments;
    }
    if (!message.reactions.empty()) {
        out += ",\"reactions\":";
        out += message.reactions;
    }
    if (message.replyCount != 0) {
        out += ",\"reply_count\":";
        base::appendJsonInt(out, message.replyCount);
        time(",\"last_reply_at\":\"", message.lastReplyAt);
    }
    if (message.pinnedAt != 0) {
        time(",\"pinned_at\":\"", message.pinnedAt);
        out += ",\"pinned_by\":";
        base::appendJsonInt(out, message.pinnedBy);
    }
    if (message.deletedAt != 0) {
        time(",\"deleted_at\":\"", message.deletedAt);
        out += ",\"deleted_by\":";
        base::appendJsonInt(out, message.deletedBy);
    }
    out += '}';
    return out;
}

std::string reactionsJson(const std::vector<storage::ReactionRecord>& reactions)
{
    struct Group {
        std::string_view emoji;
        std::vector<Id> users;
    };
    std::vector<Group> groups;
    for (const auto& reaction : reactions) {
        auto group = std::find_if(groups.begin(), groups.end(), [&](auto& one) { return one.emoji == reaction.emoji; });
        if (group == groups.end())
            group = groups.insert(groups.end(), Group{reaction.emoji, {}});
        group->users.push_back(reaction.userId);
    }
    std::string out;
    for (const auto& group : groups) {
        out += out.empty() ? "[{\"emoji\":" : ",{\"emoji\":";
        base::appendJsonString(out, group.emoji);
        out += ",\"count\":";
        base::appendJsonInt(out, static_cast<std::int64_t>(group.users.size()));
        out += ",\"user_ids\":[";
        for (const auto& user : group.users) {
            out += &user == group.users.data() ? "" : ",";
            base::appendJsonInt(out, user);
        }
        out += "]}";
    }
    if (!out.empty())
        out += ']';
    return out;
}

std::string chatHead(const storage::ChatRecord& chat)
{
    std::string out = "{\"id\":";
    base::appendJsonInt(out, chat.id);
    out += ",\"name\":";
    base::appendJsonString(out, chat.name);
    out += ",\"chat_type\":";
    base::appendJsonString(out, chat.chatType);
    out += ",\"creator_id\":";
    base::appendJsonInt(out, chat.creatorId);
    out += ",\"created_at\":\"";
    base::appendRfc3339(out, chat.createdAt);
    out += "\",\"updated_at\":\"";
    base::appendRfc3339(out, chat.updatedAt);
    out += "\",\"visibility\":";
    base::appendJsonString(out, chat.visibility);
    out += ",\"topic\":";
    base::appendJsonString(out, chat.topic);
    out += ",\"description\":";
    base::appendJsonString(out, chat.description);
    out += ",\"archived_at\":";
    if (chat.archivedAt != 0) {
        out += '"';
        base::appendRfc3339(out, chat.archivedAt);
        out += '"';
    } else {
        out += "null";
    }
    out += ",\"retention_days\":";
    if (chat.retentionDays != 0)
        base::appendJsonInt(out, chat.retentionDays);
    else
        out += "null";
    return out;
}

void appendChatRest(std::string& out, std::optional<Role> role, std::size_t participants, std::string_view lastMessage,
                    const OwnView* own)
{
    out += ",\"role\":";
    if (role) {
        out += '"';
        out += nameOf(*role);
        out += '"';
    } else {
        out += "null";
    }
    out += ",\"participants_count\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(participants));
    out += ",\"last_message\":";
    out += lastMessage.empty() ? std::string_view("null") : lastMessage;
    if (own) {
        out += ",\"unread_count\":";
        base::appendJsonInt(out, own->unread);
        out += ",\"mention_count\":";
        base::appendJsonInt(out, own->mentions);
        out += ",\"last_read_message_id\":";
        if (own->mark.id != 0)
            base::appendJsonInt(out, own->mark.id);
        else
            out += "null";
        out += own->muted ? ",\"muted\":true" : ",\"muted\":false";
        out += own->favourite ? ",\"favourite\":true" : ",\"favourite\":false";
    }
    out += '}';
}

} // namespace netbit::services::chat
