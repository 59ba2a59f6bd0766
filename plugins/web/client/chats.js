// Chats and the stretch of messages of each that is in memory. A chat of the API gets these members of the client's own:
//   items     messages, oldest first: one stretch of the chat, at most `most` of them, whatever was scrolled
//   hasOlder, hasNewer   whether the chat goes on beyond that stretch
//   loaded    the stretch has been asked of the server; else it is what this device remembers
//   members   Map of user id → member, once they were asked for
import m from "mithril";
import { get, post, put, del, patch } from "./api.js";
import { t } from "./i18n.js";
import { keep, keepChat } from "./idb.js";
import { elements, isPlain } from "./markup.js";
import { wantIssues } from "./msgissues.js";
import { state, userName, whenUnknown } from "./state.js";
import { redraw } from "./redraw.js";

const most = 300;
const page = 50;

const own = { items: [], hasOlder: true, hasNewer: false, loaded: false, members: null, thread: null, loading: null };

export function takeChat(chat) {
  const known = state.chats.get(chat.id);
  if (!known) {
    state.chats.set(chat.id, { ...own, items: [], ...chat });
  } else {
    // Events show a chat as nobody's: what is the caller's stays.
    const { role, last_message: last, ...rest } = chat;
    Object.assign(known, rest, role && { role }, last && { last_message: last });
  }
  return state.chats.get(chat.id);
}

export const activity = (chat) => chat.last_message?.created_at || chat.updated_at || chat.created_at;

export function sortedChats() {
  return [...state.chats.values()]
    .filter((chat) => !chat.archived_at)
    .sort((a, b) => b.favourite - a.favourite || activity(b).localeCompare(activity(a)) || b.id - a.id);
}

/** A direct chat has no name of its own: it is called as the other one is. */
export function chatName(chat) {
  if (chat.name) return chat.name;
  const others = [...(chat.members?.values() || [])].filter((member) => member.user_id !== state.me.id);
  return others.map((member) => userName(member.user_id, member.username)).join(", ") || state.me.username;
}

export function otherOf(chat) {
  if (chat.chat_type !== "direct" || !chat.members) return null;
  return [...chat.members.keys()].find((id) => id !== state.me.id) ?? state.me.id;
}

export async function loadChats() {
  const seen = new Set();
  for (let number = 1; ; ++number) {
    const { data, pagination } = await get("/api/chats", { page: number, per_page: 200 });
    for (const chat of data) {
      takeChat(chat);
      seen.add(chat.id);
    }
    if (number >= pagination.total_pages) break;
  }
  for (const id of [...state.chats.keys()]) if (!seen.has(id)) state.chats.delete(id);
  showCounts();
  await Promise.all([...state.chats.values()].filter((chat) => chat.chat_type === "direct").map(loadMembers));
  rememberChats();
  redraw();
}

export async function loadChat(id) {
  const chat = takeChat(await (takeEarly(id, "chat") || get(`/api/chats/${id}`)));
  if (chat.chat_type === "direct") await loadMembers(chat);
  showCounts();
  redraw();
  return chat;
}

function rememberChats() {
  const plain = [...state.chats.values()].map(({ items, members, thread, loaded, loading, heard, pins, ...chat }) => ({
    ...chat, hasOlder: true, hasNewer: false, loaded: false, loading: null, thread: null, items: [], members,
  }));
  keep("chats", plain);
  keep("users", [...state.users.values()]);
}

export async function loadMembers(chat) {
  if (chat.members || chat.askingMembers) return;
  chat.askingMembers = true;
  try {
    const members = new Map();
    for (let after; ;) {
      const { data, pagination } = await get(`/api/chats/${chat.id}/members`, { after, limit: 200 });
      for (const member of data) members.set(member.user_id, member);
      after = pagination.next_after;
      if (!after || members.size >= 1000) break; // more than anybody completes a name from
    }
    chat.members = members;
  } catch {
    // without them a direct chat has no name for now
  } finally {
    chat.askingMembers = false;
  }
  redraw();
}

