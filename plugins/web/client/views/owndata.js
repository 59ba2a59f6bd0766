// Other doors to one's account, the files that one has uploaded, and everything as a copy, or gone.
import m from "mithril";
import { del, get, post } from "../api.js";
import { save, saveFrom } from "../blobs.js";
import { attempt, confirmed, Field, Form, iconButton, openDialog } from "../dom.js";
import { bytes, shown, t } from "../i18n.js";
import { leave } from "../session.js";
import { state } from "../state.js";
import { section } from "./account.js";

export function Identities() {
  let list = [];
  let providers = [];
  const load = () => attempt(async () => {
    [list, providers] = (await Promise.all([get("/api/user/identities"), get("/api/auth/oidc")])).map((one) => one.data);
  });
  return {
    oninit: load,
    view: () => (list.length || providers.length) > 0 && section(t("identities"),
      m("ul.lines", list.map((one) => m("li", { key: one.id }, m("span.text", m("strong", one.provider), m("small", `${one.subject} · ${shown("moment", one.created_at)}`)),
        iconButton("trash", t("revoke", { name: one.provider }), { onclick: () => confirmed(t("unlink_question", { name: one.provider }), t("remove"), async () => {
          await del(`/api/user/identities/${one.id}`);
          await load();
        }) })))),
      providers.length > 0 && m(Form, { label: t("link_identity"), submit: async ({ provider, password }) => {
        const { authorization_url: url } = await post(`/api/user/identities/${encodeURIComponent(provider)}`, { password });
        location.assign(url);
        return false;
      } },
      m(Field, { label: t("provider"), name: "provider", options: providers.map((one) => [one.name, one.title]) }),
      m(Field, { label: t("password"), name: "password", type: "password", required: true, autocomplete: "current-password" }))),
  };
}

export function Files() {
  let list = null;
  let usage = null;
  let next = null;
  const load = (more) => attempt(async () => {
    const page = await get("/api/files", { limit: 20, before: more ? next : undefined });
    list = more ? [...list, ...page.data] : page.data;
    usage = page.usage;
    next = page.pagination.next_before;
  });
  return {
    oninit: () => load(),
    view: () => section(t("own_files"),
      usage && m("p", usage.quota_bytes === null ? t("used", { used: bytes(usage.used_bytes) }) : t("quota", { used: bytes(usage.used_bytes), all: bytes(usage.quota_bytes) })),
      list?.length === 0 && m("p", m("small", t("nothing_yet"))),
      m("ul.lines", (list || []).map((one) => m("li", { key: one.id }, m("span.text", m("strong", one.name), m("small", `${bytes(one.size)} · ${shown("moment", one.created_at)}`)),
        iconButton("down", t("download"), { onclick: () => attempt(() => save(one)) }),
        iconButton("trash", t("delete_named", { name: one.name }), { onclick: () => confirmed(t("delete_file_question", { name: one.name }), t("delete"), async () => {
          await del(`/api/files/${one.id}`);
          await load();
        }) })))),
      next && m("button", { type: "button", onclick: () => load(true) }, t("more"))),
  };
}

export const Everything = {
  view: () => section(t("everything"),
    m("p", t("everything_help")),
    m(".buttons",
      m("button", { type: "button", onclick: () => attempt(() => saveFrom("/api/user/export", `netbit-${state.me.username}.json`)) }, t("export")),
      m("button.danger", { type: "button", onclick: () => openDialog(t("erase"), {
        view: () => m(Form, { label: t("erase_for_good"), submit: async ({ password }) => {
          await del("/api/user", { query: { password } });
          await leave();
        } },
        m("p", t("erase_help")), m(Field, { label: t("password"), name: "password", type: "password", required: true, autocomplete: "current-password" })),
      }) }, t("erase")))),
};
