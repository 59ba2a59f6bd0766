// What is around every view: the list of chats on the left, a panel on the right, notices, dialogs.
import m from "mithril";
import { Dialog, routeNumber } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { state } from "../state.js";
import { Chat } from "./chat.js";
import { ChatList } from "./list.js";
import { Members } from "./members.js";
import { Mailed } from "./notifications.js";
import { Register, Reset, SignIn } from "./signin.js";
import { Pins, Thread } from "./thread.js";

function panel(id) {
  const path = m.route.get();
  if (routeNumber("thread")) return m(Thread, { key: `thread-${routeNumber("thread")}`, id, root: routeNumber("thread") });
  if (/^\/c\/\d+\/members/.test(path)) return m(Members, { key: `members-${id}`, id });
  if (/^\/c\/\d+\/pins/.test(path)) return m(Pins, { key: `pins-${id}`, id });
  return null;
}

/** attrs: view, where another than a chat is shown. */
export const Shell = {
  view({ attrs: { view } }) {
    const around = (...inner) => [inner, m(".notices", { role: "status", "aria-live": "polite" }, state.notices.map((one) => m(`.notice.${one.kind}`, one.text))), state.dialog && m(Dialog)];
    if (!state.booted) return m(".splash", { "aria-busy": "true" }, m("img", { src: "/web/icon.svg", alt: t("loading") }));
    const path = m.route.get() || "/";
    if (path.startsWith("/email/")) return m(".outside", around(m(Mailed)));
    if (path.startsWith("/reset")) return m(".outside", around(m(Reset)));
    if (!state.me) return m(".outside", around(path.startsWith("/register") ? m(Register) : m(SignIn)));
    const id = routeNumber("chat");
    const side = id ? panel(id) : null;
    const inside = view ? m(view, { key: "view" }) : id ? m(Chat, { key: `chat-${id}`, id, at: routeNumber("message") })
      : m("main.main.empty.welcome", { key: "none" }, icon("thread"), m("p", t("choose_chat")), m("p", m("small", t("help_hint"))));
    return m(`.shell${view || id ? ".open" : ""}${side ? ".sided" : ""}`,
      around(m("a.skip", { href: "#", onclick: (event) => {
        event.preventDefault();
        document.querySelector(".main .composer textarea, .main")?.focus();
      } }, t("skip")), m(ChatList), m(".stage", [inside, side].filter(Boolean))));
  },
};