export async function loadUsers() {
  for (let after; ;) {
    const { data, pagination } = await get("/api/users", { after, limit: 200 });
    for (const user of data) state.users.set(user.id, user);
    after = pagination.next_after;
    if (!after || state.users.size >= 1000) break; // others are asked for when they are seen
  }
  state.usersKnown = true;
  ++state.stamp;
  redraw();
}

const asked = new Set();
const toAsk = [];

async function askForUsers() {
  for (let id; (id = toAsk.shift()) !== undefined; ) {
    try {
      if (!state.users.has(id)) state.users.set(id, await get(`/api/users/${id}`));
      ++state.stamp;
    } catch {
      setTimeout(() => asked.delete(id), 60_000); // gone, or no server: not at once again
    }
  }
  redraw();
}

// The list of users comes first and has nearly all; one at a time is enough for the rest.
whenUnknown((id) => {
  if (!state.me || !state.usersKnown || asked.has(id)) return;
  asked.add(id);
  if (toAsk.push(id) === 1) askForUsers();
});

// --- Messages ---

const before = (a, b) => a.created_at < b.created_at || (a.created_at === b.created_at && a.id < b.id);

function changed(message) {
  message.v = (message.v || 0) + 1;
}

/** Puts a message to its place in a list, or brings one up to date that is there. */
function place(items, message) {
  const index = items.findIndex((one) => one.id === message.id);
  if (index >= 0) {
    const old = items[index];
    if (old.content !== message.content) delete old.html;
    // What events leave out (reactions, replies) has not gone: a message without reactions says nothing of them either way.
    Object.assign(old, message);
    changed(old);
    return old;
  }
  let at = items.length;
  while (at > 0 && before(message, items[at - 1])) --at;
  items.splice(at, 0, message);
  return message;
}

/** A message that has just been made, by the answer to its request or by its event, whichever comes first: whether it is news. */
export function arrive(chat, message) {
  chat.heard ??= new Set();
  const isNew = !chat.heard.has(message.id) && !chat.items.some((one) => one.id === message.id);
  chat.heard.add(message.id);
  if (chat.heard.size > 200) chat.heard.delete(chat.heard.values().next().value);
  const shown = [];
  if (chat.loaded && !chat.hasNewer) shown.push(place(chat.items, message));
  if (message.thread_id) {
    if (isNew)
      touch(chat, message.thread_id, (root) => {
        root.reply_count = (root.reply_count || 0) + 1;
        root.last_reply_at = message.created_at;
      });
    if (chat.thread?.rootId === message.thread_id) shown.push(place(chat.thread.items, { ...message }));
  }
  if (!chat.last_message || chat.last_message.id <= message.id) chat.last_message = message;
  ensureHtml(chat, shown);
  return isNew;
}

/** Every copy of a message that is in memory. */
export function copies(chat, id) {
  return [chat.items, chat.thread?.items || [], chat.thread?.root ? [chat.thread.root] : [], chat.pins || []]
    .flatMap((items) => items.filter((one) => one.id === id));
}

export function refresh(chat, message) {
  for (const copy of copies(chat, message.id)) {
    if (copy.content !== message.content) delete copy.html;
    for (const name of ["pinned_at", "pinned_by", "reactions"]) if (!(name in message)) delete copy[name];
    Object.assign(copy, message);
    changed(copy);
  }
  if (chat.last_message?.id === message.id) Object.assign(chat.last_message, message);
  ensureHtml(chat, copies(chat, message.id));
}

export function touch(chat, id, change) {
  for (const copy of copies(chat, id)) {
    change(copy);
    changed(copy);
  }
}

/** How messages look is the server's to say; those in which Markdown changes nothing are known to look as they are. */
export async function ensureHtml(chat, messages) {
  wantIssues(chat, messages);
  const wanted = messages.filter((one) => one.html === undefined && !one.deleted_at && one.content && !isPlain(one.content));
  for (let from = 0; from < wanted.length; from += 200) {
    const some = wanted.slice(from, from + 200);
    try {
      const { data } = await get(`/api/chats/${chat.id}/messages/html`, { ids: [...new Set(some.map((one) => one.id))].join(",") });
      const html = new Map(data.map((one) => [one.id, one.html]));
      for (const message of some) {
        message.html = html.get(message.id);
        changed(message);
      }
    } catch {
      return; // shown as it was written until there is a server again
    }
    redraw();
  }
}

