#include "services/chat/MessageJson.h"

#include "base/Json.h"

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
    out.reserve(middle.size() + 144);
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
    out += '}';
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
    out += '"';
    return out;
}

void appendChatRest(std::string& out, std::optional<Role> role, std::size_t participants, std::string_view lastMessage)
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
    out += '}';
}

} // namespace netbit::services::chat
