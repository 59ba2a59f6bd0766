#include "cli/chat/Parsing.h"

#include "base/Time.h"
#include "cli/JsonFields.h"

#include <algorithm>

namespace netbit::cli::chat
{

namespace
{

std::int64_t timeAt(const boost::json::value& value, std::string_view key)
{
    return base::parseRfc3339(text(value, key)).value_or(0);
}

bool meansMe(const boost::json::value& mention, Id me)
{
    const auto type = text(mention, "type");
    return type == "user" ? integer(mention, "user_id") == me : type == "here" || type == "all" || type == "channel";
}

} // namespace

std::vector<Reaction> reactionsOf(const boost::json::value& list)
{
    std::vector<Reaction> out;
    const auto* const array = list.if_array();
    if (!array)
        return out;
    for (const auto& one : *array) {
        Reaction reaction{text(one, "emoji"), {}};
        for (const auto& user : cli::list(one, "user_ids"))
            if (user.is_int64())
                reaction.users.push_back(user.get_int64());
        if (!reaction.emoji.empty() && !reaction.users.empty())
            out.push_back(std::move(reaction));
    }
    return out;
}

std::optional<Message> messageOf(const boost::json::value& json, Id me)
{
    Message message;
    message.id = integer(json, "id");
    if (message.id <= 0)
        return std::nullopt;
    message.chatId = integer(json, "chat_id");
    message.senderId = integer(json, "sender_id");
    message.replyTo = integer(json, "reply_to");
    message.threadId = integer(json, "thread_id");
    message.sender = text(json, "sender_name");
    message.content = text(json, "content");
    message.type = text(json, "message_type");
    message.createdAt = timeAt(json, "created_at");
    message.replies = integer(json, "reply_count");
    message.lastReplyAt = timeAt(json, "last_reply_at");
    message.edited = truth(json, "is_edited");
    message.deleted = !text(json, "deleted_at").empty();
    message.pinned = !text(json, "pinned_at").empty();
    if (const auto* const reactions = member(json, "reactions"))
        message.reactions = reactionsOf(*reactions);
    for (const auto& mention : list(json, "mentions"))
        message.mentionsMe = message.mentionsMe || meansMe(mention, me);
    for (const auto& file : list(json, "attachments"))
        message.files.push_back(text(file, "name"));
    return message;
}

std::vector<Message> messagesOf(const boost::json::value& list, Id me)
{
    std::vector<Message> out;
    if (const auto* const array = list.if_array())
        for (const auto& one : *array)
            if (auto message = messageOf(one, me))
                out.push_back(std::move(*message));
    std::ranges::stable_sort(out, {}, &Message::place);
    return out;
}

std::optional<Chat> chatOf(const boost::json::value& json)
{
    Chat chat;
    chat.id = integer(json, "id");
    if (chat.id <= 0)
        return std::nullopt;
    chat.name = text(json, "name");
    chat.type = text(json, "chat_type");
    chat.topic = text(json, "topic");
    chat.role = text(json, "role");
    chat.unread = std::max<std::int64_t>(0, integer(json, "unread_count"));
    chat.mentions = std::max<std::int64_t>(0, integer(json, "mention_count"));
    chat.lastRead = integer(json, "last_read_message_id");
    chat.muted = truth(json, "muted");
    chat.favourite = truth(json, "favourite");
    chat.archived = !text(json, "archived_at").empty();
    chat.lastAt = timeAt(json, "created_at");
    if (const auto* const last = member(json, "last_message"); last && last->is_object()) {
        chat.lastMessage = integer(*last, "id");
        chat.lastAt = std::max(chat.lastAt, timeAt(*last, "created_at"));
    }
    return chat;
}

std::string presenceOf(const boost::json::value& data)
{
    const auto* const status = member(data, "status_data");
    std::string told;
    if (status && status->is_string())
        told = std::string(status->get_string());
    else if (status)
        told = text(*status, "state");
    return told == "away" || told == "offline" ? told : "online";
}

std::optional<EventNews> eventOf(const boost::json::value& packet)
{
    const auto* const event = member(packet, "event");
    if (text(packet, "packet_type") != "Event" || !event || !event->is_object())
        return std::nullopt;
    EventNews news;
    news.id = integer(*event, "id");
    news.topic = text(*event, "topic");
    news.chat = integer(*event, "chat_id");
    if (const auto* const data = member(*event, "data"))
        news.data = *data;
    return news;
}

} // namespace netbit::cli::chat