/** Elements of a message's text. */
export function shownContent(message) {
  if (message.html === undefined) return m("p.written", named(message.content, message));
  return elements(message.html, mentioned(message));
}

function mentioned(message) {
  const names = new Map();
  for (const one of message.mentions || []) {
    if (one.type === "user") names.set(`@${(state.users.get(one.user_id)?.username || "").toLowerCase()}`, one.user_id === state.me?.id ? "me" : "other");
    else if (one.type === "chat") names.set(`#${(one.name || state.chats.get(one.chat_id)?.name || "").toLowerCase()}`, "other");
    else names.set(`@${one.type}`, "me");
  }
  if (names.has("@all")) names.set("@channel", "me");
  return names;
}

function named(text, message) {
  const names = mentioned(message);
  if (!names.size) return text;
  return text.split(/(@[\w.-]*\w)/).map((part) =>
    names.has(part.toLowerCase()) ? m(`mark.mention${names.get(part.toLowerCase()) === "me" ? ".me" : ""}`, part) : part);
}

async function once(chat, work) {
  if (chat.loading) return chat.loading;
  chat.loading = work().finally(() => {
    chat.loading = null;
    redraw();
  });
  redraw();
  return chat.loading;
}

let early = null; // {id, chat, newest}: answers on their way

/** Asks for the chat that the address names before anybody looks at it: beside what else is asked for at the start. */
export function askEarly(id) {
  early = { id, chat: get(`/api/chats/${id}`), newest: get(`/api/chats/${id}/messages`, { limit: page }) };
  early.chat.catch(() => {}); // whoever looks at it hears of it
  early.newest.catch(() => {});
}

function takeEarly(id, what) {
  if (early?.id !== id) return null;
  const asked = early[what];
  early[what] = null; // an answer is good once
  return asked;
}

export const newest = (id) => takeEarly(id, "newest") || get(`/api/chats/${id}/messages`, { limit: page });

/** `asked`: newest(), where it was asked for before the chat was known. */
export const loadNewest = (chat, asked) =>
  once(chat, async () => {
    const { data, pagination } = await (asked || newest(chat.id));
    chat.items = merged(data, chat.items);
    chat.hasOlder = pagination.has_older ?? pagination.total > data.length;
    chat.hasNewer = false;
    chat.loaded = true;
    keepChat(chat.id, chat.items.slice(-page));
    await ensureHtml(chat, chat.items);
    keepChat(chat.id, chat.items.slice(-page));
  });

/** The server's page, with how its messages look where that is known already. */
function merged(data, known) {
  const html = new Map(known.map((one) => [one.id, one]));
  return data.map((message) => {
    const old = html.get(message.id);
    if (old && old.content === message.content && old.html !== undefined) message.html = old.html;
    message.v = (old?.v || 0) + 1;
    return message;
  });
}

export const loadOlder = (chat) =>
  once(chat, async () => {
    if (!chat.items.length) return;
    const { data, pagination } = await get(`/api/chats/${chat.id}/messages`, { before: chat.items[0].id, limit: page });
    ensureHtml(chat, data);
    chat.items = [...data, ...chat.items];
    chat.hasOlder = pagination.has_older;
    if (chat.items.length > most) {
      chat.items.length = most;
      chat.hasNewer = true;
    }
  });

export const loadNewer = (chat) =>
  once(chat, async () => {
    if (!chat.items.length) return;
    const { data, pagination } = await get(`/api/chats/${chat.id}/messages`, { after: chat.items.at(-1).id, limit: page });
    ensureHtml(chat, data);
    const known = new Set(chat.items.map((one) => one.id));
    chat.items = [...chat.items, ...data.filter((one) => !known.has(one.id))];
    chat.hasNewer = pagination.has_newer;
    if (chat.items.length > most) {
      chat.items.splice(0, chat.items.length - most);
      chat.hasOlder = true;
    }
  });

