// The client begins here: words, views, routes, session.
import m from "mithril";
import "./events.js";
import "./keys.js";
import "./views/notifications.js";
import "./views/projects.js";
import "./views/account.js";
import "./views/admin.js";
import "./views/search.js";
import { loadLanguage } from "./i18n.js";
import { serviceWorkerUrl } from "./markup.js";
import { allViews } from "./registry.js";
import { boot } from "./session.js";
import { applyTheme } from "./state.js";
import { Shell } from "./views/shell.js";
import { redraw } from "./redraw.js";

applyTheme();

const chats = ["/", "/c/:chat", "/c/:chat/t/:thread", "/c/:chat/m/:message", "/c/:chat/members", "/c/:chat/pins", "/register", "/reset", "/email/:act"];
const routes = Object.fromEntries([
  ...chats.map((path) => [path, { render: () => m(Shell) }]),
  ...allViews().flatMap(({ path, paths = [], view, when }) =>
    [path, ...paths].map((one) => [one, { render: () => m(Shell, { view: !when || when() ? view : null }) }])),
]);

async function start() {
  const words = loadLanguage();
  const ready = boot();
  await words;
  m.route.prefix("#");
  m.route(document.getElementById("app"), "/", routes);
  await ready;
  redraw();
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (/^\/(?!\/)/.test(data?.page)) m.route.set(data.page); // a notification was pressed
  });
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(serviceWorkerUrl(), { scope: "/" }).catch(() => {});
}

start();
