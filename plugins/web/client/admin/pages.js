// What an administrator sees: users, plugins, figures, the log, and who changed whose rights.
import m from "mithril";
import { link } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { inSight } from "../work/frame.js";
import { Audit } from "./audit.js";
import { Figures } from "./figures.js";
import { Log } from "./log.js";
import { Plugins } from "./plugins.js";
import { Accounts, Invites } from "./users.js";

const parts = { users: [Accounts, Invites], plugins: [Plugins], figures: [Figures], log: [Log], audit: [Audit] };

export const Page = {
  view() {
    const part = parts[m.route.param("part")] ? m.route.param("part") : "users";
    return m("main.main.page.work", { "aria-label": t("admin"), tabindex: -1 },
      m("header.chat-head", link("/", { class: "icon-button back", "aria-label": t("back") }, icon("back")), m(".title", m("h2", t("admin")))),
      m("nav.tabs", { oncreate: inSight, "aria-label": t("parts_of", { name: t("admin") }) }, Object.keys(parts).map((name) =>
        link(name === "users" ? "/admin" : `/admin/${name}`, { key: name, "aria-current": part === name ? "page" : undefined }, t(`admin.${name}`)))),
      [m(".sections", { key: part, class: part === "users" ? "" : "wide" }, parts[part].map((one) => m(one)))]);
  },
};
