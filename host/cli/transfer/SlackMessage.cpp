#include "cli/transfer/SlackMessage.h"

#include "cli/JsonFields.h"

#include <algorithm>
#include <charconv>

namespace netbit::cli::transfer
{

namespace
{

using base::fault;
using base::Result;
using base::Status;
namespace json_ = boost::json;

base::Error none(std::string_view code, std::string_view detail) { return fault(Status::invalid, code, detail); }

/// What people said.
constexpr std::string_view spoken[] = {"",           "bot_message",      "me_message",     "file_share",
                                       "file_mention", "thread_broadcast", "reply_broadcast", "file_comment"};

bool isSpoken(std::string_view subtype) { return std::find(std::begin(spoken), std::end(spoken), subtype) != std::end(spoken); }

/// Changes of messages as a record of what happened; the messages themselves stand in the export as they are now.
bool isChange(std::string_view subtype)
{
    return subtype == "message_changed" || subtype == "message_deleted" || subtype == "message_replied";
}

void appendBlock(std::string& content, std::string_view block)
{
    if (block.empty())
        return;
    if (!content.empty())
        content += content.back() == '\n' ? "\n" : "\n\n";
    content += block;
}

/// What a bot attached to its message, in words; previews of links that Slack made are none.
std::string attachmentText(const json_::value& attachment, const MrkdwnNames& names, std::vector<MentionItem>& mentions)
{
    if (!text(attachment, "from_url").empty() || truth(attachment, "is_msg_unfurl"))
        return {};
    std::string out;
    const auto add = [&](const std::string& part) {
        if (!part.empty())
            out += (out.empty() ? "" : "\n") + part;
    };
    add(markdownOf(text(attachment, "pretext"), names, mentions));
    const auto title = text(attachment, "title");
    const auto link = text(attachment, "title_link");
    if (!title.empty())
        add("**" + markdownOf(link.empty() ? title : "<" + link + "|" + title + ">", names, mentions) + "**");
    add(markdownOf(text(attachment, "text"), names, mentions));
    for (const auto& field : list(attachment, "fields"))
        add("**" + text(field, "title") + "**: " + markdownOf(text(field, "value"), names, mentions));
    if (out.empty())
        add(markdownOf(text(attachment, "fallback"), names, mentions));
    return out;
}

void addFiles(SlackRead& out, const json_::value& value, const MrkdwnNames& names)
{
    const auto add = [&](const json_::value& file) {
        const auto name = text(file, "name").empty() ? text(file, "title") : text(file, "name");
        if (text(file, "mode") == "tombstone") {
            appendBlock(out.message.content, "(a file that was deleted)");
            return;
        }
        const auto url = text(file, "url_private").empty() ? text(file, "permalink") : text(file, "url_private");
        std::vector<MentionItem> nobody;
        appendBlock(out.message.content,
                    url.empty() ? name : markdownOf("<" + url + "|" + (name.empty() ? url : name) + ">", names, nobody));
        out.notes.emplace_back("file", "Of \"" + oneLine(name, 100) +
                                           "\" the link is kept and the bytes are not: no other host is asked for anything.");
    };
    for (const auto& file : list(value, "files"))
        if (file.is_object())
            add(file);
    if (const auto* const file = member(value, "file"); file && file->is_object()) // exports until 2018
        add(*file);
}

void addReactions(SlackRead& out, const json_::value& value)
{
    for (const auto& reaction : list(value, "reactions")) {
        const auto name = text(reaction, "name");
        if (!goodEmoji(name)) {
            out.notes.emplace_back("reaction", "Its name is none of an emoji.");
            continue;
        }
        std::int64_t users = 0;
        for (const auto& user : list(reaction, "users"))
            if (user.is_string()) {
                out.message.reactions.push_back({name, std::string(user.get_string()), 0});
                ++users;
            }
        const auto missing = integer(reaction, "count") - users;
        if (missing > 0)
            out.notes.emplace_back("reaction", "Of " + std::to_string(missing) + " reactions it is not told whose they are.");
    }
}

/// The sender's key; a user who is in no record yet is told of.
Result<std::string> senderOf(SlackRead& out, const json_::value& value, std::string_view subtype, SlackPeople& people)
{
    auto id = text(value, "user");
    std::string name;
    std::string role;
    if (id.empty() && subtype == "file_comment")
        if (const auto* const comment = member(value, "comment"))
            id = text(*comment, "user");
    if (id.empty()) {
        const auto bot = text(value, "bot_id").empty() ? text(value, "username") : text(value, "bot_id");
        if (bot.empty())
            return none("no_sender", "It does not say who wrote it.");
        id = "bot:" + bot.substr(0, 100);
        name = text(value, "username").empty() ? bot : text(value, "username");
        role = "bot";
    } else if (const auto* const profile = member(value, "user_profile")) {
        name = text(*profile, "name");
    }
    if (!people.told.contains(id)) {
        const auto known = people.names.try_emplace(id, username(name, id == "USLACKBOT" ? "slackbot" : id)).first->second;
        out.newSender = UserItem{.key = id, .username = username(known, "somebody"),
                                 .role = id == "USLACKBOT" ? "bot" : role, .deactivated = true};
    }
    return id;
}

} // namespace

MrkdwnNames SlackPeople::lookUp() const
{
    const auto in = [](const std::unordered_map<std::string, std::string>& map, std::string_view id) {
        const auto found = map.find(std::string(id));
        return found == map.end() ? std::string() : found->second;
    };
    return {[this, in](std::string_view id) { return in(names, id); },
            [this, in](std::string_view id) { return in(channels, id); }};
}

std::optional<base::Millis> slackTime(std::string_view ts) noexcept
{
    std::int64_t whole = 0;
    const auto dot = std::min(ts.find('.'), ts.size());
    const auto read = std::from_chars(ts.data(), ts.data() + dot, whole);
    if (dot == 0 || dot > 11 || read.ec != std::errc() || read.ptr != ts.data() + dot || whole < 0)
        return std::nullopt;
    std::int64_t millis = 0;
    std::int64_t weight = 100;
    for (const char c : ts.substr(std::min(dot + 1, ts.size()))) {
        if (c < '0' || c > '9')
            return std::nullopt;
        millis += (c - '0') * weight;
        weight /= 10;
    }
    return whole * 1'000 + millis;
}

Result<SlackRead> readSlackMessage(const json_::value& value, SlackChat& chat, SlackPeople& people)
{
    const auto type = text(value, "type");
    if (!value.is_object() || (!type.empty() && type != "message"))
        return none("not_a_message", "It is no message.");
    const auto ts = text(value, "ts");
    const auto at = slackTime(ts);
    if (!at || ts.size() > 30)
        return none("invalid_ts", "Its ts is no time.");
    const auto subtype = text(value, "subtype");
    if (isChange(subtype))
        return none("unsupported_subtype", "It only tells of a change to another message (" + subtype + ").");
    SlackRead out;
    auto& message = out.message;
    message.key = chat.id + "/" + ts;
    message.chat = chat.id;
    message.createdAt = *at;
    auto sender = senderOf(out, value, subtype, people);
    if (!sender)
        return sender.error();
    message.sender = std::move(*sender);
    if (const auto thread = text(value, "thread_ts"); !thread.empty() && thread != ts)
        message.replyTo = chat.id + "/" + thread;
    if (subtype == "tombstone") {
        message.deletedAt = *at;
        return out;
    }
    const auto names = people.lookUp();
    auto words = text(value, "text");
    if (subtype == "file_comment")
        if (const auto* const comment = member(value, "comment"); comment && words.empty())
            words = text(*comment, "comment");
    message.content = markdownOf(words, names, message.mentions);
    if (subtype == "me_message")
        message.content = "_" + message.content + "_";
    for (const auto& attachment : list(value, "attachments"))
        appendBlock(message.content, attachmentText(attachment, names, message.mentions));
    addFiles(out, value, names);
    if (!isSpoken(subtype))
        message.type = "system"; // joins, topics, and whatever Slack thinks of next
    if (message.content.empty())
        return none("empty", "There is nothing in it" + (subtype.empty() ? std::string() : " (" + subtype + ")") + ".");
    if (const auto* const edited = member(value, "edited")) {
        message.edited = true;
        message.editedAt = slackTime(text(*edited, "ts")).value_or(0);
    }
    addReactions(out, value);
    if (const auto pin = chat.pins.find(ts); pin != chat.pins.end()) {
        message.pinnedAt = pin->second.at != 0 ? pin->second.at : *at;
        message.pinnedBy = pin->second.user.empty() ? message.sender : pin->second.user;
    }
    return out;
}

} // namespace netbit::cli::transfer
