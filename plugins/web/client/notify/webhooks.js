// Addresses that one's notifications are sent to, and what became of it.
import m from "mithril";
import { del, get, post, put } from "../api.js";
import { attempt, confirmed, Field, Form, iconButton, link, openDialog } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { section } from "../views/account.js";
import { missing, pages, showing, source } from "../work/source.js";

const rules = ["mention", "direct_message", "mention_all", "keyword", "thread_reply", "assigned", "review_requested", "level", "note"];
const path = (id) => `/api/webhooks/${encodeURIComponent(id)}`;

const condition = (one) => one.enabled ? one.failures > 0 ? t("hook_failing", { n: one.failures }) : t("hook_good") : one.disabled_why ? t("hook_off_why", { why: one.disabled_why }) : t("hook_off");

export function Webhooks() {
  const list = source(async () => (await get("/api/webhooks")).data, ["notification"]);
  const act = (work) => attempt(async () => {
    await work();
    await list.load();
  });
  return {
    ...showing(list),
    view: () => m(".sections",
      section(t("webhooks"), m("p", m("small", t("webhooks_help"))),
        missing(list) || m("ul.lines", list.value.map((one) => m("li", { key: one.id, class: one.enabled ? "" : "gone" },
          m("span.text", link(`/notifications/webhooks/${one.id}`, {}, m("strong", one.name)), m("small", one.url), m("small", condition(one))),
          m("button", { type: "button", onclick: () => act(() => put(path(one.id), { enabled: !one.enabled })) }, t(one.enabled ? "turn_off" : "turn_on")),
          iconButton("trash", t("delete_named", { name: one.name }), { onclick: () => confirmed(t("delete_hook_question", { name: one.name }), t("delete"), () => act(() => del(path(one.id)))) })))),
        list.value?.length === 0 && m("p.empty", t("none"))),
      section(t("new_webhook"), m(Form, { label: t("create"), submit: async (fields) => {
        const wanted = rules.filter((one) => fields[one]);
        const made = await post("/api/webhooks", { name: fields.name, url: fields.url, ...(wanted.length && { rules: wanted }) });
        openDialog(t("hook_secret"), { view: () => [m("p", t("token_once")), m("pre.codes", { tabindex: 0 }, made.secret)] });
        await list.load();
      } },
      m(Field, { label: t("name"), name: "name", required: true, maxlength: 100, autocomplete: "off" }),
      m(Field, { label: t("address"), name: "url", type: "url", required: true, maxlength: 2000, autocomplete: "off", placeholder: "https://" }),
      m("fieldset.switches", m("legend", t("hook_rules")), rules.map((one) => m("label", { key: one }, m("input", { type: "checkbox", name: one, value: "1" }), t(`hook_rule.${one}`))))))),
  };
}

const attempts = (one) => one.attempts.map((tried) => `${shown("moment", tried.at)}: ${tried.status ?? tried.error ?? ""} (${t("ms", { value: tried.took_ms })})`).join("\n");

export function Webhook() {
  const at = path(m.route.param("id"));
  const hook = source(() => get(at), ["notification"]);
  const list = pages((where) => get(`${at}/deliveries`, where), "before", ["notification"]);
  return {
    ...showing(hook, list),
    view: () => missing(hook) || m(".sections.wide", section(hook.value.name,
      m("p", hook.value.url), m("p", m("small", condition(hook.value))),
      m(".tool-row", link("/notifications/webhooks", { class: "button" }, icon("back"), t("webhooks")), m("button", { type: "button", onclick: list.load }, t("look_again"))),
      missing(list) || m("ul.lines", list.value.rows.map((one) => m("li", { key: one.id },
        m("span.text", m("strong", `#${one.notification_id}`), m("small", shown("moment", one.created_at)), one.attempts.length > 0 && m("pre.attempts", attempts(one))),
        m("span.chip", { class: one.state === "failed" ? "late" : "" }, t(`delivery.${one.state}`)),
        m("button", { type: "button", onclick: () => attempt(() => post(`${at}/deliveries/${one.id}/redeliver`, {}).then(list.load)) }, t("redeliver"))))),
      list.value?.rows.length === 0 && m("p.empty", t("nothing_yet")), list.moreButton())),
  };
}
