// The stream of events (server-sent events, WHATWG HTML section 9.2), read by fetch so that the token goes in a header. It goes on
// behind the last event that was heard; where that is not possible, everything is asked anew.
import { put, send, SignedOut } from "./api.js";
import { currentToken } from "./tokens.js";
import { tellEvent } from "./registry.js";
import { state } from "./state.js";
import { redraw } from "./redraw.js";

const silence = 45_000; // three heartbeats of the server
let lastId = null;
let aborting = null;
let wait = 0;
let wake = null;
let generation = 0;

function setLink(link) {
  if (state.link === link) return;
  state.link = link;
  redraw();
}

function parse(block, refreshAll) {
  let topic = "message";
  let id = null;
  const data = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") topic = value;
    else if (name === "id") id = value;
    else if (name === "data") data.push(value);
  }
  if (id) lastId = id;
  if (!data.length) return;
  if (topic === "reset") refreshAll();
  else tellEvent(JSON.parse(data.join("\n")));
}

async function listen(refreshAll) {
  aborting = new AbortController();
  let alarm = null;
  const heard = () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => aborting.abort(), silence);
  };
  heard();
  try {
    const reply = await send("GET", "/api/events", {
      signal: aborting.signal,
      headers: { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) },
    });
    if (!reply.ok) throw new Error(`events: ${reply.status}`);
    setLink("live");
    wait = 0;
    if (!lastId) refreshAll(); // what happened before the stream began
    announce();
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      rest += value;
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) parse(block, refreshAll);
      if (blocks.length) redraw();
    }
  } finally {
    clearTimeout(alarm);
  }
}

/** Listens until stopListening(), through whatever comes between. */
export async function startListening(refreshAll, signedOut) {
  const mine = ++generation;
  while (mine === generation) {
    try {
      await listen(refreshAll);
    } catch (error) {
      if (error instanceof SignedOut) {
        if (mine === generation) signedOut();
        return;
      }
    }
    if (mine !== generation) return;
    wait = Math.min(15_000, (wait || 250) * 2);
    setLink(wait > 1000 || navigator.onLine === false ? "offline" : "connecting");
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, wait * (0.5 + Math.random() / 2));
    });
  }
}

export function stopListening() {
  ++generation;
  lastId = null;
  wait = 0;
  aborting?.abort();
  wake?.();
}

function comeBackNow() {
  wait = 0;
  wake?.();
}

// --- Presence: told when it changes, once a minute, and to those who have just come ---

let told = null;
let toldAt = 0;
let soon = null;
const presenceNow = () => (document.visibilityState === "hidden" && hiddenFor() > 300_000 ? "away" : "online");
let hiddenSince = 0;
const hiddenFor = () => (hiddenSince ? Date.now() - hiddenSince : 0);

function announce() {
  if (!state.me || state.link !== "live") return;
  told = presenceNow();
  toldAt = Date.now();
  put("/api/user/presence", { state: told }).catch(() => {});
}

export function announceSoon() {
  if (soon) return;
  soon = setTimeout(() => {
    soon = null;
    announce();
  }, 1100 + Math.random() * 500); // behind the second within which the server sends one of each
}

setInterval(() => {
  if (Date.now() - toldAt > 60_000 || presenceNow() !== told) announce();
}, 10_000);

document.addEventListener("visibilitychange", () => {
  hiddenSince = document.visibilityState === "hidden" ? Date.now() : 0;
  if (!hiddenSince) {
    if (told !== "online") announce();
    comeBackNow();
  }
});
self.addEventListener("online", comeBackNow);
self.addEventListener("offline", () => setLink("offline"));
self.addEventListener("pagehide", () => {
  const token = currentToken();
  if (!token || !state.me) return;
  fetch("/api/user/presence", {
    method: "PUT", keepalive: true, body: '{"state":"offline"}',
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
  }).catch(() => {});
});
