// Signing in and out, and what is loaded when somebody is signed in.
import m from "mithril";
import { get, post, SignedOut } from "./api.js";
import { askEarly, loadChats, loadUsers } from "./chats.js";
import { forgetAll, keep, read } from "./idb.js";
import { leavers } from "./registry.js";
import { startListening, stopListening } from "./live.js";
import { flush, loadUnsent, unsent } from "./outbox.js";
import { state } from "./state.js";
import { accessToken, adopt, onSignedOutElsewhere, signOut as endSession } from "./tokens.js";
import { redraw } from "./redraw.js";

const marker = "netbit.user"; // an id, no secret: whether it is worth asking for a session

/** {ticket} where a second factor is to be shown. */
export async function signIn(username, password) {
  const session = await post("/api/auth/login", { username, password }, { anyone: true });
  return session.ticket ? { ticket: session.ticket } : enter(session);
}

export const finishSignIn = async (ticket, code) => enter(await post("/api/auth/second-factor", { ticket, code }, { anyone: true }));

export async function register(fields) {
  await post("/api/auth/register", fields, { anyone: true });
  return signIn(fields.username, fields.password);
}

async function enter(session) {
  await adopt(session.refresh_token);
  const user = session.user || (await get("/api/user/profile"));
  if (localStorage.getItem(marker) !== String(user.id)) await forgetAll(); // another one's chats
  localStorage.setItem(marker, user.id);
  begin(user);
  return {};
}

/** At the start: with what this device remembers at once, and then with what the server says. */
export async function boot() {
  const id = Number(localStorage.getItem(marker));
  if (!id) {
    state.booted = true;
    return;
  }
  const entering = accessToken(); // beside what this device remembers
  entering.catch(() => {});
  const looked = Number(location.hash.match(/^#\/c\/(\d+)(?!\d|\/m\/)/)?.[1]);
  if (looked) askEarly(looked);
  const profile = get("/api/user/profile");
  profile.catch(() => {});
  const [me, chats, users] = await Promise.all([read("me"), read("chats"), read("users")]);
  if (me?.id === id) {
    for (const user of users || []) state.users.set(user.id, user);
    for (const chat of chats || []) state.chats.set(chat.id, chat);
    begin(me);
    profile.then(takeMe, () => {});
    return;
  }
  try {
    await entering;
    begin(await profile);
  } catch (error) {
    if (error instanceof SignedOut) localStorage.removeItem(marker);
    else setTimeout(boot, 2000);
    state.booted = error instanceof SignedOut;
  }
}

async function refreshAll() {
  try {
    for (const chat of state.chats.values()) chat.loaded = false; // the stretch in memory may have a gap now
    for (const view of refreshers) view(); // what is looked at comes first
    await loadChats();
    await Promise.all([loadUsers(), get("/api/user/profile").then(takeMe)]);
    flush(true);
  } catch {
    // the stream ends, too, and begins this anew
  }
}

/** What is open asks anew what it shows. */
export const refreshers = new Set();

function takeMe(user) {
  state.me = { ...state.me, ...user };
  state.users.set(user.id, state.me);
  keep("me", state.me);
}

function begin(user) {
  takeMe(user);
  state.booted = true;
  loadUnsent();
  startListening(refreshAll, leave);
  redraw();
}

export function rememberedChat(id) {
  return read(`chat/${id}`);
}

/** Nobody is signed in here any more. */
export async function leave() {
  stopListening();
  localStorage.removeItem(marker);
  unsent.length = 0;
  for (const map of [state.chats, state.users, state.presence, state.typing, state.drafts]) map.clear();
  for (const forget of leavers) forget();
  state.me = null;
  state.usersKnown = false;
  state.dialog = null;
  await forgetAll();
  document.title = "NetBit";
  m.route.set("/");
  redraw();
}

export async function signOut() {
  await endSession();
  await leave();
}

onSignedOutElsewhere(leave);
