#include "services/chat/ChatOperations.h"

#include "services/chat/ChatActs.h"
#include "services/chat/HookActs.h"
#include "services/chat/LaterActs.h"
#include "services/chat/MessageActs.h"
#include "services/chat/ReadActs.h"

namespace netbit::services::chat {

using operations::Kind;
using operations::Operation;
using operations::Parameter;

namespace {

const Parameter chatId{.name = "id", .kind = Kind::integer, .what = "The chat.", .required = true, .least = 1};
const Parameter limit{.name = "limit", .kind = Kind::integer, .what = "How many at most.", .least = 1, .most = 200};

Parameter required(Parameter parameter)
{
    parameter.required = true;
    return parameter;
}

const Parameter userId{.name = "user", .kind = Kind::integer, .what = "The user.", .required = true, .least = 1};
const Parameter role{.name = "role", .what = "His role in the chat.", .choices = {"admin", "moderator", "member"}};
const Parameter visibility{.name = "visibility", .what = "Who may find and join it.", .choices = {"private", "public"}};
const Parameter topic{.name = "topic", .what = "What it is about now; at most 1,000 bytes."};
const Parameter description{.name = "description", .what = "What it is for; at most 4,000 bytes."};

constexpr auto most = std::numeric_limits<std::int64_t>::max();
const Parameter messageId{.name = "message", .kind = Kind::integer, .what = "The message.", .required = true, .least = 1};
const Parameter emoji{.name = "emoji", .what = "An emoji, or the name of one.", .required = true, .least = 1, .most = 64};

Result<void> createChat(ChatService& chats, Call& call, Done done)
{
    const auto& args = call.arguments;
    NewChat chat;
    chat.name = args.textOr("name", "");
    chat.chatType = args.textOr("chat_type", "");
    chat.participants = args.ids("participants");
    chat.visibility = args.textOr("visibility", "private");
    chat.topic = args.textOr("topic", "");
    chat.description = args.textOr("description", "");
    return chats.create(call.principal, std::move(chat), operations::Once("chats.create", call), std::move(done));
}

} // namespace

void addChatOperations(operations::Operations& operations, ChatService& chats)
{
    auto& core = chats.core();
    const auto declaring = [&operations](bool reads) {
        return [&operations, reads](std::string_view name, std::string_view summary, std::vector<Parameter> parameters,
                                    std::string_view result, operations::Handler handler) {
            operations.add({.name = name,
                            .summary = summary,
                            .access = operations::Access::user,
                            .parameters = std::move(parameters),
                            .result = result,
                            .handler = std::move(handler),
                            .reads = reads});
        };
    };
    const auto add = declaring(false);
    const auto ask = declaring(true);

    add("chats.create", "Make a chat",
        {{.name = "name", .what = "1 to 200 bytes; a direct chat needs none."},
         {.name = "chat_type", .what = "What it is.", .required = true, .choices = {"direct", "group", "channel"}},
         {.name = "participants", .kind = Kind::ids, .what = "Users beside the caller.", .most = 100'000},
         visibility,
         topic,
         description},
        "chat", [&chats](Call& call, Done done) { return createChat(chats, call, std::move(done)); });
    add("chats.update", "Change a chat's name, topic, description, visibility or archive",
        {chatId,
         {.name = "name", .what = "1 to 200 bytes."},
         topic,
         description,
         visibility,
         {.name = "archived", .kind = Kind::flag, .what = "Whether nobody writes into it any more."},
         {.name = "retention_days", .kind = Kind::integer, .what = "Days after which messages go; 0: never.", .least = 0, .most = 36'500}},
        "chat", bound(core, &updateChat));
    ask("chats.public", "Chats that any member of the server may join, by id",
        {{.name = "q", .what = "What the name, topic or description must have in it.", .most = 200},
         limit,
         {.name = "after", .kind = Kind::integer, .what = "Chats behind this one."}},
        "public_chats", bound(core, &listPublic));
    ask("chats.members", "Who is in a chat, by user id",
        {chatId, limit, {.name = "after", .kind = Kind::integer, .what = "Members behind this user."}}, "members",
        bound(core, &listMembers));
    add("chats.invite", "Put a user into a chat",
        {chatId, {.name = "user_id", .kind = Kind::integer, .what = "The user.", .required = true, .least = 1}, role},
        "member", bound(core, &inviteMember));
    add("chats.set_role", "Give a member another role", {chatId, userId, required(role)}, "member", bound(core, &setMemberRole));
    add("chats.remove_member", "Send a member away", {chatId, userId}, {}, bound(core, &removeMember));
    add("chats.join", "Enter a public chat", {chatId}, "chat", bound(core, &joinChat));
    add("chats.leave", "Leave a chat",
        {chatId, {.name = "new_admin", .kind = Kind::integer, .what = "Who is admin then: the last one names somebody.", .least = 1}},
        {}, bound(core, &leaveChat));
    add("chats.settings", "Mute a chat or make it a favourite, for oneself",
        {chatId,
         {.name = "muted", .kind = Kind::flag, .what = "Whether it does not notify."},
         {.name = "favourite", .kind = Kind::flag, .what = "Whether it stands first."}},
        "chat_settings", bound(core, &setOwnSettings));

    ask("messages.get", "One message", {chatId, messageId, {.name = "format", .what = "As it was written, or as a page shows it.", .choices = {"json", "html"}}},
        "message", bound(core, &getMessage));
    ask("messages.html", "Messages as a page shows them; those that are not there are left out",
        {chatId, {.name = "ids", .kind = Kind::ids, .what = "Which.", .required = true, .least = 1, .most = 200}}, "rendered_messages",
        bound(core, &messagesAsHtml));
    ask("texts.html", "Markdown as a page shows it, such as the words of issues and of comments",
        {{.name = "texts", .kind = Kind::objects, .what = "each: text, Markdown of at most 64 KiB", .required = true, .least = 1, .most = 200}},
        "rendered_texts", bound(core, &textsAsHtml));
    add("messages.edit", "Say something else in a message of one's own",
        {chatId, messageId, {.name = "content", .what = "What it says then.", .required = true, .most = 1024 * 1024}}, "message",
        bound(core, &editMessage));
    ask("messages.history", "What a message said before it was edited, oldest first", {chatId, messageId}, "message_history",
        bound(core, &messageHistory));
    add("messages.delete", "Delete a message: its place stays", {chatId, messageId}, {}, bound(core, &deleteMessage));
    add("messages.react", "React to a message", {chatId, messageId, emoji}, "message", bound(core, &addReaction));
    add("messages.unreact", "Take a reaction back", {chatId, messageId, emoji}, "message", bound(core, &removeReaction));
    add("messages.pin", "Pin a message", {chatId, messageId}, "message", bound(core, &pinMessage));
    add("messages.unpin", "Unpin a message", {chatId, messageId}, "message", bound(core, &unpinMessage));
    ask("messages.pins", "A chat's pinned messages, the newest pin first", {chatId}, "pins", bound(core, &listPins));
    ask("messages.thread", "A thread: its first message, its replies a page at a time, and what is unread of them",
        {chatId, messageId, limit,
         {.name = "before", .kind = Kind::integer, .what = "Replies before this message.", .least = 1, .most = most},
         {.name = "after", .kind = Kind::integer, .what = "Replies behind this message.", .least = 1, .most = most}},
        "thread", bound(core, &listThread));
    add("chats.read", "Mark a chat or a thread as read up to a message",
        {chatId,
         {.name = "message_id", .kind = Kind::integer, .what = "The last message read; 0, with unread: none.", .required = true,
          .least = 0, .most = most},
         {.name = "thread", .kind = Kind::integer, .what = "The thread's first message, to mark the thread.", .least = 1, .most = most},
         {.name = "unread", .kind = Kind::flag, .what = "Whether the mark may go back."}},
        "read_mark", bound(core, &markRead));

    const Parameter content{.name = "content", .what = "What it says.", .required = true, .most = 1024 * 1024};
    const Parameter replyTo{.name = "reply_to", .kind = Kind::integer, .what = "The message that it answers.", .least = 1, .most = most};
    add("drafts.set", "Keep a draft", {chatId, content, replyTo}, "draft", bound(core, &setDraft));
    ask("drafts.get", "One's draft in a chat", {chatId}, "kept_draft", bound(core, &getDraft));
    add("drafts.delete", "Throw a draft away", {chatId}, {}, bound(core, &deleteDraft));
    add("scheduled.create", "Have a message sent at its time",
        {chatId, content, replyTo,
         {.name = "send_at", .kind = Kind::time, .what = "When; at most a year ahead.", .required = true}},
        "scheduled_message", bound(core, &scheduleMessage));
    ask("scheduled.list", "One's messages in a chat that wait for their time", {chatId}, "scheduled_messages", bound(core, &listScheduled));
    add("scheduled.delete", "Take back a message that waits",
        {chatId, {.name = "scheduled", .kind = Kind::integer, .what = "Which.", .required = true, .least = 1}}, {},
        bound(core, &cancelScheduled));

    operations.add({.name = "hooks.create",
                    .summary = "Make an address that others write to a chat by",
                    .access = operations::Access::user,
                    .parameters = {chatId,
                                   {.name = "name",
                                    .what = "The name of the bot that it writes as: a username.",
                                    .required = true,
                                    .least = 1,
                                    .most = 64}},
                    .result = "new_hook",
                    .handler = bound(core, &createHook),
                    .secret = true});
    ask("hooks.list", "A chat's webhooks", {chatId}, "hooks", bound(core, &listHooks));
    add("hooks.delete", "Take a webhook away",
        {chatId, {.name = "hook", .kind = Kind::integer, .what = "Which.", .required = true, .least = 1}}, {}, bound(core, &deleteHook));
    operations.add({.name = "hooks.post",
                    .summary = "Write to a chat by a webhook",
                    .access = operations::Access::anyone,
                    .parameters = {{.name = "secret", .what = "The webhook's.", .required = true, .least = 1, .most = 100},
                                   {.name = "text", .what = "The message.", .required = true, .most = 1024 * 1024}},
                    .result = "message",
                    .handler = bound(core, &postByHook)});
}

} // namespace netbit::services::chat
