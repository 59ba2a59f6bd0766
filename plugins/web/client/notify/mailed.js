// What the links of e-mails lead to. Programs that look at links in mail press nothing: only a click confirms, or ends it.
import m from "mithril";
import { post } from "../api.js";
import { Form, link } from "../dom.js";
import { t } from "../i18n.js";
import { state } from "../state.js";

const acts = { confirm: (token) => post("/api/notifications/email/confirm", { token }, state.me ? {} : { anyone: true }),
  unsubscribe: (token) => post("/api/notifications/email/unsubscribe", undefined, { query: { token }, anyone: true }) };

export function Page() {
  let done = false;
  return {
    view() {
      const act = m.route.param("act") === "confirm" ? "confirm" : "unsubscribe";
      return m("main.card", m("img.logo", { src: "/web/icon.svg", alt: "" }), m("h1", t(`mail_${act}`)),
        done ? m("p", { role: "status" }, t(`mail_${act}_done`)) : m(Form, { label: t(`mail_${act}`), submit: async () => {
          await acts[act](String(m.route.param("token") || ""));
          done = true;
          return false;
        } }, m("p", t(`mail_${act}_help`))),
        m("p", link("/", {}, t("to_netbit"))));
    },
  };
}
