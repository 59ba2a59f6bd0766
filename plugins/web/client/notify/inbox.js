// The inbox: what happened, what made it be here, and what of it was read.
import m from "mithril";
import { del, get, post } from "../api.js";
import { attempt, iconButton, openDialog } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { pageOf } from "../pageof.js";
import { state } from "../state.js";
import { missing, pages, showing, source } from "../work/source.js";
import { Chain } from "./level.js";
import { projects, ruleWords } from "./words.js";

const kinds = { note: "edit", message: "thread", issue: "circle", pull: "merge", push: "code" };

function Why({ attrs: { id } }) {
  const why = source(() => get(`/api/notifications/${id}/why`));
  return {
    ...showing(why, projects),
    view: () => missing(why) || [m("p", ruleWords(why.value.rule)), m("h3", t("chain")), m(Chain, { chain: why.value.chain }),
      why.value.delivery.until && m("p", m("small", t("held_until", { time: shown("moment", why.value.delivery.until) })))],
  };
}

const read = (one) => attempt(() => post(`/api/notifications/${one.id}/read`, {}));

function onkeydown(event) {
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const lines = [...event.currentTarget.querySelectorAll(".notice-line")];
  const at = lines.indexOf(event.target);
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (by) lines[at + by]?.focus();
  else if (event.key === "e") event.target.closest("li").querySelector(".mark-read")?.click();
  else return;
  event.preventDefault();
}

/** attrs: one, a notification; acts, where it is one of the inbox. */
export const Line = {
  view({ attrs: { one, acts } }) {
    const page = one.url && pageOf(one.url);
    const inside = [icon(kinds[one.kind] || "bell"), m("span.text", m("strong", one.name), one.content && m("span.words", one.content),
      m("small", [ruleWords(one.rule), shown("moment", one.created_at)].join(" · "),
        one.delivery.state === "held" && [" ", m("span.chip", t("held_until", { time: shown("moment", one.delivery.until) }))]))];
    const line = page ? m("a.notice-line", { href: `#${page}`, onclick: () => acts && !one.read_at && read(one) }, inside) : m(".notice-line", { tabindex: 0 }, inside);
    return m("li", { class: acts && !one.read_at ? "unread" : "", "data-notice": one.id }, line, acts && m(".acts",
      one.read_at ? null : iconButton("done", t("mark_read"), { class: "icon-button mark-read", onclick: () => read(one) }),
      iconButton("help", t("why"), { onclick: () => openDialog(one.name, { view: () => m(Why, { id: one.id }) }) }),
      iconButton("trash", t("delete"), { onclick: () => attempt(() => del(`/api/notifications/${one.id}`)) })));
  },
};

export function Inbox() {
  let unread = true;
  const list = pages((where) => get("/api/notifications", { ...(unread && { unread: true }), ...where }), "before", ["notification"]);
  const set = (which) => {
    unread = which;
    list.ask();
  };
  const readAll = () => attempt(() => post("/api/notifications/read", { up_to: list.value.rows[0].id }));
  return {
    ...showing(list),
    view: () => [
      m(".tool-row",
        m(".switch", { role: "group", "aria-label": t("which_notices") }, [true, false].map((which) =>
          m("button", { type: "button", "aria-pressed": String(unread === which), onclick: () => set(which) }, t(which ? "unread_ones" : "all"), which && state.notified > 0 && ` (${state.notified})`))),
        state.notified > 0 && list.value?.rows.length > 0 && m("button", { type: "button", onclick: readAll }, icon("done"), t("mark_all_read"))),
      missing(list) || [m("ul.notice-list", { onkeydown }, list.value.rows.map((one) => m(Line, { key: one.id, one, acts: true }))),
        !list.value.rows.length && m("p.empty", t(unread ? "nothing_unread" : "nothing_yet")), list.moreButton()],
    ],
  };
}
