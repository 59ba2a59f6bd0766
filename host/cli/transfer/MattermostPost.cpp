#include "cli/transfer/MattermostPost.h"

#include "base/Digest.h"
#include "cli/JsonFields.h"

#include <algorithm>

namespace netbit::cli::transfer
{

namespace
{

constexpr std::size_t keysKept = 20'000;
constexpr std::size_t longestName = 200;
constexpr std::size_t mostFiles = 100; // of one post
constexpr std::size_t longestKey = 200; // of a conversation; with who wrote and when it stays below what the server takes

bool nameChar(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// In milliseconds; 0: it is none.
base::Millis timeOf(const boost::json::value& value, std::string_view member)
{
    const auto at = integer(value, member);
    return at > 0 && at < 253'402'300'800'000 ? at : 0; // until the year 9999
}

/// What integrations attach, in words.
std::string attached(const boost::json::value& post)
{
    std::string out;
    const auto* const props = member(post, "props");
    if (!props)
        return out;
    const auto add = [&](const std::string& part) {
        if (!part.empty())
            out += (out.empty() ? "" : "\n") + part;
    };
    for (const auto& attachment : list(*props, "attachments")) {
        add(text(attachment, "pretext"));
        if (const auto title = text(attachment, "title"); !title.empty())
            add("**" + title + "**");
        add(text(attachment, "text").empty() ? text(attachment, "fallback") : text(attachment, "text"));
        for (const auto& field : list(attachment, "fields"))
            add("**" + text(field, "title") + "**: " + text(field, "value"));
    }
    return out;
}

} // namespace

std::string mattermostChannel(const std::string& team, const std::string& channel) { return team + "/" + channel; }

std::string mattermostDirect(const std::vector<std::string>& members)
{
    std::string key = "@";
    for (const auto& member : members)
        key += (key.size() > 1 ? "," : "") + member;
    return key.size() <= longestKey ? key : "@" + base::sha256Hex(key);
}

std::vector<std::string> mattermostMembers(const boost::json::value& value, std::string_view name)
{
    std::vector<std::string> members;
    for (const auto& each : list(value, name))
        if (each.is_string())
            members.emplace_back(each.get_string());
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    return members;
}

std::string MattermostPosts::keyOf(const std::string& chat, const std::string& user, std::int64_t at)
{
    if (_sameKeys.size() >= keysKept)
        _sameKeys.clear();
    auto key = chat + "/" + user + "/" + std::to_string(at);
    const auto count = ++_sameKeys[key];
    return count == 1 ? key : key + "#" + std::to_string(count);
}

void MattermostPosts::findMentions(MessageItem& message) const
{
    const std::string_view content = message.content;
    bool code = false;
    for (std::size_t i = 0; i < content.size(); ++i) {
        if (content[i] == '`')
            code = !code;
        if (code || content[i] != '@' || (i > 0 && nameChar(content[i - 1])))
            continue;
        auto end = i + 1;
        while (end < content.size() && end - i <= 64 && nameChar(content[end]))
            ++end;
        for (; end > i + 1; --end) {
            const auto name = std::string(content.substr(i + 1, end - i - 1));
            if (name == "here" || name == "all" || name == "channel")
                addMention(message.mentions, name);
            else if (users.contains(name))
                addMention(message.mentions, "user", name);
            else if (name.back() == '.' || name.back() == '-' || name.back() == '_')
                continue; // the end of a sentence
            break;
        }
    }
}

void MattermostPosts::addFiles(MattermostRead& read, const boost::json::value& post) const
{
    auto& message = read.message;
    for (const auto& file : list(post, "attachments")) {
        const auto path = text(file, "path");
        const auto name = oneLine(path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1), longestName);
        if (!name.empty() && hasBytes && hasBytes(path) && message.attachments.size() < mostFiles) {
            const auto key = message.key + "/file" + std::to_string(message.attachments.size());
            auto& kept = read.files.emplace_back();
            kept.item.key = key;
            kept.item.owner = message.sender;
            kept.item.name = name;
            kept.item.createdAt = message.createdAt;
            kept.path = path;
            message.attachments.push_back(key);
            continue;
        }
        message.content += (message.content.empty() ? "" : "\n\n") + std::string("(file: ") + name + ")";
        read.notes.emplace_back("file", "Of \"" + name + "\" the name is kept; the export has not its bytes.");
    }
}

MattermostRead MattermostPosts::readOne(const boost::json::value& post, const std::string& chat)
{
    MattermostRead out;
    auto& message = out.message;
    message.chat = chat;
    message.sender = text(post, "user");
    message.createdAt = timeOf(post, "create_at");
    message.content = text(post, "message");
    const auto type = text(post, "type");
    if (type == "me" && !message.content.starts_with('*'))
        message.content = "*" + message.content + "*";
    if (type.starts_with("system_"))
        message.type = "system";
    if (const auto more = attached(post); !more.empty())
        message.content += (message.content.empty() ? "" : "\n\n") + more;
    message.key = keyOf(chat, message.sender, message.createdAt);
    addFiles(out, post);
    if (const auto edited = timeOf(post, "edit_at"); edited != 0)
        message.editedAt = edited;
    for (const auto& reaction : list(post, "reactions")) {
        const auto name = text(reaction, "emoji_name");
        if (goodEmoji(name) && !text(reaction, "user").empty())
            message.reactions.push_back({name, text(reaction, "user"), timeOf(reaction, "create_at")});
        else
            out.notes.emplace_back("reaction", "Its name is none of an emoji, or nobody gave it.");
    }
    if (truth(post, "is_pinned")) {
        message.pinnedAt = message.createdAt;
        message.pinnedBy = message.sender;
    }
    findMentions(message);
    if (message.createdAt == 0)
        out.whyNot = "invalid_time";
    else if (message.sender.empty())
        out.whyNot = "no_sender";
    else if (message.content.empty() && message.attachments.empty())
        out.whyNot = "empty";
    return out;
}

std::vector<MattermostRead> MattermostPosts::read(const boost::json::value& post, const std::string& chat)
{
    std::vector<MattermostRead> all;
    all.push_back(readOne(post, chat));
    const auto root = all.front().message.key;
    const auto& replies = list(post, "replies");
    for (std::size_t i = 0; i < replies.size(); ++i) {
        auto reply = readOne(replies[i], chat);
        reply.message.replyTo = root;
        reply.place = ", reply " + std::to_string(i);
        all.push_back(std::move(reply));
    }
    return all;
}

} // namespace netbit::cli::transfer
