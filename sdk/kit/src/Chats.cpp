#include "Chats.h"

#include "EventLog.h"
#include "People.h"
#include "base/Digest.h"
#include "base/Json.h"
#include "services/chat/MessageJson.h"

#include <algorithm>

namespace netbit::fake {

namespace {

using base::fault;
using base::Result;
using base::Status;
using services::auth::Principal;
namespace rules = services::chat;

std::string_view word(bool truth) noexcept { return truth ? "true" : "false"; }

std::string paginationOf(const rules::PageQuery& query, const ChatPage& page)
{
    const auto number = [](std::int64_t value) { return std::to_string(value); };
    std::string out = "],\"pagination\":{";
    if (query.page > 0) {
        const std::int64_t perPage = query.perPage;
        out += "\"page\":" + number(query.page) + ",\"per_page\":" + number(perPage) + ",\"total\":" + number(page.total) +
               ",\"total_pages\":" + number((page.total + perPage - 1) / perPage);
    } else {
        out += "\"limit\":" + number(query.limit);
        if (query.before != 0)
            out += ",\"before\":" + number(query.before);
        if (query.after != 0)
            out += ",\"after\":" + number(query.after);
        out += ",\"total\":" + number(page.total);
        out.append(",\"has_older\":").append(word(page.hasOlder));
        out.append(",\"has_newer\":").append(word(page.hasNewer));
        out += ",\"next_before\":" + (page.hasOlder && page.firstId != 0 ? number(page.firstId) : "null");
    }
    return out + "}}";
}

} // namespace

Result<void> Chats::inMemory(bool mayBlock) const
{
    if (onDisk && !mayBlock)
        return fault(Status::wouldBlock, "would_block", "The chat's messages are on disk.");
    return {};
}

Result<const Chats::Chat*> Chats::visible(const Principal& principal, std::int64_t chatId) const
{
    if (auto valid = rules::checkValid(principal); !valid)
        return valid.error();
    const auto found = _chats.find(chatId);
    if (found == _chats.end() || !found->second.members.find(principal.userId()))
        return rules::chatNotFound();
    return &found->second;
}

bool Chats::isMember(std::int64_t userId, std::int64_t chatId) const
{
    const auto found = _chats.find(chatId);
    return found != _chats.end() && found->second.members.find(userId).has_value();
}

std::string Chats::jsonOf(const storage::MessageRecord& message) const
{
    const auto* const sender = _people.byId(message.senderId);
    return rules::messageText(message, rules::messageMiddle(message, sender ? sender->username : std::string_view()))
        .substr(1);
}

std::string Chats::jsonOf(const Chat& chat, std::int64_t forUser) const
{
    auto out = rules::chatHead(chat.record);
    const auto role = chat.members.find(forUser);
    rules::OwnView own; // nobody marks anything as read here
    own.unread = std::count_if(chat.messages.begin(), chat.messages.end(),
                               [&](const auto& message) { return message.senderId != forUser; });
    rules::appendChatRest(out, role, chat.members.size(),
                          chat.messages.empty() ? std::string() : jsonOf(chat.messages.back()), role ? &own : nullptr);
    return out;
}

Result<std::string> Chats::list(const Principal& principal, std::uint32_t page, std::uint32_t perPage, bool mayBlock) const
{
    if (auto valid = rules::checkValid(principal); !valid)
        return valid.error();
    if (auto numbers = rules::checkNumbers(page, perPage); !numbers)
        return numbers.error();
    if (auto memory = inMemory(mayBlock); !memory)
        return memory.error();
    std::vector<const Chat*> mine;
    for (const auto& [id, chat] : _chats)
        if (chat.members.find(principal.userId()))
            mine.push_back(&chat);
    std::sort(mine.begin(), mine.end(), [](const Chat* a, const Chat* b) {
        const auto left = a->lastActivity();
        const auto right = b->lastActivity();
        return left != right ? left > right : a->record.id > b->record.id;
    });
    const std::uint64_t total = mine.size();
    const auto first = std::min<std::uint64_t>(total, (std::uint64_t{page} - 1) * perPage);
    const auto last = std::min<std::uint64_t>(total, first + perPage);
    std::string out = "{\"data\":[";
    for (auto i = first; i < last; ++i)
        out += (i == first ? "" : ",") + jsonOf(*mine[i], principal.userId());
    return out + "],\"pagination\":{\"page\":" + std::to_string(page) + ",\"per_page\":" + std::to_string(perPage) +
           ",\"total\":" + std::to_string(total) + ",\"total_pages\":" + std::to_string((total + perPage - 1) / perPage) +
           "}}";
}

Result<std::string> Chats::get(const Principal& principal, std::int64_t chatId, bool mayBlock) const
{
    const auto chat = visible(principal, chatId);
    if (!chat)
        return chat.error();
    if (auto memory = inMemory(mayBlock); !memory)
        return memory.error();
    return jsonOf(**chat, principal.userId());
}

Result<void> Chats::mayRead(const Principal& principal, std::int64_t chatId) const
{
    const auto chat = visible(principal, chatId);
    if (!chat)
        return chat.error();
    return {};
}

Result<ChatPage> Chats::page(const Principal& principal, const rules::PageQuery& query, bool mayBlock) const
{
    const auto chat = visible(principal, query.chatId);
    if (!chat)
        return chat.error();
    if (auto form = rules::checkPage(query); !form)
        return form.error();
    if (auto memory = inMemory(mayBlock); !memory)
        return memory.error();
    const auto& messages = (*chat)->messages;
    std::size_t first = 0;
    std::size_t last = messages.size();
    const auto back = [&](std::size_t count) { first = last - std::min<std::size_t>(last, count); };
    if (query.page > 0) {
        last -= static_cast<std::size_t>(
            std::min<std::uint64_t>(last, (std::uint64_t{query.page} - 1) * query.perPage));
        back(query.perPage);
    } else if (query.before == 0 && query.after == 0) {
        back(query.limit);
    } else {
        const auto wanted = query.before != 0 ? query.before : query.after;
        const auto at = std::find_if(messages.begin(), messages.end(), [&](const auto& one) { return one.id == wanted; });
        if (at == messages.end())
            return fault(Status::invalid, "unknown_cursor", "No message of this chat has this id.",
                         query.before != 0 ? "/before" : "/after");
        const auto index = static_cast<std::size_t>(at - messages.begin());
        if (query.before != 0) {
            last = index;
            back(query.limit);
        } else {
            first = index + 1;
            last = std::min(messages.size(), first + query.limit);
        }
    }
    ChatPage page;
    page.total = static_cast<std::int64_t>(messages.size());
    page.count = static_cast<std::uint32_t>(last - first);
    page.hasOlder = first > 0 && !messages.empty();
    page.hasNewer = last < messages.size();
    page.pieces.push_back('{' + std::string(query.lead) + "\"data\":[");
    for (auto i = first; i < last; ++i)
        page.pieces.push_back((i == first ? "" : ",") + jsonOf(messages[i]));
    if (first < last) {
        page.firstId = messages[first].id;
        page.lastId = messages[last - 1].id;
    }
    page.pieces.push_back(paginationOf(query, page));
    std::string whole;
    for (const auto& piece : page.pieces)
        whole += piece;
    page.etag = '"' + base::sha256Hex(whole).substr(0, 11) + '"';
    return page;
}

Result<void> Chats::checkCreate(const Principal& principal, rules::NewChat& chat) const
{
    if (auto valid = rules::checkValid(principal); !valid)
        return valid;
    const bool direct = chat.chatType == "direct";
    if (!direct && chat.chatType != "group" && chat.chatType != "channel")
        return fault(Status::invalid, "invalid_chat_type", "It must be direct, group or channel.", "/chat_type");
    auto name = rules::checkName(chat.name, direct);
    if (!name)
        return name.error();
    chat.name = std::move(*name);
    if (!_people.byId(principal.userId()))
        return fault(Status::forbidden, "no_user", "Only a user makes chats.");
    for (std::size_t i = 0; i < chat.participants.size(); ++i)
        if (!_people.byId(chat.participants[i]))
            return fault(Status::invalid, "unknown_user", "There is no such user.", "/participants/" + std::to_string(i));
    auto& others = chat.participants;
    std::sort(others.begin(), others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
    std::erase(others, principal.userId());
    if (direct && others.size() != 1)
        return fault(Status::invalid, "invalid_participants", "A direct chat is with exactly one other.", "/participants");
    return {};
}

services::Completed Chats::create(const Principal& principal, const rules::NewChat& given, std::int64_t now)
{
    if (given.chatType == "direct")
        for (const auto& [id, chat] : _chats)
            if (chat.record.chatType == "direct" && chat.members.find(principal.userId()) &&
                chat.members.find(given.participants.front()))
                return {id, jsonOf(chat, principal.userId()), true};
    Chat chat;
    chat.record = {.id = static_cast<std::int64_t>(_chats.size()) + 1,
                   .name = given.name,
                   .chatType = given.chatType,
                   .creatorId = principal.userId(),
                   .createdAt = now,
                   .updatedAt = now};
    std::vector<rules::Member> members{{principal.userId(), rules::Role::admin}};
    for (const auto id : given.participants)
        members.push_back({id, rules::Role::member});
    std::sort(members.begin(), members.end(), [](auto& a, auto& b) { return a.userId < b.userId; });
    chat.members = rules::Members(std::move(members));
    auto data = rules::chatHead(chat.record);
    rules::appendChatRest(data, std::nullopt, chat.members.size(), {}, nullptr);
    services::Completed made{chat.record.id, jsonOf(chat, principal.userId()), false};
    _chats.emplace(made.id, std::move(chat));
    _events.append("chat.created", made.id, principal.userId(), data, false, now);
    return made;
}

Result<void> Chats::checkSend(const Principal& principal, const rules::NewMessage& message) const
{
    const auto chat = visible(principal, message.chatId);
    if (!chat)
        return chat.error();
    if ((*chat)->record.chatType == "channel" && (*chat)->members.find(principal.userId()) == rules::Role::member)
        return fault(Status::forbidden, "channel_read_only", "Only its admins and moderators write in a channel.");
    return rules::checkMessage(message, _messageBytes);
}

Result<services::Completed> Chats::send(const Principal& principal, const rules::NewMessage& given, std::int64_t now)
{
    if (auto may = checkSend(principal, given); !may) // it may have changed while this waited
        return may.error();
    auto& chat = _chats.at(given.chatId);
    const auto byId = [](const Chat& in, std::int64_t id) {
        return std::find_if(in.messages.begin(), in.messages.end(), [&](const auto& one) { return one.id == id; });
    };
    const auto digest = rules::digestOf(given);
    const std::pair key(principal.userId(), given.key);
    if (const auto known = given.key.empty() ? _keys.end() : _keys.find(key); known != _keys.end()) {
        if (known->second.digest != digest)
            return fault(Status::invalid, "idempotency_key_reused", "This key was used for another message.");
        const auto& before = _chats.at(known->second.chatId);
        return services::Completed{known->second.messageId, jsonOf(*byId(before, known->second.messageId)), true};
    }
    if (given.replyTo != 0 && byId(chat, given.replyTo) == chat.messages.end())
        return fault(Status::invalid, "unknown_reply", "There is no such message in this chat.", "/reply_to");
    storage::MessageRecord message;
    message.id = ++_lastMessageId;
    message.chatId = given.chatId;
    message.senderId = principal.userId();
    message.content = given.content;
    message.messageType = given.messageType;
    message.createdAt = now;
    message.replyTo = given.replyTo;
    services::Completed made{message.id, jsonOf(message), false};
    chat.messages.push_back(std::move(message));
    if (!given.key.empty())
        _keys.emplace(key, Sent{digest, given.chatId, made.id});
    _events.append("message.created", given.chatId, principal.userId(), made.json, false, now);
    return made;
}

} // namespace netbit::fake
