#include "services/transfer/Record.h"

#include "services/auth/AccountRules.h"
#include "services/chat/Rules.h"
#include "services/files/FileNames.h"
#include "services/transfer/Members.h"

#include <boost/algorithm/hex.hpp>
#include <iterator>
#include <limits>

namespace netbit::services::transfer {

using base::fault;
using base::Result;
using base::Status;

namespace {

constexpr std::int64_t mostDays = 36'500;
constexpr std::int64_t mostReplies = 1'000'000'000;

/// Argon2id strings as libsodium writes them, and not so costly that checking one would be an attack.
bool goodHash(std::string_view hash)
{
    if (hash.empty())
        return true;
    if (hash.size() > 128 || !hash.starts_with("$argon2id$v=19$m="))
        return false;
    unsigned long memory = 0;
    unsigned long times = 0;
    int read = 0;
    if (std::sscanf(std::string(hash).c_str(), "$argon2id$v=19$m=%9lu,t=%9lu,p=1$%n", &memory, &times, &read) != 2 || read == 0)
        return false;
    return memory <= 262'144 && times <= 10;
}

void check(Members& members, std::string_view name, const Result<void>& good)
{
    if (!good)
        members.wrong(name, "cannot be: " + good.error().detail.substr(0, good.error().detail.size() - 1));
}

Record readUser(Members& in)
{
    UserRecord out;
    out.key = in.line("id", maxKeyBytes, true);
    auto& user = out.user;
    user.erasedAt = in.time("erased_at");
    user.username = in.line("username", 64, user.erasedAt == 0);
    user.email = in.line("email", 254);
    user.role = in.oneOf("role", {"admin", "member", "guest", "bot"}, "member");
    user.state = in.oneOf("state", {"active", "deactivated", "imported"}, "active");
    user.createdAt = in.time("created_at");
    user.provider = in.line("provider", 64);
    user.password = in.line("password", 128);
    user.profile.displayName = in.line("display_name", 100);
    user.profile.about = in.text("about", 1'000);
    user.profile.timeZone = in.line("time_zone", 64);
    user.profile.statusText = in.line("status_text", 100);
    user.profile.statusEmoji = in.line("status_emoji", 32);
    user.profile.statusUntil = in.time("status_until");
    if (user.erasedAt == 0)
        check(in, "username", chat::checkImportedName(user.username, {}));
    if (!user.email.empty() && !auth::validEmail(user.email))
        in.wrong("email", "is no e-mail address");
    if (!goodHash(user.password))
        in.wrong("password", "is no Argon2id string of this program");
    return out;
}

Record readChat(Members& in)
{
    ChatRecord out;
    out.key = in.line("id", maxKeyBytes, true);
    auto& chat = out.chat;
    chat.chatType = in.oneOf("chat_type", {"direct", "group", "channel"}, "group");
    chat.name = in.text("name", 1'000);
    out.creator = in.line("creator", maxKeyBytes);
    chat.createdAt = in.time("created_at", true);
    chat.updatedAt = in.time("updated_at");
    chat.visibility = in.oneOf("visibility", {"private", "public"}, "private");
    chat.topic = in.text("topic", 4'000);
    chat.description = in.text("description", 16'000);
    chat.archivedAt = in.time("archived_at");
    chat.retentionDays = in.number("retention_days", mostDays);
    for (const auto& one : in.list("participants", 2)) {
        if (one.is_string() && !one.get_string().empty() && one.get_string().size() <= maxKeyBytes)
            out.participants.emplace_back(one.get_string());
        else
            in.wrong("participants", "must be two keys");
    }
    const bool direct = chat.chatType == "direct";
    if (direct != (out.participants.size() == 2))
        in.wrong("participants", "are two in a direct chat, and named in no other");
    const auto name = chat::checkName(chat.name, direct);
    check(in, "name", name ? Result<void>() : Result<void>(name.error()));
    if (name)
        chat.name = *name;
    const auto topic = chat::checkTopic(chat.topic);
    check(in, "topic", topic ? Result<void>() : Result<void>(topic.error()));
    const auto description = chat::checkDescription(chat.description);
    check(in, "description", description ? Result<void>() : Result<void>(description.error()));
    if (direct && (chat.visibility == "public" || !chat.topic.empty() || !chat.description.empty()))
        in.wrong("visibility", "is private in a direct chat, which has no topic and description");
    if (chat.updatedAt == 0)
        chat.updatedAt = chat.createdAt;
    return out;
}

Record readMember(Members& in)
{
    MemberRecord out;
    out.chat = in.line("chat", maxKeyBytes, true);
    out.user = in.line("user", maxKeyBytes, true);
    auto& member = out.member;
    member.role = in.oneOf("role", {"admin", "moderator", "member"}, "member");
    member.joinedAt = in.time("joined_at");
    member.lastReadAt = in.time("read_at");
    out.read = in.line("read", maxKeyBytes);
    member.muted = in.flag("muted");
    member.favourite = in.flag("favourite");
    return out;
}

Record readMessage(Members& in)
{
    MessageRecord out;
    out.key = in.line("id", maxKeyBytes, true);
    out.chat = in.line("chat", maxKeyBytes, true);
    out.sender = in.line("sender", maxKeyBytes, true);
    auto& message = out.message;
    message.messageType = in.oneOf("type", {"text", "image", "file", "system"}, "text");
    message.createdAt = in.time("created_at", true);
    message.content = in.text("content", maxContentBytes);
    message.editedAt = in.time("edited_at");
    message.isEdited = in.flag("edited") || message.editedAt != 0;
    in.each("edits", mostEdits, [&](Members& one) {
        auto content = one.text("content", maxContentBytes);
        out.edits.push_back({.content = std::move(content), .writtenAt = one.time("at", true)});
    });
    out.replyTo = in.line("reply_to", maxKeyBytes);
    out.thread = in.line("thread", maxKeyBytes);
    in.each("mentions", mostMentions, [&](Members& one) {
        Mention mention;
        mention.type = one.oneOf("type", {"user", "chat", "here", "all", "channel"}, "");
        mention.key = one.line("key", maxKeyBytes);
        if ((mention.type == "user" || mention.type == "chat") == mention.key.empty())
            one.wrong("key", "names the user or the chat");
        out.mentions.push_back(std::move(mention));
    });
    in.each("reactions", mostReactions, [&](Members& one) {
        Reaction reaction;
        reaction.emoji = one.line("emoji", 64, true);
        reaction.user = one.line("user", maxKeyBytes, true);
        reaction.at = one.time("at");
        check(one, "emoji", chat::checkEmoji(reaction.emoji));
        out.reactions.push_back(std::move(reaction));
    });
    message.replyCount = in.number("reply_count", mostReplies);
    message.lastReplyAt = in.time("last_reply_at");
    message.pinnedAt = in.time("pinned_at");
    out.pinnedBy = in.line("pinned_by", maxKeyBytes);
    message.deletedAt = in.time("deleted_at");
    out.deletedBy = in.line("deleted_by", maxKeyBytes);
    for (const auto& one : in.list("attachments", mostAttachments))
        if (one.is_string() && !one.get_string().empty() && one.get_string().size() <= maxKeyBytes)
            out.attachments.emplace_back(one.get_string());
        else
            in.wrong("attachments", "must be keys of files");
    const bool anythingLeft =
        !message.content.empty() || !out.edits.empty() || !out.reactions.empty() || message.pinnedAt != 0 ||
        !out.attachments.empty();
    if (message.deletedAt != 0 && anythingLeft)
        in.wrong("deleted_at", "is of a message of which nothing is left");
    return out;
}

std::string readDigest(Members& in)
{
    std::string out;
    const auto digest = in.line("sha256", 64, true);
    try {
        boost::algorithm::unhex(digest, std::back_inserter(out));
    } catch (const boost::algorithm::hex_decode_error&) {
        out.clear();
    }
    if (out.size() != 32)
        in.wrong("sha256", "is no SHA-256 in hex digits");
    return out;
}

Record readFile(Members& in)
{
    FileRecord out;
    out.key = in.line("id", maxKeyBytes, true);
    out.owner = in.line("owner", maxKeyBytes, true);
    out.file.name = in.line("name", files::maxNameBytes, true);
    out.file.size = in.number("size", std::numeric_limits<std::int64_t>::max());
    out.file.createdAt = in.time("created_at");
    out.file.avatar = in.flag("avatar");
    out.file.sha256 = readDigest(in);
    return out;
}

Record readDraft(Members& in)
{
    DraftRecord out;
    out.chat = in.line("chat", maxKeyBytes, true);
    out.user = in.line("user", maxKeyBytes, true);
    out.draft.content = in.text("content", maxContentBytes, true);
    out.draft.updatedAt = in.time("updated_at", true);
    out.replyTo = in.line("reply_to", maxKeyBytes);
    return out;
}

Record readScheduled(Members& in)
{
    ScheduledRecord out;
    out.key = in.line("id", maxKeyBytes, true);
    out.chat = in.line("chat", maxKeyBytes, true);
    out.sender = in.line("sender", maxKeyBytes, true);
    out.scheduled.content = in.text("content", maxContentBytes, true);
    out.scheduled.sendAt = in.time("send_at", true);
    out.scheduled.createdAt = in.time("created_at", true);
    out.replyTo = in.line("reply_to", maxKeyBytes);
    return out;
}

Record readHook(Members& in)
{
    HookRecord out;
    out.key = in.line("id", maxKeyBytes, true);
    out.chat = in.line("chat", maxKeyBytes, true);
    out.creator = in.line("creator", maxKeyBytes, true);
    out.bot = in.line("bot", maxKeyBytes, true);
    out.hook.name = in.line("name", 1'000, true);
    out.hook.createdAt = in.time("created_at", true);
    out.hook.hash = readDigest(in);
    return out;
}

Record readThreadRead(Members& in)
{
    ThreadReadRecord out;
    out.thread = in.line("thread", maxKeyBytes, true);
    out.user = in.line("user", maxKeyBytes, true);
    out.at = in.time("read_at");
    out.read = in.line("read", maxKeyBytes);
    return out;
}

Record readProject(Members& in)
{
    ProjectRecord out;
    out.key = in.line("id", maxKeyBytes, true);
    out.owner = in.line("owner", maxKeyBytes, true);
    out.project.name = in.line("name", 400, true);
    out.project.description = in.text("description", 2'000);
    out.project.isPublic = in.flag("public");
    out.project.createdAt = in.time("created_at");
    out.project.updatedAt = in.time("updated_at");
    out.project.state = in.oneOf("state", {"active", "archived"}, "active");
    out.chat = in.line("chat", maxKeyBytes);
    out.ownerSince = in.time("owner_since");
    out.config = in.object("config");
    return out;
}

Record readRepository(Members& in)
{
    RepositoryRecord out;
    out.key = in.line("id", maxKeyBytes, true);
    out.owner = in.line("owner", maxKeyBytes, true);
    out.project = in.line("project", maxKeyBytes);
    out.repository.name = in.line("name", 400, true);
    out.repository.description = in.text("description", 2'000);
    out.repository.isPublic = in.flag("public");
    out.repository.createdAt = in.time("created_at");
    out.repository.updatedAt = in.time("updated_at");
    out.repository.defaultBranch = in.line("default_branch", 1'024);
    out.repository.state = in.oneOf("state", {"active", "archived"}, "active");
    out.repository.mirrorUrl = in.line("mirror_url", 2'000);
    out.forkedFrom = in.line("forked_from", maxKeyBytes);
    return out;
}

bool isCommit(std::string_view text)
{
    return text.size() == 40 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

storage::PlanValue readValue(Members& in, const storage::PlanColumn& column)
{
    using enum storage::PlanType;
    switch (column.type) {
    case text: return in.text(column.name, column.most, column.required);
    case line:
    case commit: {
        auto found = in.line(column.name, column.most, column.required);
        if (column.type == commit && !found.empty() && !isCommit(found))
            in.wrong(column.name, "is no commit's id");
        const auto& choices = column.choices;
        if (!choices[0].empty() && !found.empty() && std::find(choices.begin(), choices.end(), found) == choices.end())
            in.wrong(column.name, "is none of those that there are");
        return found;
    }
    case number: {
        const auto found = in.number(column.name, std::numeric_limits<std::int32_t>::max());
        if (column.required && found == 0)
            in.wrong(column.name, "must be a whole number above 0");
        return found;
    }
    case flag: return std::int64_t{in.flag(column.name)};
    case time: return in.time(column.name, column.required);
    case key: return in.line(column.name, maxKeyBytes, column.required);
    }
    return {};
}

Record readPlan(Members& in, const storage::PlanTable& table)
{
    PlanRecord out;
    out.table = &table;
    if (table.named)
        out.key = in.line("id", maxKeyBytes, true);
    for (const auto& column : table.columns)
        out.values.push_back(readValue(in, column));
    return out;
}

const storage::PlanTable* planNamed(std::string_view kind)
{
    const auto* const found = std::find_if(storage::planTables.begin(), storage::planTables.end(),
                                           [&](const auto& table) { return table.kind == kind; });
    return found == storage::planTables.end() ? nullptr : found;
}

} // namespace

Result<Record> readRecord(const boost::json::value& value)
{
    if (!value.is_object())
        return fault(Status::invalid, "not_an_object", "A record is an object.");
    Members in(value.get_object(), {});
    const auto kind = in.line("kind", 64, true);
    Record out;
    if (kind == "user")
        out = readUser(in);
    else if (kind == "chat")
        out = readChat(in);
    else if (kind == "member")
        out = readMember(in);
    else if (kind == "message")
        out = readMessage(in);
    else if (kind == "thread_read")
        out = readThreadRead(in);
    else if (kind == "file")
        out = readFile(in);
    else if (kind == "draft")
        out = readDraft(in);
    else if (kind == "scheduled")
        out = readScheduled(in);
    else if (kind == "hook")
        out = readHook(in);
    else if (kind == "project")
        out = readProject(in);
    else if (kind == "repository")
        out = readRepository(in);
    else if (const auto* const table = planNamed(kind))
        out = readPlan(in, *table);
    else
        in.wrong("kind", "is none that this version knows");
    if (auto good = in.done(); !good)
        return good.error();
    return out;
}

} // namespace netbit::services::transfer
