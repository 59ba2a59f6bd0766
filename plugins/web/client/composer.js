// Where messages are written: drafts, completion of names, files by choosing, dropping and pasting.
import m from "mithril";
import { del, get, problemOf, put } from "./api.js";
import { chatName, loadMembers } from "./chats.js";
import { attempt, Avatar, iconButton, notice } from "./dom.js";
import { bytes, t } from "./i18n.js";
import { icon } from "./icons.js";
import { excerpt } from "./markup.js";
import { submit } from "./outbox.js";
import { state, userName } from "./state.js";
import { accessToken } from "./tokens.js";
import { redraw } from "./redraw.js";

const typedAt = new Map(); // chat id → when it was told last
function tellTyping(chatId) {
  if (Date.now() - (typedAt.get(chatId) || 0) < 3000 || state.link !== "live") return;
  typedAt.set(chatId, Date.now());
  fetchQuietly(chatId);
}
async function fetchQuietly(chatId) {
  try {
    const token = await accessToken();
    await fetch(`/api/chats/${chatId}/typing`, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  } catch {
    // nobody is told, nothing is lost
  }
}

// fetch tells nothing of how far an upload has come.
async function upload(file, progress) {
  const token = await accessToken();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/files?name=${encodeURIComponent(file.name || "file")}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Idempotency-Key", file.key);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = async () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(await problemOf(new Response(request.responseText || "{}", { status: request.status })));
    };
    request.onerror = () => reject(new Error(t("unreachable")));
    file.abort = () => request.abort();
    request.send(file.blob);
  });
}

const completing = /(^|\s)@([\w.-]*)$/;

