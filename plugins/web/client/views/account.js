// One's own things: profile, picture, status, how it looks, password, second factor, sessions, access tokens.
import m from "mithril";
import { del, get, patch, post, problemOf, put, send } from "../api.js";
import { forgetPicture } from "../blobs.js";
import { attempt, Avatar, closeDialog, confirmed, Field, Form, iconButton, link, notice, openDialog } from "../dom.js";
import { language, languages, loadLanguage, shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { showHelp } from "../keys.js";
import { addView } from "../registry.js";
import { signOut } from "../session.js";
import { isAdmin, setTheme, state, theme, userName } from "../state.js";
import { Everything, Files, Identities } from "./owndata.js";

export const section = (title, ...children) => m("section", m("h3", title), children);

function Profile() {
  return {
    view: () => section(t("profile"),
      m(".portrait", m(Avatar, { id: state.me.id, name: userName(state.me.id) }),
        m("label.button", t("choose_picture"), m("input.hidden", { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp", onchange: (event) => {
          const [file] = event.target.files;
          if (file) attempt(async () => {
            const reply = await send("PUT", "/api/user/avatar", { body: file, headers: { "Content-Type": "application/octet-stream" } });
            if (!reply.ok) throw await problemOf(reply);
            forgetPicture(`/api/users/${state.me.id}/avatar`);
            ++state.stamp;
          });
          event.target.value = "";
        } })),
        m("button", { type: "button", onclick: () => attempt(async () => {
          await del("/api/user/avatar");
          forgetPicture(`/api/users/${state.me.id}/avatar`);
          ++state.stamp;
        }) }, t("remove_picture"))),
      m(Form, { label: t("save"), submit: async (fields) => {
        Object.assign(state.me, await patch("/api/user/profile", fields));
        state.users.set(state.me.id, state.me);
        ++state.stamp;
        notice(t("saved"));
        return false;
      } },
      m(Field, { label: t("display_name"), name: "display_name", value: state.me.display_name, maxlength: 64, autocomplete: "name" }),
      m(Field, { label: t("about"), name: "about", value: state.me.about, maxlength: 500 }),
      m(Field, { label: t("time_zone"), name: "time_zone", value: state.me.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone })),
      m(Form, { label: t("set_status"), submit: async (fields) => {
        if (!fields.text && !fields.emoji) {
          await del("/api/user/status");
          state.me.status = null;
        } else {
          Object.assign(state.me, await put("/api/user/status", fields));
        }
        notice(t("saved"));
        return false;
      } },
      m(".row", m(Field, { label: t("emoji"), name: "emoji", value: state.me.status?.emoji, maxlength: 16 }),
        m(Field, { label: t("status"), name: "text", value: state.me.status?.text, maxlength: 100 })))),
  };
}

const Look = {
  view: () => section(t("look"),
    m(".row",
      m(Field, { label: t("theme"), name: "theme", value: theme(), options: ["system", "light", "dark"].map((one) => [one, t(`theme.${one}`)]), onchange: (event) => setTheme(event.target.value) }),
      m(Field, { label: t("language"), name: "language", value: language, options: Object.entries(languages), onchange: (event) => {
        localStorage.setItem("netbit.language", event.target.value);
        attempt(() => loadLanguage(event.target.value));
      } })),
    m(".buttons", m("button", { type: "button", onclick: showHelp }, icon("keyboard"), t("keys.title")))),
};

const Password = {
  view: () => section(t("password"), m(Form, { label: t("change_password"), submit: async (fields) => {
    await post("/api/user/password", fields);
    notice(t("saved"));
  } },
  m("input.hidden", { type: "text", autocomplete: "username", value: state.me.username, tabindex: -1, "aria-label": t("username"), readonly: true }),
  m(Field, { label: t("old_password"), name: "old_password", type: "password", required: true, autocomplete: "current-password" }),
  m(Field, { label: t("new_password"), name: "new_password", type: "password", required: true, autocomplete: "new-password" }))),
};

const showCodes = (codes) => openDialog(t("recovery_codes"), { view: () => [m("p", t("recovery_codes_help")), m("pre.codes", codes.join("\n"))] });

const proof = () => [m(Field, { label: t("password"), name: "password", type: "password", required: true, autocomplete: "current-password" }),
  m(Field, { label: t("code"), name: "code", required: true, inputmode: "numeric", autocomplete: "one-time-code" })];

