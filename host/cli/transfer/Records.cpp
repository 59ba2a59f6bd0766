#include "cli/transfer/Records.h"

#include "base/JsonLine.h"

#include <algorithm>

namespace netbit::cli::transfer
{

using base::JsonLine;
using base::JsonList;

namespace
{

constexpr std::size_t mostMentions = 100;

bool control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string cut(std::string text, std::size_t most)
{
    auto end = std::min(text.size(), most);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    text.resize(end);
    return text;
}

} // namespace

std::string json(const ProjectItem& item)
{
    return JsonLine("project")
        .text("id", item.key)
        .text("owner", item.owner)
        .text("name", item.name)
        .text("description", item.description)
        .flag("public", item.open)
        .time("created_at", item.createdAt)
        .raw("config", item.config)
        .object();
}

std::string json(const RepositoryItem& item)
{
    return JsonLine("repository")
        .text("id", item.key)
        .text("owner", item.owner)
        .text("project", item.project)
        .text("name", item.name)
        .text("description", item.description)
        .flag("public", item.open)
        .time("created_at", item.createdAt)
        .object();
}

std::string json(const UserItem& item)
{
    return JsonLine("user")
        .text("id", item.key)
        .text("username", item.username)
        .text("email", item.email)
        .text("role", item.role)
        .text("state", item.deactivated ? "deactivated" : "imported")
        .time("created_at", item.createdAt)
        .text("display_name", item.displayName)
        .text("about", item.about)
        .text("time_zone", item.timeZone)
        .object();
}

std::string json(const ChatItem& item)
{
    JsonList participants;
    for (const auto& key : item.participants)
        participants.addText(key);
    return JsonLine("chat")
        .text("id", item.key)
        .text("name", item.name)
        .text("chat_type", item.type)
        .text("creator", item.creator)
        .when("created_at", item.createdAt)
        .time("updated_at", item.updatedAt)
        .text("visibility", item.open ? "public" : "")
        .text("topic", item.topic)
        .text("description", item.description)
        .time("archived_at", item.archivedAt)
        .raw("participants", std::move(participants).json())
        .object();
}

std::string json(const MemberItem& item)
{
    return JsonLine("member")
        .text("chat", item.chat)
        .text("user", item.user)
        .text("role", item.role)
        .time("joined_at", item.joinedAt)
        .time("read_at", item.readAt)
        .flag("muted", item.muted)
        .flag("favourite", item.favourite)
        .object();
}

std::string json(const FileItem& item)
{
    return JsonLine("file")
        .text("id", item.key)
        .text("owner", item.owner)
        .text("name", item.name)
        .number("size", static_cast<std::int64_t>(item.size))
        .text("sha256", item.sha256)
        .time("created_at", item.createdAt)
        .object();
}

std::string json(const MessageItem& item)
{
    JsonList attachments;
    for (const auto& key : item.attachments)
        attachments.addText(key);
    JsonList mentions;
    for (const auto& mention : item.mentions)
        mentions.add(JsonLine().text("type", mention.type).text("key", mention.key).object());
    JsonList reactions;
    for (const auto& reaction : item.reactions)
        reactions.add(JsonLine().text("emoji", reaction.emoji).text("user", reaction.user).time("at", reaction.at).object());
    return JsonLine("message")
        .text("id", item.key)
        .text("chat", item.chat)
        .text("sender", item.sender)
        .text("type", item.type)
        .when("created_at", item.createdAt)
        .text("content", item.content)
        .time("edited_at", item.editedAt)
        .flag("edited", item.edited)
        .text("reply_to", item.replyTo)
        .raw("mentions", std::move(mentions).json())
        .raw("reactions", std::move(reactions).json())
        .raw("attachments", std::move(attachments).json())
        .time("pinned_at", item.pinnedAt)
        .text("pinned_by", item.pinnedBy)
        .time("deleted_at", item.deletedAt)
        .object();
}

std::string oneLine(std::string_view text, std::size_t mostBytes)
{
    std::string out(text);
    std::replace_if(out.begin(), out.end(), control, ' ');
    return cut(std::move(out), mostBytes);
}

std::string prose(std::string_view text, std::size_t mostBytes)
{
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return control(c) && c != '\n' && c != '\r' && c != '\t'; }, ' ');
    return cut(std::move(out), mostBytes);
}

std::string username(std::string_view name, std::string_view otherwise)
{
    std::string out;
    for (const char c : name)
        if (control(c) || c == ' ')
            out += out.empty() ? "" : ".";
        else
            out += c;
    out = cut(std::move(out), 64);
    while (!out.empty() && out.back() == '.')
        out.pop_back();
    return out.empty() ? std::string(otherwise) : out;
}

std::string email(std::string_view text)
{
    constexpr std::size_t most = 254;
    const auto at = text.find('@');
    const bool good = text.size() <= most && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
        text.find('@', at + 1) == std::string_view::npos &&
        std::none_of(text.begin(), text.end(), [](char c) { return control(c) || c == ' '; });
    return good ? std::string(text) : std::string();
}

std::string chatName(std::string_view text, std::string_view otherwise)
{
    constexpr std::size_t most = 200;
    auto name = oneLine(text, most);
    return name.find_first_not_of(' ') == std::string::npos ? oneLine(otherwise, most) : name;
}

bool goodEmoji(std::string_view emoji) noexcept
{
    constexpr std::size_t most = 64;
    return !emoji.empty() && emoji.size() <= most && std::none_of(emoji.begin(), emoji.end(), [](char c) {
        return control(c) || c == ' ' || c == '/' || c == '"' || c == '<' || c == '>';
    });
}

void addMention(std::vector<MentionItem>& mentions, std::string type, std::string key)
{
    const bool there = std::any_of(mentions.begin(), mentions.end(),
                                   [&](const MentionItem& one) { return one.type == type && one.key == key; });
    if (!there && mentions.size() < mostMentions)
        mentions.push_back({std::move(type), std::move(key)});
}

} // namespace netbit::cli::transfer
