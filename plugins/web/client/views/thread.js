// A thread in the side panel, and what is pinned in a chat.
import m from "mithril";
import { loadMoreOfThread, loadPins, loadThread } from "../chats.js";
import { Composer } from "../composer.js";
import { attempt, link } from "../dom.js";
import { language, t } from "../i18n.js";
import { icon } from "../icons.js";
import { pendingOf } from "../outbox.js";
import { refreshers } from "../session.js";
import { state } from "../state.js";
import { bell } from "./notifications.js";
import { Message, Pending } from "./message.js";
import { redraw } from "../redraw.js";

export const panelHead = (chatId, title, ...more) =>
  m("header", m("h2", title), more, link(`/c/${chatId}`, { class: "icon-button", title: t("close"), "aria-label": t("close") }, icon("close")));

export function Thread({ attrs: { id, root } }) {
  let editing = null;
  let list = null;
  let length = 0;
  const chat = () => state.chats.get(id);
  const load = () => chat() && attempt(() => loadThread(chat(), root));
  const acts = {
    startEdit: (message) => (editing = message.id),
    stopEdit: () => {
      editing = null;
      redraw();
    },
  };
  const row = (message) => m(Message, {
    key: message.id, message, inThread: true, editing: editing === message.id, ...acts, stamp: `${editing === message.id}${state.stamp}${language}`,
  });
  const follow = () => {
    const thread = chat()?.thread;
    const now = (thread?.items.length || 0) + pendingOf(id, root).length;
    if (list && now !== length) list.scrollTop = list.scrollHeight;
    length = now;
  };
  return {
    oninit() {
      refreshers.add(load);
      if (chat()?.thread?.rootId !== root && chat()) chat().thread = null;
      load();
    },
    onremove() {
      refreshers.delete(load);
      if (chat()) chat().thread = null;
    },
    onupdate: follow,
    view() {
      const thread = chat()?.thread;
      return m("aside.panel.thread", { "aria-label": t("thread") },
        panelHead(id, t("thread"), bell("thread", root, t("this_thread"))),
        !thread ? m("p.empty", t("loading")) : [
          m(".messages", { tabindex: 0, oncreate: ({ dom }) => (list = dom) },
            row(thread.root),
            m(".day", m("span", t("replies", { n: thread.items.length }))),
            m(".rows", thread.items.map(row), pendingOf(id, root).map((item) => m(Pending, { key: item.key, item }))),
            thread.hasMore && m("button", { type: "button", onclick: () => attempt(() => loadMoreOfThread(chat())) }, t("more"))),
          m(Composer, { chat: chat(), threadId: root }),
        ]);
    },
  };
}

export function Pins({ attrs: { id } }) {
  const chat = () => state.chats.get(id);
  return {
    view() {
      if (chat() && !chat().pins && !chat().askingPins) {
        chat().askingPins = true;
        attempt(() => loadPins(chat())).then(() => (chat().askingPins = false));
      }
      return m("aside.panel", { "aria-label": t("pins") },
        panelHead(id, t("pins")),
        m(".messages", { tabindex: 0 },
          chat()?.pins?.length === 0 && m("p.empty", t("no_pins")),
          m(".rows", (chat()?.pins || []).map((message) =>
            m(Message, { key: message.id, message, inThread: true, startEdit: () => {}, stamp: `${state.stamp}${language}`,
              openThread: () => m.route.set(`/c/${id}/m/${message.id}`) })))));
    },
  };
}