function SecondFactor() {
  let known = null;
  let enrolment = null;
  const load = () => attempt(async () => (known = await get("/api/user/second-factor")));
  return {
    oninit: load,
    view: () => section(t("second_factor"),
      known?.enabled ? [
        m("p", t("second_factor_on", { n: known.recovery_codes })),
        m("p", m("button", { type: "button", onclick: () => openDialog(t("new_codes"), { view: () => m(Form, { label: t("new_codes"), submit: async ({ password, code }) => {
          const { recovery_codes: codes } = await post("/api/user/second-factor/recovery-codes", { password, code: code.trim() });
          load();
          showCodes(codes);
        } }, proof()) }) }, t("new_codes"))),
        m(Form, { label: t("turn_off"), submit: async ({ password, code }) => {
          await del("/api/user/second-factor", { query: { password, code } });
          load();
        } }, proof()),
      ] : enrolment ? m(Form, { label: t("confirm"), submit: async ({ code }) => {
        const { recovery_codes: codes } = await post("/api/user/second-factor/confirm", { code: code.trim() });
        enrolment = null;
        load();
        showCodes(codes);
      } },
      m("p", t("second_factor_secret")), m("pre.codes", enrolment.secret.match(/.{1,4}/g).join(" ")),
      m("p", m("a", { href: enrolment.uri.startsWith("otpauth:") ? enrolment.uri : undefined }, t("open_authenticator"))),
      m(Field, { label: t("code"), name: "code", required: true, inputmode: "numeric", autocomplete: "one-time-code" }))
        : m(Form, { label: t("turn_on"), submit: async ({ password }) => {
          enrolment = await post("/api/user/second-factor", { password });
        } },
        m("p", t("second_factor_help")),
        m(Field, { label: t("password"), name: "password", type: "password", required: true, autocomplete: "current-password" }))),
  };
}

function Sessions() {
  let list = null;
  const load = () => attempt(async () => (list = (await get("/api/user/sessions")).data));
  return {
    oninit: load,
    view: () => section(t("sessions"),
      m("ul.lines", (list || []).map((one) => m("li", { key: one.id },
        m("span.text", m("strong", clientName(one.client)), one.current && m("span.badge", t("this_one")),
          m("small", `${one.address} · ${shown("moment", one.last_used_at)}`)),
        !one.current && iconButton("close", t("end_session"), { onclick: () => attempt(async () => {
          await del(`/api/user/sessions/${one.id}`);
          await load();
        }) })))),
      m(".buttons", m("button", { type: "button", onclick: () => attempt(async () => {
        await del("/api/user/sessions");
        await load();
      }) }, t("end_others")))),
  };
}

/** "Chromium on Linux", of what a browser calls itself. */
export function clientName(client) {
  const browser = client.match(/(Edg|OPR|Firefox|Chrome|Safari|curl|netbit)\/?[\d.]*/)?.[1];
  const system = client.match(/Android|iPhone|iPad|Windows|Mac OS X|Linux/)?.[0];
  const names = { Edg: "Edge", OPR: "Opera", Chrome: /HeadlessChrome/.test(client) ? "Chromium" : "Chrome" };
  return [names[browser] || browser || client.slice(0, 40) || "?", system].filter(Boolean).join(" · ");
}

const scopes = () => ["read", "write", "git", ...(isAdmin() ? ["admin"] : [])];

function Tokens() {
  let list = null;
  const load = () => attempt(async () => (list = (await get("/api/user/tokens")).data));
  return {
    oninit: load,
    view: () => section(t("tokens"),
      m("p", t("tokens_help")),
      m("ul.lines", (list || []).map((one) => m("li", { key: one.id },
        m("span.text", m("strong", one.name), m("small", `${one.scopes.join(", ")}${one.expires_at ? ` · ${t("until", { time: shown("moment", one.expires_at) })}` : ""}`)),
        iconButton("trash", t("revoke", { name: one.name }), { onclick: () => attempt(async () => {
          await del(`/api/user/tokens/${one.id}`);
          await load();
        }) })))),
      m(Form, { label: t("make_token"), submit: async (fields) => {
        const made = await post("/api/user/tokens", {
          name: fields.name, scopes: scopes().filter((one) => fields[one]),
          ...(fields.days && { expires_at: new Date(Date.now() + Number(fields.days) * 86_400_000).toISOString() }),
        });
        await load();
        openDialog(t("token_made"), { view: () => [m("p", t("token_once")), m("pre.codes", { tabindex: 0 }, made.token), m(".buttons", m("button", { type: "button", onclick: closeDialog }, t("close")))] });
      } },
      m(Field, { label: t("name"), name: "name", required: true, maxlength: 64, autocomplete: "off" }),
      m(Field, { label: t("expires"), name: "days", value: "90", options: [["30", t("days_n", { n: 30 })], ["90", t("days_n", { n: 90 })], ["365", t("days_n", { n: 365 })], ["", t("never")]] }),
      m("fieldset.switches", m("legend", t("scopes")), scopes().map((one) => m("label", m("input", { type: "checkbox", name: one, value: "1", checked: one === "read" }), t(`scope.${one}`)))))),
  };
}

const Account = {
  view: () => m("main.main.page", { "aria-label": t("account") },
    m("header.chat-head", link("/", { class: "icon-button back", "aria-label": t("back") }, icon("back")), m(".title", m("h2", userName(state.me.id)), m("p", `@${state.me.username}`)),
      m("button", { type: "button", onclick: () => confirmed(t("sign_out_question"), t("sign_out"), signOut) }, t("sign_out"))),
    m(".sections", m(Profile), m(Look), m(Password), m(SecondFactor), m(Sessions), m(Tokens), m(Identities), m(Files), m(Everything))),
};

addView({ name: "account", order: 3, path: "/account", title: () => t("account"), icon: "account", view: Account });
