// Who has an account, and who is invited.
import m from "mithril";
import { del, get, patch, post } from "../api.js";
import { attempt, chosen, confirmed, Field, Form, iconButton, openDialog } from "../dom.js";
import { shown, t } from "../i18n.js";
import { state } from "../state.js";
import { section } from "../views/account.js";

const onceShown = (title, text) => openDialog(title, { view: () => [m("p", t("token_once")), m("pre.codes", { tabindex: 0 }, text)] });

export function Accounts() {
  let list = [];
  let next = null;
  let words = "";
  const load = (more) => attempt(async () => {
    const { data, pagination } = await get("/api/admin/users", { q: words || undefined, after: more ? next : undefined, limit: 50 });
    list = more ? [...list, ...data] : data;
    next = pagination.next_after;
  });
  const act = (work) => attempt(async () => {
    await work();
    await load();
  });
  const gone = (user) => user.state === "deactivated" || user.deactivated_at;
  return {
    oninit: () => load(),
    view: () => section(t("accounts"),
      m(Field, { label: t("filter"), type: "search", oninput: (event) => {
        words = event.target.value;
        load();
      } }),
      m("ul.lines", list.map((user) => m("li", { key: user.id, class: gone(user) ? "gone" : "" },
        m("span.text", m("strong", user.username), m("small", [user.email, gone(user) && t("deactivated"), shown("short", user.created_at)].filter(Boolean).join(" · "))),
        m("select", { "aria-label": t("role_of", { name: user.username }), ...chosen(user.role), disabled: user.id === state.me.id, onchange: (event) => act(() => patch(`/api/admin/users/${user.id}`, { role: event.target.value })) },
          ["admin", "member", "guest", "bot"].map((role) => m("option", { value: role }, t(`role.${role}`)))),
        m("button", { type: "button", onclick: () => attempt(async () => {
          const made = await post(`/api/admin/users/${user.id}/reset`, {});
          onceShown(t("reset_link"), `${location.origin}/#/reset?token=${made.token}`);
        }) }, t("reset_link")),
        user.id !== state.me.id && !gone(user) && m("button", { type: "button", onclick: () => confirmed(t("take_factor_question", { name: user.username }), t("take_factor"), () => act(() => del(`/api/admin/users/${user.id}/second-factor`))) }, t("take_factor")),
        user.id !== state.me.id && (gone(user)
          ? m("button", { type: "button", onclick: () => act(() => post(`/api/admin/users/${user.id}/reactivate`, {})) }, t("reactivate"))
          : m("button.danger", { type: "button", onclick: () => confirmed(t("deactivate_question", { name: user.username }), t("deactivate"), () => act(() => post(`/api/admin/users/${user.id}/deactivate`, {}))) }, t("deactivate")))))),
      next && m("button", { type: "button", onclick: () => load(true) }, t("more")),
      m(Form, { label: t("add_user"), submit: async (fields) => {
        await post("/api/admin/users", fields);
        await load();
      } },
      m(".row", m(Field, { label: t("username"), name: "username", required: true, autocomplete: "off" }),
        m(Field, { label: t("email"), name: "email", type: "email", required: true, autocomplete: "off" }),
        m(Field, { label: t("password"), name: "password", type: "password", required: true, autocomplete: "new-password" })))),
  };
}

export function Invites() {
  let list = [];
  const load = () => attempt(async () => (list = (await get("/api/invites")).data));
  return {
    oninit: load,
    view: () => section(t("invites"),
      m("ul.lines", list.map((one) => m("li", { key: one.id },
        m("span.text", m("strong", one.email || t("anybody")), m("small", `${t(`role.${one.role}`)} · ${t("until", { time: shown("moment", one.expires_at) })}`)),
        iconButton("trash", t("take_back"), { onclick: () => attempt(async () => {
          await del(`/api/invites/${one.id}`);
          await load();
        }) })))),
      m(Form, { label: t("invite"), submit: async (fields) => {
        const made = await post("/api/invites", { role: fields.role, ...(fields.email && { email: fields.email }) });
        await load();
        onceShown(t("invite_link"), `${location.origin}/#/register?invite=${encodeURIComponent(made.invite)}`);
      } },
      m(".row", m(Field, { label: t("email_optional"), name: "email", type: "email", autocomplete: "off" }),
        m(Field, { label: t("role"), name: "role", value: "member", options: ["member", "guest", "admin"].map((one) => [one, t(`role.${one}`)]) })))),
  };
}
