// One chat: its messages, back to the first by scrolling, and where one writes.
import m from "mithril";
import { chatName, ensureHtml, loadAround, loadChat, loadNewer, loadNewest, loadOlder, markRead, newest, otherOf } from "../chats.js";
import { Composer } from "../composer.js";
import { attempt, iconButton, link, notice, Presence } from "../dom.js";
import { typists } from "../events.js";
import { dayName, language, sameDay, t } from "../i18n.js";
import { icon } from "../icons.js";
import { pendingOf } from "../outbox.js";
import { refreshers, rememberedChat } from "../session.js";
import { state, userName } from "../state.js";
import { canEdit, Message, Pending } from "./message.js";
import { bell } from "./notifications.js";
import { showChatSettings } from "./members.js";
import { redraw } from "../redraw.js";

const together = 5 * 60_000;
const isGrouped = (one, before) =>
  before && before.sender_id === one.sender_id && before.message_type !== "system" && one.message_type !== "system" && !one.reply_to && !one.pinned_at &&
  new Date(one.created_at) - new Date(before.created_at) < together && sameDay(one.created_at, before.created_at);

/** attrs: id, and `at`, a message to show. A new chat is a new component (its key). */
export function Chat({ attrs: { id, at } }) {
  let replyTo = null;
  let editing = null;
  let list = null;
  let atEnd = true;
  let anchor = null; // {id, bottom}: what stays where it is while the list changes; its top may move, as who comes above takes its head
  let sought = at;
  let found = at;
  let dropping = 0;
  let takeFiles = null;
  let readMark = null; // up to where it was read when it was opened
  let gone = false;
  const chat = () => state.chats.get(id);

  async function open() {
    try {
      const known = Boolean(chat());
      const first = !chat()?.loaded && !sought ? newest(id) : null; // beside the chat, and what this device remembers, not behind them
      first?.catch(() => {});
      if (!known) await loadChat(id);
      readMark ??= chat().unread_count ? chat().last_read_message_id || 0 : Infinity;
      if (sought) await loadAround(chat(), sought);
      else if (!chat().loaded) {
        if (known && !chat().items.length) {
          const kept = await Promise.race([rememberedChat(id), first.then(() => null, () => rememberedChat(id))]);
          if (kept && !chat().items.length) chat().items = kept;
          redraw();
        }
        await loadNewest(chat(), first);
      } else {
        ensureHtml(chat(), chat().items);
      }
      gone = false;
    } catch (error) {
      if (error.status === 404) gone = true;
    }
    redraw();
  }

  const refresh = () => {
    if (chat() && !sought && atEnd) open();
    else if (chat()) attempt(() => loadAround(chat(), anchorNow()?.id || chat().items.at(-1)?.id));
  };

  function anchorNow() {
    if (!list) return null;
    const top = list.getBoundingClientRect().top;
    const first = [...list.querySelectorAll("article[data-id]")].find((one) => one.getBoundingClientRect().bottom > top);
    return first ? { id: Number(first.dataset.id), bottom: first.getBoundingClientRect().bottom } : null;
  }

  /** The buttons of messages are most of what there is to draw: they come behind the first look. */
  function calmDown() {
    if (state.calm || !chat()?.items.length) return;
    state.calm = true;
    (self.requestIdleCallback || setTimeout)(() => {
      ++state.stamp;
      redraw();
    });
  }

  function settle() {
    if (!list) return;
    calmDown();
    if (sought) {
      const target = list.querySelector(`[data-id="${sought}"]`);
      if (!target) return;
      target.scrollIntoView({ block: "center" });
      target.focus({ preventScroll: true });
      sought = null;
      atEnd = false;
    } else if (atEnd && !chat()?.hasNewer) {
      list.scrollTop = list.scrollHeight;
    } else if (anchor) {
      const target = list.querySelector(`[data-id="${anchor.id}"]`);
      if (target) list.scrollTop += target.getBoundingClientRect().bottom - anchor.bottom;
    }
    anchor = anchorNow();
    seen();
  }

  function seen() {
    if (atEnd && chat()?.loaded && document.visibilityState === "visible" && document.hasFocus()) markRead(chat());
  }

  function onscroll() {
    if (!list || !chat()) return;
    atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40 && !chat().hasNewer;
    anchor = anchorNow();
    const near = list.clientHeight;
    if (!chat().loading && chat().loaded) {
      if (list.scrollTop < near && chat().hasOlder) attempt(() => loadOlder(chat()));
      else if (list.scrollHeight - list.scrollTop - list.clientHeight < near && chat().hasNewer) attempt(() => loadNewer(chat()));
    }
    seen();
  }

  async function toEnd() {
    if (chat().hasNewer) await attempt(() => loadNewest(chat()));
    atEnd = true;
    redraw();
  }

  const acts = {
    reply: (message) => {
      replyTo = message;
      document.querySelector(".main .composer textarea")?.focus();
      redraw();
    },
    openThread: (message) => m.route.set(`/c/${id}/t/${message.thread_id || message.id}`),
    startEdit: (message) => {
      editing = message.id;
      redraw();
    },
    stopEdit: () => {
      editing = null;
      redraw();
      document.querySelector(".main .composer textarea")?.focus();
    },
  };

  function rows() {
    const out = [];
    const { items } = chat();
    items.forEach((message, index) => {
      const before = items[index - 1];
      if (!before || !sameDay(before.created_at, message.created_at))
        out.push(m(".day", { key: `day-${message.id}` }, m("span", dayName(message.created_at))));
      const firstUnread = readMark !== null && message.id > readMark && (!before || before.id <= readMark) && message.sender_id !== state.me.id;
      if (firstUnread && (before || readMark > 0)) out.push(m(".unread-line", { key: "unread" }, m("span", t("new_messages"))));
      const grouped = isGrouped(message, before) && !firstUnread;
      const isEdited = editing === message.id;
      out.push(m(Message, {
        key: message.id, message, grouped, editing: isEdited, found: found === message.id, ...acts,
        stamp: `${grouped}${isEdited}${found === message.id}${state.stamp}${language}${message.reply_to ? items.length : ""}`,
      }));
    });
    for (const item of pendingOf(id)) out.push(m(Pending, { key: item.key, item }));
    return out;
  }

  function typingLine() {
    const names = typists(id).map((one) => userName(one));
    return m(".typing", { "aria-live": "polite" }, names.length > 0 && t("typing", { n: names.length, names: names.join(", ") }));
  }

  function head() {
    const one = chat();
    const other = otherOf(one);
    return m("header.chat-head",
      link("/", { class: "icon-button back", title: t("back"), "aria-label": t("back") }, icon("back")),
      m(".title", m("h2", chatName(one), other && m(Presence, { id: other })),
        m("p", one.topic || (other && statusOf(other)) || (one.chat_type !== "direct" && t("members_n", { n: one.participants_count })))),
      link(`/c/${id}/pins`, { class: "icon-button", title: t("pins"), "aria-label": t("pins") }, icon("pin")),
      link(`/c/${id}/members`, { class: "icon-button", title: t("members"), "aria-label": t("members") }, icon("people")),
      bell("chat", id, chatName(one)),
      iconButton("more", t("chat_settings"), { onclick: () => showChatSettings(one) }));
  }

  const mayWrite = () => !(chat().chat_type === "channel" && chat().role === "member") && !chat().archived_at && chat().role;

  return {
    oninit() {
      refreshers.add(refresh);
      document.addEventListener("visibilitychange", seen);
      self.addEventListener("focus", seen);
      open();
    },
    onremove() {
      refreshers.delete(refresh);
      document.removeEventListener("visibilitychange", seen);
      self.removeEventListener("focus", seen);
    },
    onbeforeupdate({ attrs }) {
      if (attrs.at && attrs.at !== at) {
        at = sought = found = attrs.at;
        open();
      }
      return true;
    },
    onupdate: settle,
    oncreate: settle,
    view() {
      if (gone) return m("main.main.empty", m("p", t("chat_gone")), link("/", {}, t("back")));
      if (!chat()) return m("main.main.empty", { "aria-busy": "true" }, m("p", t("loading")));
      const one = chat();
      return m("main.main", {
        "aria-label": chatName(one), class: dropping > 0 ? "dropping" : "",
        ondragenter: (event) => event.dataTransfer.types.includes("Files") && ++dropping,
        ondragleave: (event) => event.dataTransfer.types.includes("Files") && (dropping = Math.max(0, dropping - 1)),
        ondragover: (event) => {
          event.preventDefault();
          event.redraw = false;
        },
        ondrop: (event) => {
          event.preventDefault();
          dropping = 0;
          if (!event.dataTransfer.files.length) return;
          if (mayWrite()) takeFiles?.([...event.dataTransfer.files]);
          else notice(t("read_only"), "error");
        },
      },
      head(),
      m(".messages", {
        role: "log", "aria-label": t("messages"), "aria-busy": String(Boolean(one.loading)), tabindex: 0,
        oncreate: ({ dom }) => {
          list = dom;
          dom.addEventListener("scroll", onscroll, { passive: true });
          new ResizeObserver(() => atEnd && settle()).observe(dom);
        },
        onremove: () => (list = null),
      },
      m(".head", { class: one.hasOlder ? "more" : "beginning" }, one.loaded && (one.hasOlder ? t("loading") : t("beginning", { name: chatName(one) }))),
      m(".rows", rows())),
      (!atEnd || one.hasNewer) && m(".to-end", iconButton("down", t("to_newest"), { onclick: toEnd })),
      typingLine(),
      mayWrite()
        ? m(Composer, { chat: one, replyTo, dropReply: () => (replyTo = null), sent: toEnd, offer: (take) => (takeFiles = take),
          editLast: () => {
            const last = [...one.items].reverse().find(canEdit);
            if (last) acts.startEdit(last);
          } })
        : m("p.read-only", t("read_only")));
    },
  };
}

function statusOf(userId) {
  const status = state.users.get(userId)?.status;
  return status ? `${status.emoji || ""} ${status.text || ""}`.trim() : "";
}
