// The chats of the caller, favourites first, then the newest activity.
import m from "mithril";
import { activity, chatName, otherOf, sortedChats } from "../chats.js";
import { Avatar, iconButton, link, openDialog, Presence, routeNumber } from "../dom.js";
import { typists } from "../events.js";
import { shortTime, t } from "../i18n.js";
import { excerpt } from "../markup.js";
import { icon } from "../icons.js";
import { offeredViews } from "../registry.js";
import { state, userName } from "../state.js";
import { Directory, NewChat, Switcher } from "./dialogs.js";

function lastWords(chat) {
  if (typists(chat.id).length) return m("em", t("typing", { n: 1, names: userName(typists(chat.id)[0]) }));
  const last = chat.last_message;
  if (!last) return t("no_messages");
  if (last.deleted_at) return t("deleted");
  const who = last.sender_id === state.me.id ? t("you") : chat.chat_type === "direct" ? "" : userName(last.sender_id, last.sender_name);
  return `${who ? `${who}: ` : ""}${excerpt(last.content, 140) || (last.attachments || []).map((file) => file.name).join(", ")}`;
}

const chatIcon = (chat) => {
  const other = otherOf(chat);
  if (chat.chat_type === "direct") return m(".with-presence", m(Avatar, { id: other, name: chatName(chat) }), m(Presence, { id: other }));
  return m(`span.avatar.square.hue${chat.id % 8}`, { "aria-hidden": "true" }, icon(chat.visibility === "private" ? "lock" : "hash"));
};

const ChatLine = {
  view({ attrs: { chat } }) {
    const name = chatName(chat);
    const unread = chat.unread_count || 0;
    return m("li", link(`/c/${chat.id}`, {
      class: ["chat", unread && !chat.muted && "unread"].filter(Boolean).join(" "),
      "aria-current": routeNumber("chat") === chat.id ? "page" : undefined, "data-chat": chat.id,
    },
    chatIcon(chat),
    m("span.text",
      m("span.top", m("strong", name), chat.favourite && icon("star"), chat.muted && icon("mute"), m("time", shortTime(activity(chat)))),
      m("span.last", lastWords(chat))),
    unread > 0 && m("span.badges",
      chat.mention_count > 0 && m("span.badge.mentions", { title: t("mentions", { n: chat.mention_count }), "aria-label": t("mentions", { n: chat.mention_count }) }, "@"),
      m("span.badge", { "aria-label": t("unread", { n: unread }) }, unread > 99 ? "99+" : unread))));
  },
};

export const ChatList = {
  view() {
    const chats = sortedChats();
    const path = m.route.get() || "/";
    return m("nav.sidebar", { "aria-label": t("chats") },
      m("header",
        m("h1", "NetBit"),
        iconButton("search", t("search"), { onclick: () => m.route.set("/search") }),
        iconButton("people", t("directory"), { onclick: () => openDialog(t("directory"), Directory) }),
        iconButton("plus", t("new_chat"), { class: "new-chat", onclick: () => openDialog(t("new_chat"), NewChat) })),
      m(`.link.${state.link}`, { role: "status" }, state.link !== "live" && t(`link.${state.link}`)),
      m("button.jump", { type: "button", onclick: () => openDialog(t("keys.switch"), Switcher) }, icon("search"), t("jump"), m("kbd", "Ctrl K")),
      m("ul.chats", chats.map((chat) => m(ChatLine, { key: chat.id, chat }))),
      !chats.length && m("p.empty", t("no_chats")),
      m("footer",
        offeredViews().map((view) => link(view.path, { key: view.name, class: "view", title: view.title(), "aria-current": [view.path, ...(view.under || [])].some((one) => path.startsWith(one)) ? "page" : undefined },
          view.name === "account" ? m(Avatar, { id: state.me.id, name: userName(state.me.id), small: true }) : icon(view.icon), m("span", view.title()),
          view.badge?.() > 0 && m("span.badge", view.badge())))));
  },
};
