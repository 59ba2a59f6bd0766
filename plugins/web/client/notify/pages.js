// The pages of notifications: the inbox, the rules that fill it, and the ways on from it.
import m from "mithril";
import { link } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { inSight } from "../work/frame.js";
import { Delivery } from "./delivery.js";
import { Inbox } from "./inbox.js";
import { Rules } from "./rulespage.js";
import { Webhook, Webhooks } from "./webhooks.js";

const parts = { inbox: Inbox, rules: Rules, delivery: Delivery, webhooks: Webhooks };

export const Page = {
  view() {
    const asked = m.route.param("part");
    const part = parts[asked] ? asked : "inbox";
    const id = part === "webhooks" && m.route.param("id");
    return m("main.main.page.work", { "aria-label": t("notifications"), tabindex: -1 },
      m("header.chat-head", link("/", { class: "icon-button back", "aria-label": t("back") }, icon("back")), m(".title", m("h2", t("notifications")))),
      m("nav.tabs", { oncreate: inSight, "aria-label": t("parts_of", { name: t("notifications") }) }, Object.keys(parts).map((name) =>
        link(name === "inbox" ? "/notifications" : `/notifications/${name}`, { key: name, "aria-current": part === name ? "page" : undefined }, t(`notify_tab.${name}`)))),
      [m(".work-body", { key: `${part}${id || ""}` }, m(id ? Webhook : parts[part]))]);
  },
};
