// The ways on from the inbox: e-mail, and push to browsers. A server that has not set one of them up says 404: it is not shown then.
import m from "mithril";
import { del, get, patch, post } from "../api.js";
import { attempt, Field, Form, iconButton, notice } from "../dom.js";
import { shown, t } from "../i18n.js";
import { clientName, section } from "../views/account.js";
import { missing, showing, source } from "../work/source.js";

/** What `ask` gives; false where the server has none of it. */
const optional = (ask) => async () => {
  try {
    return await ask();
  } catch (error) {
    if (error.status === 404) return false;
    throw error;
  }
};

const path = "/api/notifications/email";

function Email({ attrs: { mail } }) {
  let mode = null;
  return {
    view() {
      const { address, state, mode: now, digest_at: at, delay_seconds: delay, last_refusal: refused } = mail.value;
      const chosen = mode ?? now;
      return section(t("email"),
        m("p", state === "none" ? t("email_none") : t(`email_${state}`, { address })),
        refused && m("p", t("mail_refused", { when: shown("moment", refused.at), reason: refused.reason })),
        state === "unconfirmed" && m("p", m("button", { type: "button", onclick: () => attempt(async () => {
          await post(`${path}/confirmation`, {});
          notice(t("link_sent", { address }));
        }) }, t("send_link"))),
        m(Form, { label: t("save"), submit: async (fields) => {
          mail.value = await patch(path, { mode: chosen, ...(fields.address !== (address || "") && { address: fields.address }), ...(chosen === "digest" && { digest_at: fields.digest_at }), ...(chosen === "at_once" && { delay_seconds: Number(fields.delay) * 60 }) });
          mode = null;
          notice(t("saved"));
          return false;
        } },
        m(Field, { label: t("email"), name: "address", type: "email", autocomplete: "email", value: address || "" }),
        m(Field, { label: t("email_mode"), name: "mode", value: chosen, options: ["off", "at_once", "digest"].map((one) => [one, t(`email_mode.${one}`)]), onchange: (event) => (mode = event.target.value) }),
        chosen === "digest" && m(Field, { label: t("digest_at"), name: "digest_at", type: "time", required: true, value: at || "08:00" }),
        chosen === "at_once" && m(Field, { label: t("mail_delay"), name: "delay", type: "number", min: 0, max: 1440, required: true, value: Math.round((delay || 0) / 60), hint: t("mail_delay_help") })));
    },
  };
}

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

/** Asks the browser for its permission and its push service for an address; called by a click and by nothing else. */
async function subscribe(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytesOf(key) };
  let made;
  try {
    made = await pushManager.subscribe(options);
  } catch (error) {
    if (error.name === "NotAllowedError") throw new Error(t("push_denied"));
    if (error.name !== "InvalidStateError") throw error;
    await (await pushManager.getSubscription())?.unsubscribe(); // of another key, which this server had before
    made = await pushManager.subscribe(options);
  }
  const { endpoint, keys } = made.toJSON();
  await post("/api/push/subscriptions", { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, name: clientName(navigator.userAgent).slice(0, 100) });
}

function Push({ attrs: { push } }) {
  const able = "serviceWorker" in navigator && "PushManager" in self && "Notification" in self;
  const list = source(async () => (await get("/api/push/subscriptions")).data);
  const act = (work) => attempt(async () => {
    await work();
    await list.load();
  });
  return {
    ...showing(list),
    view: () => section(t("push"), m("p", m("small", t("push_help"))),
      missing(list) || m("ul.lines", list.value.map((one) => m("li", { key: one.id }, m("span.text", m("strong", one.name || t("a_browser")), m("small", one.created_at ? shown("moment", one.created_at) : "")),
        m("button", { type: "button", onclick: () => attempt(async () => {
          await post(`/api/push/subscriptions/${one.id}/test`, {});
          notice(t("push_tested"));
        }) }, t("try_it")),
        iconButton("trash", t("delete_named", { name: one.name || t("a_browser") }), { onclick: () => act(() => del(`/api/push/subscriptions/${one.id}`)) })))),
      able ? m("button.primary", { type: "button", class: "subscribe", onclick: () => act(() => subscribe(push.value.public_key)) }, t("push_here")) : m("p.empty", t("push_unable"))),
  };
}

export function Delivery() {
  const mail = source(optional(() => get(path)));
  const push = source(optional(() => get("/api/push/key")));
  return {
    ...showing(mail, push),
    view: () => missing(mail) || missing(push) || m(".sections",
      mail.value && m(Email, { mail }), push.value && m(Push, { push }),
      !mail.value && !push.value && m("p.empty", t("no_delivery"))),
  };
}
