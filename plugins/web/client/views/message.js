// One message, and what can be done with it.
import m from "mithril";
import { copies, edit, pin, react, remove, shownContent } from "../chats.js";
import { picture, save } from "../blobs.js";
import { attempt, Avatar, confirmed, iconButton, link, notice, openDialog } from "../dom.js";
import { excerpt } from "../markup.js";
import { issuesOf } from "../msgissues.js";
import { issuePage } from "../work/paths.js";
import { bytes, language, shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { drop, tryAgain } from "../outbox.js";
import { state, userName } from "../state.js";
import { get } from "../api.js";

const quick = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀", "✅", "❌", "🚀", "🔥", "💯", "👏", "🤔", "👋", "☕", "🐛", "💡", "📌", "⏳", "🙈", "🥳", "➕"];

function pickEmoji(message) {
  openDialog(t("react"), {
    view: () => m(".emojis", quick.map((emoji) =>
      m("button", { type: "button", onclick: () => {
        state.dialog = null;
        attempt(() => react(message, emoji));
      } }, emoji))),
  });
}

function showHistory(message) {
  const view = { data: null };
  attempt(async () => {
    view.data = (await get(`/api/chats/${message.chat_id}/messages/${message.id}/history`)).data;
  });
  openDialog(t("history"), {
    view: () => view.data && m("ol.history", view.data.map((one) =>
      m("li", m("time", shown("moment", one.edited_at || one.replaced_at || one.created_at || message.created_at)), m("p.written", one.content)))),
  });
}

export const canEdit = (message) => message.sender_id === state.me.id && message.message_type !== "system" && !message.deleted_at;
function canDelete(message) {
  const chat = state.chats.get(message.chat_id);
  return !message.deleted_at && message.message_type !== "system" && (message.sender_id === state.me.id || ["admin", "moderator"].includes(chat?.role));
}

const askDelete = (message) => confirmed(t("delete_question"), t("delete"), () => remove(message));

/** What keys do to a message that has the focus. `attrs` as of Message. */
function onMessageKey(event, message, attrs) {
  if (event.target.matches("textarea, input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const article = event.currentTarget;
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const acts = {
    e: () => canEdit(message) && attrs.startEdit(message),
    r: () => attrs.reply?.(message),
    t: () => attrs.openThread?.(message),
    "+": () => pickEmoji(message),
    p: () => attempt(() => pin(message)),
    Delete: () => canDelete(message) && askDelete(message),
  };
  if (step) {
    const all = [...article.closest(".messages").querySelectorAll("article")];
    all[all.indexOf(article) + step]?.focus();
  } else if (acts[event.key] && !message.deleted_at) {
    acts[event.key]();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

const Editor = {
  oncreate({ dom, attrs }) {
    const area = dom.querySelector("textarea");
    area.value = attrs.message.content;
    area.style.height = `${Math.min(area.scrollHeight, 320)}px`;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  },
  view: ({ attrs: { message, done } }) => {
    const finish = (area) => {
      const content = area.value.trim();
      done();
      if (!content) askDelete(message);
      else if (content !== message.content) attempt(() => edit(message, content));
    };
    return m(".editor",
      m("textarea", {
        "aria-label": t("edit"), maxlength: 16384,
        onkeydown: (event) => {
          if (event.isComposing) return;
          if (event.key === "Escape") done();
          else if (event.key === "Enter" && !event.shiftKey) finish(event.target);
          else return;
          event.preventDefault();
          event.stopPropagation();
        },
      }),
      m(".buttons", m("button", { type: "button", onclick: done }, t("cancel")),
        m("button.primary", { type: "button", onclick: (event) => finish(event.target.closest(".editor").querySelector("textarea")) }, t("save"))));
  },
};

const Attachment = {
  view({ attrs: { file } }) {
    const isPicture = file.media_type.startsWith("image/") && file.width;
    const url = isPicture && picture(`/api/files/${file.id}/thumbnail`);
    const open = () => attempt(() => save(file));
    if (isPicture) {
      const scale = Math.min(1, 320 / file.width, 320 / file.height);
      const size = { width: Math.round(file.width * scale), height: Math.round(file.height * scale) };
      return m("button.picture", { type: "button", onclick: () => showPicture(file), title: file.name, "aria-label": t("show_picture", { name: file.name }) },
        url ? m("img", { src: url, alt: file.name, ...size }) : m("svg", { ...size, "aria-hidden": "true" }));
    }
    return m("button.file", { type: "button", onclick: open }, icon("file"), m("span.name", file.name), m("small", bytes(file.size)));
  },
};

function showPicture(file) {
  openDialog(file.name, {
    view: () => {
      const url = picture(`/api/files/${file.id}`);
      return [url ? m("img.whole", { src: url, alt: file.name }) : m("p", t("loading")),
        m(".buttons", m("button", { type: "button", onclick: () => attempt(() => save(file)) }, t("download")))];
    },
  });
}

const files = (list) => list?.length > 0 && m(".attachments", list.map((file) => m(Attachment, { key: file.id, file })));

function reactions(message) {
  if (!message.reactions?.length) return null;
  return m(".reactions", message.reactions.map(({ emoji, count, user_ids: users = [] }) => {
    const names = users.map((id) => (id === state.me.id ? t("you") : userName(id))).join(", ");
    return m("button.reaction", {
      key: emoji, type: "button", "aria-pressed": String(users.includes(state.me.id)), title: names,
      "aria-label": `${emoji} ${count}: ${names}`, onclick: () => attempt(() => react(message, emoji)),
    }, emoji, m("span", count));
  }));
}

const issues = (message) => issuesOf(message).length > 0 && m(".issues", issuesOf(message).map((issue) =>
  link(issuePage(issue), { key: issue.id, class: "issue-chip", title: issue.title },
    m("span.state.bare", { class: issue.state }, icon(issue.state === "open" ? "circle" : "done"), m("span.hidden", t(`state.${issue.state}`))), m("strong", issue.reference), m("span.excerpt", issue.title))));

async function makeIssue(message) {
  const { makeIssue: ask } = await import("../work/frommessage.js");
  await ask(message);
}

function quoted(message, attrs) {
  if (!message.reply_to || attrs.inThread) return null;
  const chat = state.chats.get(message.chat_id);
  const parent = chat && copies(chat, message.reply_to)[0];
  return m("button.quote", { type: "button", onclick: () => attrs.openThread(message) }, icon("reply"),
    parent ? [m("strong", userName(parent.sender_id, parent.sender_name)), " ", m("span.excerpt", parent.deleted_at ? t("deleted") : excerpt(parent.content))] : t("in_reply"));
}

function toolbar(message, attrs) {
  const copyLink = () => {
    const url = `${location.origin}/#/c/${message.chat_id}/m/${message.id}`;
    navigator.clipboard?.writeText(url).then(() => notice(t("link_copied")), () => notice(url));
  };
  return m(".tools", { role: "toolbar", "aria-label": t("acts") },
    m("button.icon-button", { type: "button", title: "👍", "aria-label": t("react_with", { emoji: "👍" }), onclick: () => attempt(() => react(message, "👍")) }, "👍"),
    iconButton("smile", t("react"), { onclick: () => pickEmoji(message) }),
    attrs.reply && iconButton("reply", t("reply"), { onclick: () => attrs.reply(message) }),
    attrs.openThread && iconButton("thread", t("thread"), { onclick: () => attrs.openThread(message) }),
    canEdit(message) && iconButton("edit", t("edit"), { onclick: () => attrs.startEdit(message) }),
    iconButton("pin", message.pinned_at ? t("unpin") : t("pin"), { onclick: () => attempt(() => pin(message)) }),
    message.content && iconButton("circle", t("make_issue"), { onclick: () => attempt(() => makeIssue(message)) }),
    canDelete(message) && iconButton("trash", t("delete"), { onclick: () => askDelete(message) }),
    iconButton("link", t("copy_link"), { onclick: copyLink }));
}

function body(message, attrs) {
  if (message.deleted_at) return m("p.gone", t("deleted"));
  if (attrs.editing) return m(Editor, { message, done: attrs.stopEdit });
  return [message.content && m(".content", shownContent(message)), files(message.attachments)];
}

/** attrs: message, grouped (the one before is the same person's), editing, inThread, and the acts reply, openThread, startEdit,
 *  stopEdit. Drawn anew only when `stamp`, or the message, has changed. */
export const Message = {
  oninit({ state: own, attrs }) {
    own.v = attrs.message.v;
  },
  onbeforeupdate({ attrs, state: own }, old) {
    const same = attrs.message === old.attrs.message && attrs.message.v === own.v && attrs.stamp === old.attrs.stamp;
    own.v = attrs.message.v;
    return !same;
  },
  view({ attrs }) {
    const { message, grouped } = attrs;
    const name = userName(message.sender_id, message.sender_name);
    const time = m("time", { datetime: message.created_at, title: shown("full", message.created_at) }, shown("time", message.created_at));
    if (message.message_type === "system")
      return m("article.system", { "data-id": message.id, tabindex: -1, onkeydown: (event) => onMessageKey(event, message, attrs) }, m("strong", name), " ", message.content, " ", time);
    return m(`article.message${grouped ? ".grouped" : ""}${attrs.found ? ".found" : ""}`, {
      "data-id": message.id, tabindex: -1, lang: language, "aria-label": `${name}, ${shown("time", message.created_at)}`,
      onkeydown: (event) => onMessageKey(event, message, attrs),
    },
    grouped ? m(".gutter", time) : m(Avatar, { id: message.sender_id, name }),
    m(".body",
      !grouped && m("header", m("strong", name), time),
      message.pinned_at && m("small.pinned", icon("pin"), t("pinned_by", { name: userName(message.pinned_by) })),
      quoted(message, attrs),
      body(message, attrs),
      message.is_edited && !message.deleted_at && m("button.edited", { type: "button", onclick: () => showHistory(message) }, t("edited")),
      issues(message),
      reactions(message),
      message.reply_count > 0 && attrs.openThread && !attrs.inThread && m("button.replies", { type: "button", onclick: () => attrs.openThread(message) },
        icon("thread"), t("replies", { n: message.reply_count }), message.last_reply_at && m("small", shown("moment", message.last_reply_at)))),
    state.calm && !message.deleted_at && !attrs.editing && toolbar(message, attrs));
  },
};

/** One that is on its way. */
export const Pending = {
  view: ({ attrs: { item } }) =>
    m("article.message.pending", { "data-key": item.key },
      m(Avatar, { id: state.me.id, name: userName(state.me.id) }),
      m(".body",
        m("header", m("strong", userName(state.me.id)), m("small", { role: "status" }, item.error ? t("not_sent") : state.link === "live" ? t("sending") : t("waiting"))),
        item.content && m(".content", m("p.written", item.content)),
        files(item.files),
        item.error && m("p.error", { role: "alert" }, item.error),
        item.error && m(".buttons",
          m("button", { type: "button", onclick: () => drop(item) }, t("discard")),
          m("button.primary", { type: "button", onclick: () => tryAgain(item) }, t("again"))))),
};
