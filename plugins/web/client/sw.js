// Keeps the shell, so that the client opens without a server, and shows what is pushed while it is closed. Everything else goes past
// it: chats and what is unsent are kept by the client itself (idb.js), and nothing of the API is ever in this cache.
import { pageOf } from "./pageof.js";

const build = "netbit-@BUILD@";
const shell = ["/", "/web/app.js", "@SHARED@", "/web/style.css", "/web/icon.svg", "/web/manifest.webmanifest", "/web/lang/en.json", "/web/lang/de.json"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(build).then((cache) => cache.addAll(shell.map((path) => new Request(path, { cache: "reload" })))));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== build).map((name) => caches.delete(name)))));
  self.clients.claim();
});

// What the server has is newer; what is kept is for when there is none, or it takes too long.
async function answer(request, path) {
  const kept = () => caches.match(path);
  const late = new Promise((resolve) => setTimeout(() => kept().then(resolve), 2000));
  const asked = fetch(request).then((reply) => (reply.ok ? reply : kept().then((old) => old || reply)), kept);
  const reply = (await Promise.race([asked, late])) || (await asked);
  return reply || Response.error();
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !shell.includes(url.pathname)) return;
  event.respondWith(answer(event.request, url.pathname));
});

// --- Push (RFC 8030): {"title", "body", "url", "tag", "unread"}, decrypted by the browser ---

const inbox = "/notifications";
const textOf = (value, most) => (typeof value === "string" ? value.slice(0, most) : "");

function toldBy(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {}; // something has come, and that has to be shown
  }
}

self.addEventListener("push", (event) => {
  const told = toldBy(event.data);
  const tag = textOf(told.tag, 100);
  event.waitUntil(self.registration.showNotification(textOf(told.title, 200) || "NetBit", {
    body: textOf(told.body, 500), icon: "/web/icon.svg", ...(tag && { tag }), data: { page: pageOf(textOf(told.url, 2000)) ?? inbox },
  }));
  if (Number.isInteger(told.unread) && told.unread >= 0) navigator.setAppBadge?.(told.unread).catch(() => {});
});

/** A window that is open goes there; else one is opened. */
async function show(page) {
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const windows = all.filter((one) => new URL(one.url).pathname === "/"); // the API's own pages are in its scope, too
  const open = windows.find((one) => one.focused) || windows.find((one) => one.visibilityState === "visible") || windows[0];
  if (!open) return self.clients.openWindow(`/#${page}`);
  open.postMessage({ page });
  return open.focus();
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.page || inbox));
});
