// Search through all messages that one may read, with what was found marked.
import m from "mithril";
import { get } from "../api.js";
import { chatName } from "../chats.js";
import { attempt, Avatar, link } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { highlighted } from "../markup.js";
import { addView } from "../registry.js";
import { state, userName } from "../state.js";
import { redraw } from "../redraw.js";

function Search() {
  let words = m.route.param("q") || "";
  let found = null;
  let next = null;
  let asked = 0;
  let timer = null;

  async function ask(more) {
    const mine = ++asked;
    const q = words.trim();
    if (!q) {
      found = next = null;
      return;
    }
    const page = await attempt(() => get("/api/search", { q, limit: 30, before: more ? next : undefined }));
    if (mine !== asked || !page) return;
    found = more ? [...found, ...page.data] : page.data;
    next = page.pagination.has_older ? page.pagination.next_before : null;
    redraw();
  }

  return {
    oninit: () => words && ask(),
    oncreate: ({ dom }) => dom.querySelector("input").focus(),
    view: () => m("main.main.page", { "aria-label": t("search") },
      m("header.chat-head", link("/", { class: "icon-button back", "aria-label": t("back") }, icon("back")),
        m("form.search", { role: "search", onsubmit: (event) => {
          event.preventDefault();
          clearTimeout(timer);
          ask();
        } }, m("input[type=search]", { name: "q", value: words, placeholder: t("search_hint"), "aria-label": t("search"), maxlength: 512, autocomplete: "off",
          oninput: (event) => {
            words = event.target.value;
            clearTimeout(timer);
            timer = setTimeout(ask, 250);
          } }))),
      m(".results", { "aria-live": "polite" },
        found && m("p.count", t("found", { n: found.length })),
        m("ul", (found || []).map(({ message, chat, highlights }) => m("li", { key: message.id },
          link(`/c/${chat.id}/m/${message.id}`, { class: "result" },
            m(Avatar, { id: message.sender_id, name: userName(message.sender_id, message.sender_name) }),
            m("span.text",
              m("span.top", m("strong", userName(message.sender_id, message.sender_name)), m("small", chatName(state.chats.get(chat.id) || chat)), m("time", shown("moment", message.created_at))),
              m("span.words", highlighted(message.content, highlights))))))),
        next && m("button", { type: "button", onclick: () => ask(true) }, t("more")),
        !words && m("p.empty", t("search_help")))),
  };
}

addView({ name: "search", path: "/search", title: () => t("search"), view: Search });