/** The stretch around a message, wherever in the chat it is. */
export const loadAround = (chat, id) =>
  once(chat, async () => {
    const [older, newer, one] = await Promise.all([
      get(`/api/chats/${chat.id}/messages`, { before: id, limit: page / 2 }),
      get(`/api/chats/${chat.id}/messages`, { after: id, limit: page / 2 }),
      get(`/api/chats/${chat.id}/messages/${id}`),
    ]);
    chat.items = merged([...older.data, one, ...newer.data], chat.items);
    chat.hasOlder = older.pagination.has_older;
    chat.hasNewer = newer.pagination.has_newer;
    chat.loaded = true;
    ensureHtml(chat, chat.items);
  });

// --- Threads ---

export async function loadThread(chat, rootId) {
  const { root, data, pagination } = await get(`/api/chats/${chat.id}/messages/${rootId}/thread`, { limit: 200 });
  chat.thread = { rootId: root.id, root, items: data, hasMore: pagination.next_after, unread: 0 };
  ensureHtml(chat, [root, ...data]);
  redraw();
  if (data.length) put(`/api/chats/${chat.id}/read`, { message_id: data.at(-1).id, thread: root.id }).catch(() => {});
}

export async function loadMoreOfThread(chat) {
  const thread = chat.thread;
  const { data, pagination } = await get(`/api/chats/${chat.id}/messages/${thread.rootId}/thread`, { after: thread.hasMore, limit: 200 });
  for (const message of data) place(thread.items, message);
  thread.hasMore = pagination.next_after;
  ensureHtml(chat, data);
  redraw();
}

// --- Acts. The event that follows says the same once more. ---

export const react = async (message, emoji) => {
  const mine = message.reactions?.find((one) => one.emoji === emoji)?.user_ids?.includes(state.me.id);
  const path = `/api/chats/${message.chat_id}/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`;
  refresh(state.chats.get(message.chat_id), await (mine ? del(path) : put(path)));
  redraw();
};

export const edit = async (message, content) => {
  refresh(state.chats.get(message.chat_id), await patch(`/api/chats/${message.chat_id}/messages/${message.id}`, { content }));
  redraw();
};

export const remove = (message) => del(`/api/chats/${message.chat_id}/messages/${message.id}`);

export const pin = async (message) => {
  const path = `/api/chats/${message.chat_id}/messages/${message.id}/pin`;
  refresh(state.chats.get(message.chat_id), await (message.pinned_at ? del(path) : put(path)));
  redraw();
};

export async function loadPins(chat) {
  const { data } = await get(`/api/chats/${chat.id}/pins`);
  chat.pins = data;
  ensureHtml(chat, data);
  redraw();
}

export const createChat = async (fields) => takeChat(await post("/api/chats", fields));
export const joinChat = async (id) => takeChat(await post(`/api/chats/${id}/join`, {}));

// --- Counts and marks ---

function counts() {
  let unread = 0;
  let mentions = 0;
  for (const chat of state.chats.values()) {
    if (!chat.muted) unread += chat.unread_count || 0;
    mentions += chat.mention_count || 0;
  }
  return { unread, mentions };
}

/** In the title, and on the icon of an installed client. */
export function showCounts() {
  const { unread, mentions } = counts();
  const { notified } = state;
  document.title = `${unread ? `(${unread}) ` : ""}NetBit${notified ? ` · ${t("notices_n", { n: notified })}` : ""}`;
  if (notified || mentions) navigator.setAppBadge?.(notified || mentions).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
}

export function markRead(chat) {
  const last = chat.items.at(-1);
  if (!last || chat.hasNewer || (chat.last_read_message_id || 0) >= last.id) {
    return;
  }
  chat.last_read_message_id = last.id;
  chat.unread_count = chat.mention_count = 0;
  showCounts();
  redraw();
  put(`/api/chats/${chat.id}/read`, { message_id: last.id }).catch(() => {
    chat.last_read_message_id = 0; // once more, when there is a server
  });
}
