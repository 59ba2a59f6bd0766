#include "Routes.h"

namespace netbit::chat {

namespace {

constexpr std::uint32_t maxChatBytes = 1024 * 1024; // participants of a large channel

const OperationLine lines[] = {
    {"POST", "/api/chats", "Create a chat", {"chats.create", {}, 201, "/api/chats/{id}"}, maxChatBytes},
    {"GET", "/api/chats/public", "Chats that one may join", {"chats.public", {}}},
    {"PATCH", "/api/chats/{id}", "Change a chat", {"chats.update", {"id"}}},
    {"GET", "/api/chats/{id}/members", "Who is in a chat", {"chats.members", {"id"}}},
    {"POST", "/api/chats/{id}/members", "Invite a user", {"chats.invite", {"id"}, 201}},
    {"PUT", "/api/chats/{id}/members/{user}", "Give a member another role", {"chats.set_role", {"id", "user"}}},
    {"DELETE", "/api/chats/{id}/members/{user}", "Send a member away", {"chats.remove_member", {"id", "user"}, 204}},
    {"POST", "/api/chats/{id}/join", "Enter a public chat", {"chats.join", {"id"}}, 1024, true},
    {"POST", "/api/chats/{id}/leave", "Leave a chat", {"chats.leave", {"id"}, 204}},
    {"PUT", "/api/chats/{id}/read", "Mark a chat or a thread as read", {"chats.read", {"id"}}},
    {"GET", "/api/chats/{id}/pins", "Pinned messages", {"messages.pins", {"id"}}},
    {"GET", "/api/chats/{id}/messages/{message}", "One message", {"messages.get", {"id", "message"}}},
    {"PATCH", "/api/chats/{id}/messages/{message}", "Edit a message", {"messages.edit", {"id", "message"}}, 256 * 1024},
    {"DELETE", "/api/chats/{id}/messages/{message}", "Delete a message", {"messages.delete", {"id", "message"}, 204}},
    {"GET", "/api/chats/{id}/messages/{message}/history", "What a message said before", {"messages.history", {"id", "message"}}},
    {"GET", "/api/chats/{id}/messages/{message}/thread", "A thread", {"messages.thread", {"id", "message"}}},
    {"PUT", "/api/chats/{id}/messages/{message}/reactions/{emoji}", "React to a message",
     {"messages.react", {"id", "message", "emoji"}}},
    {"DELETE", "/api/chats/{id}/messages/{message}/reactions/{emoji}", "Take a reaction back",
     {"messages.unreact", {"id", "message", "emoji"}}},
    {"PUT", "/api/chats/{id}/messages/{message}/pin", "Pin a message", {"messages.pin", {"id", "message"}}},
    {"DELETE", "/api/chats/{id}/messages/{message}/pin", "Unpin a message", {"messages.unpin", {"id", "message"}}},
    {"GET", "/api/chats/{id}/messages/html", "Messages as a page shows them", {"messages.html", {"id"}}},
    {"POST", "/api/markdown", "Markdown as a page shows it", {"texts.html", {}}, 256 * 1024},
    {"GET", "/api/chats/{id}/draft", "One's draft", {"drafts.get", {"id"}}},
    {"PUT", "/api/chats/{id}/draft", "Keep a draft", {"drafts.set", {"id"}}, 256 * 1024},
    {"DELETE", "/api/chats/{id}/draft", "Throw a draft away", {"drafts.delete", {"id"}, 204}},
    {"POST", "/api/chats/{id}/scheduled", "Have a message sent at its time", {"scheduled.create", {"id"}, 201}, 256 * 1024},
    {"GET", "/api/chats/{id}/scheduled", "One's messages that wait for their time", {"scheduled.list", {"id"}}},
    {"DELETE", "/api/chats/{id}/scheduled/{scheduled}", "Take one of them back", {"scheduled.delete", {"id", "scheduled"}, 204}},
    {"GET", "/api/chats/{id}/hooks", "A chat's webhooks", {"hooks.list", {"id"}}},
    {"POST", "/api/chats/{id}/hooks", "Make a webhook", {"hooks.create", {"id"}, 201}},
    {"DELETE", "/api/chats/{id}/hooks/{hook}", "Take a webhook away", {"hooks.delete", {"id", "hook"}, 204}},
    {"POST", "/hooks/{secret}", "Write to a chat by a webhook", {"hooks.post", {"secret"}, 201}, 256 * 1024},
    {"GET", "/api/search", "Find messages in the caller's chats, newest first",
     {.operation = "search.messages", .params = {}, .next = "before"}},
    {"PUT", "/api/chats/{id}/settings", "Mute a chat, or make it a favourite", {"chats.settings", {"id"}}},
};

} // namespace

std::span<const OperationLine> operationLines() { return lines; }

} // namespace netbit::chat