/** attrs: chat; threadId for a thread; replyTo, a message, and dropReply(); editLast(); upload comes by `takeFiles`. */
export function Composer({ attrs: { chat, threadId } }) {
  let text = "";
  let files = []; // {key, name, blob, part, made}
  let area = null;
  let options = [];
  let chosen = 0;
  let saving = null;
  let sized = ""; // the text that the field is as high as
  let known = null; // the draft as the server has it
  const list = `names-${threadId ? "thread" : "chat"}`;

  /** As high as what is written. To measure it is work, so it is done when that has changed. */
  function resize() {
    if (!area || sized === area.value) return;
    sized = area.value;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 320)}px`;
  }

  async function loadDraft() {
    if (threadId) return;
    if (state.drafts.has(chat.id)) {
      text = state.drafts.get(chat.id).content;
    }
    try {
      const { draft } = await get(`/api/chats/${chat.id}/draft`);
      known = draft?.content || "";
      if (draft && !text) text = known;
      redraw();
    } catch {
      // without a server there is what this tab remembers
    }
  }

  function saveDraft() {
    if (threadId) return;
    state.drafts.set(chat.id, { chat_id: chat.id, content: text, reply_to: null });
    clearTimeout(saving);
    saving = setTimeout(storeDraft, 800);
  }

  async function storeDraft() {
    clearTimeout(saving);
    saving = null;
    if (threadId || text === (known ?? "")) return;
    const now = text;
    try {
      if (now.trim()) await put(`/api/chats/${chat.id}/draft`, { content: now });
      else await del(`/api/chats/${chat.id}/draft`);
      known = now;
    } catch {
      // the next change tries again
    }
  }

  function complete() {
    const found = area.value.slice(0, area.selectionStart).match(completing);
    options = [];
    if (!found) return;
    if (!chat.members)
      loadMembers(chat).then(() => {
        if (!chat.members || !area?.isConnected) return;
        complete();
        redraw();
      });
    const start = found[2].toLowerCase();
    const people = [...(chat.members?.values() || [])]
      .map((member) => ({ name: member.username, id: member.user_id, words: userName(member.user_id, member.username) }))
      .filter((one) => one.name.toLowerCase().startsWith(start) || one.words.toLowerCase().startsWith(start));
    const everyone = ["here", "all"].filter((name) => name.startsWith(start)).map((name) => ({ name, words: t(`mention.${name}`) }));
    options = [...people, ...everyone].slice(0, 8);
    if (options.length === 1 && options[0].name.toLowerCase() === start) options = []; // it is all there
    chosen = 0;
  }

  function insert(option) {
    const at = area.selectionStart;
    const head = area.value.slice(0, at).replace(completing, `$1@${option.name} `);
    text = head + area.value.slice(at);
    area.value = text;
    area.setSelectionRange(head.length, head.length);
    options = [];
    area.focus();
    saveDraft();
  }

  const busy = () => files.some((file) => !file.made);

  function sendNow(attrs) {
    const content = text.trim();
    if ((!content && !files.length) || busy()) return;
    submit({
      chatId: chat.id, content, threadId: threadId || attrs.replyTo?.thread_id || null,
      replyTo: attrs.replyTo?.id || threadId || null, files: files.map((file) => file.made),
    });
    text = "";
    files = [];
    typedAt.delete(chat.id);
    area.value = "";
    attrs.dropReply?.();
    attrs.sent?.();
    if (!threadId) {
      state.drafts.delete(chat.id);
      clearTimeout(saving);
      if (known) del(`/api/chats/${chat.id}/draft`).then(() => (known = ""), () => {});
      known = "";
    }
    resize();
  }

  function takeFiles(chosenFiles) {
    for (const blob of chosenFiles) {
      if (files.length >= 20) {
        notice(t("too_many_files"), "error");
        return;
      }
      const name = blob.name || `${t("pasted")}.${(blob.type.split("/")[1] || "bin").slice(0, 8)}`;
      const file = { key: `${Date.now()}-${Math.random().toString(36).slice(2)}`, name, blob, part: 0, made: null };
      files.push(file);
      upload(file, (part) => {
        file.part = part;
        redraw();
      }).then((made) => {
        file.made = made;
      }, (error) => {
        files = files.filter((one) => one !== file);
        notice(`${name}: ${error.message}`, "error");
      }).finally(redraw);
    }
  }

  function onkeydown(event, attrs) {
    if (event.isComposing) return;
    if (options.length) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by) chosen = (chosen + by + options.length) % options.length;
      else if (event.key === "Enter" || event.key === "Tab") insert(options[chosen]);
      else if (event.key === "Escape") options = [];
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      sendNow(attrs);
    } else if (event.key === "ArrowUp" && !text && attrs.editLast) {
      event.preventDefault();
      attrs.editLast();
    } else if (event.key === "Escape" && attrs.replyTo) {
      event.preventDefault();
      attrs.dropReply();
    }
  }

  return {
    oninit: loadDraft,
    onremove: storeDraft,
    view({ attrs }) {
      attrs.offer?.(takeFiles);
      const label = threadId ? t("reply_in_thread") : t("write_to", { name: chatName(chat) });
      return m(".composer",
        attrs.replyTo && m(".replying", icon("reply"), m("span", t("replying_to", { name: userName(attrs.replyTo.sender_id, attrs.replyTo.sender_name) })),
          m("span.excerpt", excerpt(attrs.replyTo.content)), iconButton("close", t("cancel"), { onclick: attrs.dropReply })),
        files.length > 0 && m("ul.uploads", files.map((file) =>
          m("li", { key: file.key }, icon("file"), m("span.name", file.name), m("small", bytes(file.blob.size)),
            !file.made && m("progress", { max: 1, value: file.part, "aria-label": t("uploading", { name: file.name }) }),
            iconButton("close", t("remove_file", { name: file.name }), { onclick: () => {
              file.abort?.();
              files = files.filter((one) => one !== file);
            } })))),
        options.length > 0 && m("ul.names", { id: list, role: "listbox", "aria-label": t("mention") }, options.map((option, index) =>
          m("li", {
            id: `${list}-${index}`, role: "option", "aria-selected": String(index === chosen),
            onmousedown: (event) => {
              event.preventDefault();
              insert(option);
            },
          }, option.id ? m(Avatar, { id: option.id, name: option.words, small: true }) : icon("bell"), m("strong", `@${option.name}`), m("span", option.words)))),
        m(".line",
          m("label.icon-button", { title: t("attach") }, icon("clip"), m("span.hidden", t("attach")),
            m("input.hidden", { type: "file", multiple: true, onchange: (event) => {
              takeFiles([...event.target.files]);
              event.target.value = "";
            } })),
          m("textarea", {
            rows: 1, value: text, placeholder: label, "aria-label": label, enterkeyhint: "send", maxlength: 16384, autocomplete: "off",
            "aria-autocomplete": "list", "aria-haspopup": "listbox", ...(options.length && { "aria-controls": list }),
            ...(options.length && { "aria-activedescendant": `${list}-${chosen}` }),
            oncreate: ({ dom }) => {
              area = dom;
              sized = "";
              resize();
            },
            onupdate: resize,
            oninput: (event) => {
              text = event.target.value;
              complete();
              saveDraft();
              if (text) tellTyping(chat.id);
            },
            onkeydown: (event) => onkeydown(event, attrs),
            onpaste: (event) => {
              if (!event.clipboardData.files.length) return;
              event.preventDefault();
              takeFiles([...event.clipboardData.files]);
            },
            onblur: (event) => {
              event.redraw = false; // it may be a drawing that takes the focus away
              if (saving) attempt(storeDraft);
              if (options.length) redraw();
              options = [];
            },
          }),
          iconButton("send", t("send"), { class: "send", disabled: busy() || (!text.trim() && !files.length), onclick: () => sendNow(attrs) })));
    },
  };
}
