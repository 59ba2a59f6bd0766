// What the server tells, applied to what is known here.
import { arrive, loadChat, loadMembers, refresh, showCounts, takeChat, touch } from "./chats.js";
import { recognise } from "./outbox.js";
import { hearTopic } from "./registry.js";
import { announceSoon } from "./live.js";
import { state } from "./state.js";
import { redraw } from "./redraw.js";

const on = (topic, hear) => hearTopic(topic, hear);
const chatOf = (event) => state.chats.get(event.data.chat_id ?? event.chat_id);

function mentionsMe(message) {
  return (message.mentions || []).some((one) => (one.type === "user" ? one.user_id === state.me.id : one.type !== "chat" && ["here", "all", "channel"].includes(one.type)));
}

on("message.created", ({ data: message }) => {
  const chat = state.chats.get(message.chat_id);
  if (!chat) {
    loadChat(message.chat_id).catch(() => {});
    return;
  }
  const own = message.sender_id === state.me.id;
  if (own) recognise(message);
  const isNew = arrive(chat, message);
  if (!own && isNew && message.id > (chat.last_read_message_id || 0)) {
    chat.unread_count = (chat.unread_count || 0) + 1;
    if (mentionsMe(message)) chat.mention_count = (chat.mention_count || 0) + 1;
  }
  state.typing.get(chat.id)?.delete(message.sender_id);
  showCounts();
});

for (const topic of ["message.edited", "message.deleted", "message.pinned", "message.unpinned"])
  on(topic, (event) => {
    const chat = chatOf(event);
    if (!chat) return;
    refresh(chat, event.data);
    if (topic.endsWith("pinned")) chat.pins = null;
  });

for (const topic of ["reaction.added", "reaction.removed"])
  on(topic, (event) => {
    const chat = chatOf(event);
    if (chat) touch(chat, event.data.message_id, (message) => (message.reactions = event.data.reactions));
  });

on("chat.created", ({ data }) => loadChat(data.id).catch(() => takeChat(data)));
on("chat.updated", ({ data }) => state.chats.has(data.id) && takeChat(data));
on("chat.imported", ({ chat_id: id }) => {
  const chat = state.chats.get(id);
  if (chat) Object.assign(chat, { loaded: false, items: [], hasNewer: false });
  loadChat(id).catch(() => {});
});

for (const topic of ["chat.member_added", "chat.member_changed", "chat.member_removed"])
  on(topic, (event) => {
    const { user_id: user, chat_id: id } = event.data;
    if (user === state.me.id) {
      if (topic === "chat.member_removed") state.chats.delete(id);
      else loadChat(id).catch(() => {});
      return;
    }
    const chat = state.chats.get(id);
    if (!chat) return;
    if (topic !== "chat.member_changed") chat.participants_count += topic === "chat.member_added" ? 1 : -1;
    if (chat.members) {
      chat.members = null;
      loadMembers(chat);
    }
  });

on("chat.settings_changed", (event) => {
  const chat = chatOf(event);
  if (chat) Object.assign(chat, { muted: event.data.muted, favourite: event.data.favourite });
});

on("read.marked", (event) => {
  const chat = chatOf(event);
  if (!chat || event.data.thread_id) return;
  chat.last_read_message_id = event.data.last_read_message_id;
  chat.unread_count = event.data.unread_count;
  chat.mention_count = event.data.mention_count ?? chat.mention_count;
  showCounts();
});

on("draft.saved", ({ data }) => state.drafts.set(data.chat_id, data));
on("draft.deleted", ({ data }) => state.drafts.delete(data.chat_id));

on("typing", ({ data }) => {
  if (data.user_id === state.me.id) return;
  if (!state.typing.has(data.chat_id)) state.typing.set(data.chat_id, new Map());
  state.typing.get(data.chat_id).set(data.user_id, Date.now() + 5000);
  setTimeout(redraw, 5100);
});

on("presence.changed", ({ data }) => {
  const told = data.status_data?.state ?? (typeof data.status_data === "string" ? data.status_data : "online");
  const known = state.presence.get(data.user_id);
  state.presence.set(data.user_id, { state: ["online", "away", "offline"].includes(told) ? told : "online", at: Date.now() });
  // Who has just come does not know who is here already; and another tab of one's own may have gone, which this one has not.
  const came = told !== "offline" && (!known || known.state === "offline" || known.at < Date.now() - 150_000);
  if (data.user_id === state.me.id ? told === "offline" : came) announceSoon();
});

/** Who is typing in a chat now. */
export function typists(chatId) {
  const now = Date.now();
  return [...(state.typing.get(chatId) || [])].filter(([, until]) => until > now).map(([id]) => id);
}
