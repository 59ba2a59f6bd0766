// Small things that several views need.
import m from "mithril";
import { Problem, Unreachable } from "./api.js";
import { picture } from "./blobs.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { presenceOf, state, userName } from "./state.js";
import { redraw } from "./redraw.js";

/** A number of the address, or null. */
export const routeNumber = (name) => Number(m.route.param(name)) || null;

export const focusIn = (selector) => document.querySelector(selector)?.focus();

export function wordsOf(error) {
  if (error instanceof Unreachable) return t("unreachable");
  if (error instanceof Problem) return [error.message, ...error.fields.map((one) => one.detail).filter((one) => one !== error.message)].join(" ");
  return String(error?.message || error);
}

/** Told in the corner, and by a screen reader. */
export function notice(text, kind = "info") {
  const one = { text, kind };
  state.notices.push(one);
  setTimeout(() => {
    state.notices.splice(state.notices.indexOf(one), 1);
    redraw();
  }, 6000);
  redraw();
}

/** Does it, and tells what went wrong. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    notice(wordsOf(error), "error");
    return undefined;
  } finally {
    redraw();
  }
}

export const Avatar = {
  view({ attrs: { id, name, small } }) {
    const shown = name || userName(id);
    const url = id ? picture(`/api/users/${id}/avatar`) : null;
    return m(`span.avatar.hue${(id || 0) % 8}${small ? ".small" : ""}`, { "aria-hidden": "true" },
      url ? m("img", { src: url, alt: "" }) : [...shown.replace(/^[^\p{L}\p{N}]+/u, "")][0]?.toUpperCase() || "?");
  },
};

export const Presence = {
  view: ({ attrs: { id } }) => m(`span.presence.${presenceOf(id)}`, { title: t(`presence.${presenceOf(id)}`) }, m("span.hidden", t(`presence.${presenceOf(id)}`))),
};

/** A button that is an icon, with a name for everyone. */
export const iconButton = (name, label, attrs = {}) =>
  m("button.icon-button", { type: "button", title: label, "aria-label": label, ...attrs }, icon(name));

/** A form that calls `submit` with its fields' values, shows what went wrong, and is still while it works. */
export function Form() {
  let error = null;
  let busy = false;
  const submit = async (event, work) => {
    event.preventDefault();
    if (busy) return;
    const form = event.target;
    busy = true;
    error = null;
    try {
      if ((await work(Object.fromEntries(new FormData(form)))) !== false) form.reset();
    } catch (failure) {
      error = wordsOf(failure);
    }
    busy = false;
    redraw();
  };
  return {
    view: ({ attrs: { submit: work, label, class: name }, children }) =>
      m("form", { class: name, onsubmit: (event) => submit(event, work), "aria-busy": String(busy) },
        children,
        error && m("p.error", { role: "alert" }, error),
        label && m("button.primary", { type: "submit", disabled: busy }, label)),
  };
}

/** Attributes of a select whose options may come after its value: the element forgets a value that it has no option for. */
export function chosen(value) {
  const set = ({ dom }) => {
    if (value !== undefined && dom.value !== String(value)) dom.value = value;
  };
  return { oncreate: set, onupdate: set };
}

let fields = 0;
/** An input with its label. Without a handler of its changes, `value` is what it begins with: a redraw leaves what was typed. */
export function Field() {
  const id = `field-${++fields}`;
  let touched = false;
  return {
    view: ({ attrs: { label, hint, type = "text", options, value, ...rest } }) => {
      const held = rest.oninput || rest.onchange;
      const begin = { oncreate: ({ dom }) => value !== undefined && (dom.value = value) };
      const attrs = { id, ...rest, ...(options ? held || !touched ? chosen(value) : {} : held ? { value } : begin) };
      if (options && !held) attrs.onchange = () => (touched = true);
      return m(".field",
        m("label", { for: id }, label),
        options ? m("select", attrs, options.map(([key, text]) => m("option", { value: key }, text)))
          : type === "textarea" ? m("textarea", attrs) : m("input", { ...attrs, type }),
        hint && m("small", hint));
    },
  };
}

let lastFocus = null;
export function openDialog(title, view) {
  lastFocus ??= document.activeElement;
  state.dialog = { title, view };
  redraw();
}

export function closeDialog() {
  state.dialog = null;
  const back = lastFocus;
  lastFocus = null;
  redraw();
  setTimeout(() => back?.isConnected && back.focus(), 0);
}

export const Dialog = {
  oncreate({ dom }) {
    dom.showModal();
    (dom.querySelector("[autofocus],input,textarea,select") || dom.querySelector("button"))?.focus();
  },
  view: () =>
    m("dialog", {
      "aria-labelledby": "dialog-title",
      oncancel: (event) => {
        event.preventDefault();
        closeDialog();
      },
      onclick: (event) => {
        if (event.target.localName === "dialog") closeDialog(); // beside it; a false returned would undo the click
      },
    }, m(".dialog",
      m("header", m("h2#dialog-title", state.dialog.title), iconButton("close", t("close"), { onclick: closeDialog })),
      m(state.dialog.view))),
};

/** Asks before what cannot be undone. */
export function confirmed(question, label, work) {
  openDialog(question, {
    view: () => m(".buttons",
      m("button", { type: "button", onclick: closeDialog }, t("cancel")),
      m("button.danger", { type: "button", onclick: () => {
        closeDialog();
        attempt(work);
      } }, label)),
  });
}

/** Mithril leaves an attribute as it was where its new value is undefined: it has to be absent. */
const given = (attrs) => Object.fromEntries(Object.entries(attrs || {}).filter(([, value]) => value !== undefined));
export const link = (path, attrs, ...children) => m("a", { ...given(attrs), href: `#${path}` }, ...children);
