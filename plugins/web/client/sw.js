// Keeps the shell, so that the client opens without a server. Everything else goes past it: chats and what is unsent are kept by the
// client itself (idb.js), and nothing of the API is ever in this cache.
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
