// What an administrator sees: accounts, invitations, plugins, and who changed whose rights.
import m from "mithril";
import { del, get, patch, post } from "../api.js";
import { attempt, confirmed, Field, Form, iconButton, link, openDialog } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { addView } from "../registry.js";
import { isAdmin, state } from "../state.js";
import { section } from "./account.js";

const onceShown = (title, text) => openDialog(title, { view: () => [m("p", t("token_once")), m("pre.codes", { tabindex: 0 }, text)] });

function Accounts() {
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
        m("select", { "aria-label": t("role_of", { name: user.username }), value: user.role, disabled: user.id === state.me.id, onchange: (event) => act(() => patch(`/api/admin/users/${user.id}`, { role: event.target.value })) },
          ["admin", "member", "guest", "bot"].map((role) => m("option", { value: role }, t(`role.${role}`)))),
        m("button", { type: "button", onclick: () => attempt(async () => {
          const made = await post(`/api/admin/users/${user.id}/reset`, {});
          onceShown(t("reset_link"), `${location.origin}/#/reset?token=${made.token}`);
        }) }, t("reset_link")),
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

function Invites() {
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

function Plugins() {
  let server = null;
  return {
    oninit: () => attempt(async () => (server = await get("/api/server"))),
    view: () => section(t("plugins"), server && [
      m("p", `NetBit ${server.version}`),
      m("table.plugins", m("thead", m("tr", m("th", t("name")), m("th", t("version")), m("th", t("condition")))),
        m("tbody", server.plugins.map((plugin) => m("tr", { key: plugin.id }, m("td", plugin.id), m("td", plugin.version), m("td", m(`span.condition.${plugin.condition === "good" ? "good" : "bad"}`, plugin.condition)))))),
      m("p", m("small", t("plugins_help")))]),
  };
}

function Audit() {
  let list = [];
  let next = null;
  const load = (more) => attempt(async () => {
    const { data, pagination } = await get("/api/admin/audit", { before: more ? next : undefined, limit: 20 });
    list = more ? [...list, ...data] : data;
    next = pagination.next_before;
  });
  return {
    oninit: () => load(),
    view: () => section(t("audit"),
      m("ul.lines", list.map((one) => m("li", { key: one.id }, m("span.text", m("strong", `${one.actor ?? "netbit"}: ${one.act} ${one.object}`), m("small", `${shown("moment", one.time)} · ${one.address}`))))),
      next && m("button", { type: "button", onclick: () => load(true) }, t("more"))),
  };
}

const Admin = {
  view: () => m("main.main.page", { "aria-label": t("admin") },
    m("header.chat-head", link("/", { class: "icon-button back", "aria-label": t("back") }, icon("back")), m(".title", m("h2", t("admin")))),
    m(".sections", m(Accounts), m(Invites), m(Plugins), m(Audit))),
};

addView({ name: "admin", path: "/admin", title: () => t("admin"), icon: "admin", when: isAdmin, view: Admin });
