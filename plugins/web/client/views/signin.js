// Before anybody is signed in.
import m from "mithril";
import { get, post } from "../api.js";
import { Field, Form, link, notice } from "../dom.js";
import { t } from "../i18n.js";
import { finishSignIn, register, signIn } from "../session.js";
import { redraw } from "../redraw.js";

const card = (title, ...children) => m("main.card", m("img.logo", { src: "/web/icon.svg", alt: "" }), m("h1", title), children);

export function SignIn() {
  let ticket = null;
  let providers = [];
  return {
    oninit: async () => {
      try {
        providers = (await get("/api/auth/oidc", {}, { anyone: true })).data;
        redraw();
      } catch {
        // a server without, or none: the form is there
      }
    },
    view: () => ticket
      ? card(t("second_factor"), [m(Form, { key: "code", label: t("sign_in"), submit: async ({ code }) => {
        await finishSignIn(ticket, code.trim());
      } }, m(Field, { label: t("code"), name: "code", required: true, autofocus: true, inputmode: "numeric", autocomplete: "one-time-code", hint: t("code_hint") }))],
      m("button.quiet", { type: "button", onclick: () => (ticket = null) }, t("cancel")))
      : card("NetBit", [m(Form, { key: "password", label: t("sign_in"), submit: async ({ username, password }) => {
        ticket = (await signIn(username.trim(), password)).ticket || null;
      } },
      m(Field, { label: t("username"), name: "username", required: true, autofocus: true, autocomplete: "username", autocapitalize: "none", spellcheck: false }),
      m(Field, { label: t("password"), name: "password", type: "password", required: true, autocomplete: "current-password" }))],
      providers.map((one) => m("a.button", { href: one.start }, t("sign_in_at", { name: one.title }))),
      m("p", link("/register", {}, t("have_invite")))),
  };
}

export const Register = {
  view: () => card(t("register"), m(Form, { label: t("register"), submit: async ({ invite, ...fields }) => {
    await register({ ...fields, ...(invite && { invite: invite.trim() }) });
    m.route.set("/");
  } },
  m(Field, { label: t("invite_code"), name: "invite", value: m.route.param("invite") || "", autocomplete: "off" }),
  m(Field, { label: t("username"), name: "username", required: true, autocomplete: "username", autocapitalize: "none", spellcheck: false }),
  m(Field, { label: t("email"), name: "email", type: "email", required: true, autocomplete: "email" }),
  m(Field, { label: t("password"), name: "password", type: "password", required: true, autocomplete: "new-password" })),
  m("p", link("/", {}, t("have_account")))),
};

export const Reset = {
  view: () => card(t("new_password"), m(Form, { label: t("save"), submit: async ({ password }) => {
    await post("/api/auth/reset", { token: m.route.param("token") || "", password }, { anyone: true });
    notice(t("saved"));
    m.route.set("/");
  } }, m(Field, { label: t("new_password"), name: "password", type: "password", required: true, autocomplete: "new-password" }))),
};
