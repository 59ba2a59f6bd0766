// What the client knows. Views read it, acts and events change it, and then ask for a redraw.

export const state = {
  me: null, // the user who is signed in
  calm: false, // the first messages are on the screen: what one does not need to read them may follow
  booted: false, // it is known whether somebody is
  link: "connecting", // connecting, live, offline
  chats: new Map(), // id → chat of the API, with what the client adds: see chats.js
  users: new Map(), // id → user of the API
  usersKnown: false, // the list of users has been read
  presence: new Map(), // id → {state, at}
  typing: new Map(), // chat id → Map of user id → when it ends
  drafts: new Map(), // chat id → {content, reply_to}
  notices: [], // what is told in a corner for a while
  notified: null, // how many notifications are unread; null: not known yet, false: the server has none
  dialog: null, // {title, view}
  stamp: 0, // grows with what every message may show: names, pictures
};

export const isAdmin = () => state.me?.role === "admin";
export const nameOf = (user) => user?.display_name || user?.username || "";

let learn = () => {};
/** Who is asked about a user that is known by an id alone. */
export const whenUnknown = (ask) => (learn = ask);

/** How a user is called who may be known by an id alone. */
export function userName(id, otherwise = "") {
  if (id && !state.users.has(id)) learn(id);
  return nameOf(state.users.get(id)) || otherwise || `#${id}`;
}

export function presenceOf(id) {
  const known = state.presence.get(id);
  return known && known.at > Date.now() - 150_000 ? known.state : "offline";
}

export function theme() {
  return localStorage.getItem("netbit.theme") || "system";
}

export function setTheme(name) {
  if (name === "system") localStorage.removeItem("netbit.theme");
  else localStorage.setItem("netbit.theme", name);
  applyTheme();
}

export function applyTheme() {
  const name = theme();
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}
