// Notifications, as far as everybody needs them at once: how many are unread, and where the rest is (notify/).
import { get } from "../api.js";
import { showCounts } from "../chats.js";
import { attempt, iconButton } from "../dom.js";
import { t } from "../i18n.js";
import { lazy } from "../lazy.js";
import { redraw } from "../redraw.js";
import { addView, hearTopic, leavers } from "../registry.js";
import { refreshers } from "../session.js";
import { state } from "../state.js";

function take(unread) {
  state.notified = unread;
  showCounts();
  redraw();
}

async function load() {
  try {
    take((await get("/api/notifications/count")).unread);
  } catch (error) {
    if (error.status === 404) take(false); // a server without them
  }
}

refreshers.add(load);
leavers.add(() => {
  state.notified = null;
  // What is pushed to this browser is nobody's any more: its push service tells the server so.
  navigator.serviceWorker?.getRegistration().then((one) => one?.pushManager?.getSubscription()).then((one) => one?.unsubscribe()).catch(() => {});
});
hearTopic("notification.", ({ data }) => {
  if (data.unread !== undefined) take(data.unread);
});

const offered = () => state.notified !== false;

/** A button that asks how much of a place somebody wants to hear: a scope of the rules, its id, and how it is called. */
export const bell = (scope, id, name) => offered() && id && iconButton("bell", t("hear_of", { name }), {
  onclick: () => attempt(async () => (await import("../notify/level.js")).askLevel(scope, id, name)),
});

const Page = lazy(() => import("../notify/pages.js"));
addView({
  name: "notifications", order: 1, path: "/notifications", paths: ["/notifications/:part", "/notifications/:part/:id"], title: () => t("inbox_short"), icon: "bell", when: offered, view: Page,
  badge: () => state.notified,
});

/** What a link in an e-mail leads to, for who is not signed in as well. */
export const Mailed = lazy(() => import("../notify/mailed.js"));
