// Finding and making chats.
import m from "mithril";
import { get } from "../api.js";
import { chatName, createChat, joinChat, loadMembers, sortedChats } from "../chats.js";
import { attempt, Avatar, closeDialog, Field, Form } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { nameOf, state } from "../state.js";
import { redraw } from "../redraw.js";

const go = (chat) => {
  closeDialog();
  m.route.set(`/c/${chat.id}`);
};

export const openDirect = (userId) => attempt(async () => {
  const known = [...state.chats.values()].find((chat) => chat.chat_type === "direct" && chat.members?.has(userId) && chat.members.size <= 2);
  const chat = known || (await createChat({ chat_type: "direct", participants: [userId] }));
  loadMembers(chat);
  go(chat);
});

/** attrs: label, not (a Map of those who are left out), pick(user) */
export function UserPicker() {
  let words = "";
  return {
    view({ attrs: { label, not, pick } }) {
      const fits = words ? [...state.users.values()].filter((user) => user.id !== state.me.id && !not?.has(user.id) &&
        `${user.username} ${nameOf(user)}`.toLowerCase().includes(words)).slice(0, 6) : [];
      return m(".picker",
        m(Field, { label, type: "search", autocomplete: "off", value: words, oninput: (event) => (words = event.target.value.toLowerCase()) }),
        m("ul.people", fits.map((user) => m("li", { key: user.id }, m("button", { type: "button", onclick: () => {
          words = "";
          pick(user);
        } }, m(Avatar, { id: user.id, name: nameOf(user), small: true }), m("span", nameOf(user)), m("small", `@${user.username}`))))));
    },
  };
}

export function NewChat() {
  const chosen = new Map();
  let kind = "group";
  return {
    view: () => m(Form, {
      label: t("create"),
      submit: async (fields) => {
        const participants = [...chosen.keys()];
        go(await createChat(kind === "direct" ? { chat_type: kind, participants } : {
          chat_type: kind, participants, name: fields.name, visibility: fields.visibility, ...(fields.topic && { topic: fields.topic }),
        }));
      },
    },
    m(Field, { label: t("kind"), name: "kind", value: kind, options: ["group", "channel", "direct"].map((one) => [one, t(`kind.${one}`)]), onchange: (event) => (kind = event.target.value) }),
    kind !== "direct" && [
      m(Field, { label: t("name"), name: "name", required: true, maxlength: 128, autocomplete: "off" }),
      m(Field, { label: t("topic"), name: "topic", maxlength: 250, autocomplete: "off" }),
      m(Field, { label: t("visibility"), name: "visibility", options: [["private", t("private")], ["public", t("public")]] }),
    ],
    m(UserPicker, { label: t("people"), not: chosen, pick: (user) => chosen.set(user.id, user) }),
    m("ul.chosen", [...chosen.values()].map((user) => m("li", { key: user.id }, nameOf(user),
      m("button", { type: "button", "aria-label": t("remove_member", { name: user.username }), onclick: () => chosen.delete(user.id) }, icon("close")))))),
  };
}

/** Chats that one may join, and people to write to. */
export function Directory() {
  let words = "";
  let data = null;
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const found = await attempt(() => get("/api/chats/public", { q: words || undefined, limit: 50 }));
    if (mine === asked && found) data = found.data;
    redraw();
  };
  return {
    oninit: ask,
    view: () => [
      m(Field, { label: t("find_chat"), type: "search", value: words, oninput: (event) => {
        words = event.target.value;
        ask();
      } }),
      m("ul.people", (data || []).map((chat) => m("li", { key: chat.id },
        m(`span.avatar.square.hue${chat.id % 8}`, icon("hash")),
        m("span.text", m("strong", chat.name), m("small", `${t("members_n", { n: chat.participants_count })}${chat.topic ? ` · ${chat.topic}` : ""}`)),
        chat.is_member || state.chats.has(chat.id) ? m("button", { type: "button", onclick: () => go(chat) }, t("open"))
          : m("button.primary", { type: "button", onclick: () => attempt(async () => go(await joinChat(chat.id))) }, t("join"))))),
      data?.length === 0 && m("p.empty", t("no_public_chats")),
      m("h3", t("people")),
      m(UserPicker, { label: t("write_to_somebody"), pick: (user) => openDirect(user.id) }),
    ],
  };
}

export function Switcher() {
  let words = "";
  let at = 0;
  return {
    view() {
      const fits = sortedChats().filter((chat) => chatName(chat).toLowerCase().includes(words)).slice(0, 10);
      at = Math.min(at, Math.max(0, fits.length - 1));
      return [
        m("input[type=search]", { autofocus: true, "aria-label": t("keys.switch"), placeholder: t("jump"), autocomplete: "off", role: "combobox",
          "aria-expanded": "true", "aria-controls": "switcher", "aria-activedescendant": fits.length ? `switch-${at}` : undefined, value: words,
          oninput: (event) => {
            words = event.target.value.toLowerCase();
            at = 0;
          },
          onkeydown: (event) => {
            const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (by) at = (at + by + fits.length) % Math.max(1, fits.length);
            else if (event.key === "Enter" && fits[at]) go(fits[at]);
            else return;
            event.preventDefault();
          } }),
        m("ul#switcher.people", { role: "listbox" }, fits.map((chat, index) => m("li", {
          id: `switch-${index}`, role: "option", "aria-selected": String(index === at), onclick: () => go(chat),
        }, m("strong", chatName(chat)), chat.unread_count > 0 && m("span.badge", chat.unread_count)))),
      ];
    },
  };
}

