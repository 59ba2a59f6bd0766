// A card of a board. Arrows go from card to card; with Shift they take the card along.
import m from "mithril";
import { Avatar, closeDialog, Field, Form, iconButton, link, openDialog } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { duty, label } from "./issueparts.js";
import { issuePage } from "./paths.js";

/** Before which of a column's other cards something is dropped. */
export function placed(event, number) {
  const others = [...event.currentTarget.querySelectorAll("[data-card]")].filter((card) => card.dataset.card !== String(number));
  const at = others.findIndex((card) => {
    const { top, height } = card.getBoundingClientRect();
    return event.clientY < top + height / 2;
  });
  return at < 0 ? others.length : at;
}

function askWhere({ issue, value, column, move, remove }) {
  openDialog(t("move_card", { title: issue.title }), {
    view: () => [
      m(Form, { label: t("move"), submit: async (fields) => {
        closeDialog();
        await move(issue, value.columns.find((one) => String(one.id) === fields.column), fields.place === "first" ? 0 : Infinity);
      } },
      m(Field, { label: t("column"), name: "column", value: String(column.id), options: value.columns.map((one) => [String(one.id), one.name]) }),
      m(Field, { label: t("place"), name: "place", value: "last", options: [["first", t("first")], ["last", t("last")]] })),
      m(".buttons", m("button.danger", { type: "button", onclick: () => {
        closeDialog();
        remove(issue);
      } }, t("off_board"))),
    ],
  });
}

function onkeydown(event, { issue, may, value, column, index, move }) {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const [across, along] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [0, 0];
  if (event.key === "Enter") {
    m.route.set(issuePage(issue));
  } else if (across || along) {
    event.preventDefault();
    const next = value.columns[value.columns.indexOf(column) + across];
    if (!next) return;
    if (event.shiftKey) {
      if (may && (across || column.cards[index + along])) move(issue, next, across ? Math.min(index, next.cards.length) : index + along);
      return;
    }
    const cards = event.currentTarget.closest(".columns").querySelector(`[data-column="${next.id}"]`).querySelectorAll("[data-card]");
    cards[across ? Math.min(index, cards.length - 1) : index + along]?.focus();
  }
}

/** attrs: issue, may, value (the board), column, index, move(issue, column, at), remove(issue). */
export const Card = {
  view({ attrs }) {
    const { issue, may, column, index } = attrs;
    return m("li.card-line", m("article.issue-card", {
      "data-card": issue.number, tabindex: 0, ...(may && { draggable: "true" }), class: issue.state,
      "aria-label": t("card_at", { title: issue.title, number: issue.number, place: index + 1, of: column.cards.length, column: column.name }),
      onkeydown: (event) => onkeydown(event, attrs),
      ondragstart: (event) => {
        event.dataTransfer.setData("application/x-netbit-card", String(issue.number));
        event.dataTransfer.effectAllowed = "move";
        event.redraw = false;
      },
    },
    m(".card-head", link(issuePage(issue), { draggable: "false" }, issue.title), may && iconButton("more", t("move_card", { title: issue.title }), { onclick: () => askWhere(attrs) })),
    issue.labels.length > 0 && m(".labels", issue.labels.map(label)),
    m(".card-foot", issue.state === "closed" && icon("done"), m("small", `#${issue.number}`), duty(issue.state === "open" && issue.due_at),
      issue.comment_count > 0 && m("span.chip", { "aria-label": t("comments_n", { n: issue.comment_count }) }, icon("thread"), issue.comment_count),
      m("span.faces", issue.assignees.map((one) => m(Avatar, { key: one.id, id: one.id, name: one.username, small: true }))))));
  },
};
