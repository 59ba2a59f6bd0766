// A board: columns with the issues as cards, moved by mouse, by keys, or by a dialog that says where to.
import m from "mithril";
import { del, get, post, put } from "../api.js";
import { attempt, chosen, closeDialog, confirmed, Field, Form, iconButton, openDialog, routeNumber } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { Card, placed } from "./card.js";
import { ProjectFrame, thisProject } from "./frame.js";
import { api, here, page } from "./paths.js";
import { missing, showing, source } from "./source.js";

function askBoard(place, made) {
  openDialog(t("new_board"), {
    view: () => m(Form, { label: t("create"), submit: async (fields) => {
      const columns = fields.columns.split("\n").map((one) => one.trim()).filter(Boolean);
      const board = await post(api(place, "/boards"), { name: fields.name, columns });
      closeDialog();
      await made(board);
    } },
    m(Field, { label: t("name"), name: "name", required: true, maxlength: 100, autocomplete: "off" }),
    m(Field, { label: t("columns"), name: "columns", type: "textarea", rows: 4, required: true, value: t("columns_usual"), hint: t("one_a_line") })),
  });
}

/** Puts an open issue that is not there yet on the board. */
function askCard(place, board, column, put) {
  let words = "";
  let found = null;
  let timer = null;
  const there = new Set(board.columns.flatMap((one) => one.cards.map((card) => card.number)));
  const ask = () => attempt(async () => (found = (await get(api(place, "/issues"), { q: words || undefined, limit: 50 })).data.filter((one) => !there.has(one.number))));
  openDialog(t("add_to", { name: column.name }), {
    oninit: ask,
    view: () => [
      m("input[type=search]", { value: words, "aria-label": t("search_issues"), placeholder: t("search_issues"), oninput: (event) => {
        words = event.target.value;
        clearTimeout(timer);
        timer = setTimeout(ask, 200);
      } }),
      m("ul.people", (found || []).map((issue) => m("li", { key: issue.id }, m("button", { type: "button", onclick: () => {
        closeDialog();
        put(issue, column);
      } }, m("span.text", m("strong", issue.title), m("small", `#${issue.number}`)))))),
      found?.length === 0 && m("p.empty", t("no_issues")),
    ],
  });
}

export function Board() {
  const place = here();
  const whole = thisProject();
  const wanted = routeNumber("board");
  let said = ""; // of the last move, for who hears the page
  let focus = null; // the card that is to have it after the next drawing
  let moving = 0;
  const boards = source(async () => (await get(api(place, "/boards"))).data, ["board"]);
  const board = source(async () => {
    const id = wanted || (await get(api(place, "/boards"))).data[0]?.id;
    const read = id ? await get(api(place, `/boards/${id}`)) : false;
    return moving ? board.value : read; // what is on its way is shown where it goes
  }, ["board", "issue", "label"]);

  /** `at`: the place among the other cards of the column. The board may have been read anew since both were drawn. */
  async function move(issue, { id }, at) {
    const value = board.value;
    const column = value?.columns.find((one) => one.id === id);
    if (!column) return;
    for (const one of value.columns) one.cards = one.cards.filter((card) => card.number !== issue.number);
    at = Math.max(0, Math.min(at, column.cards.length));
    const [before, behind] = [column.cards[at - 1], column.cards[at]];
    column.cards.splice(at, 0, issue);
    said = t("card_moved", { title: issue.title, column: column.name, place: at + 1, of: column.cards.length });
    focus = issue.number;
    ++moving;
    await attempt(() => put(api(place, `/boards/${value.id}/cards/${issue.number}`), {
      column_id: column.id, ...(before ? { after: before.number } : behind && { before: behind.number }) }));
    if (!--moving) await board.load();
  }

  const remove = (issue) => attempt(async () => {
    await del(api(place, `/boards/${board.value.id}/cards/${issue.number}`));
    await board.load();
  });

  const settle = ({ dom }) => {
    if (!focus) return;
    const card = dom.querySelector(`[data-card="${focus}"]`);
    focus = null;
    card?.focus();
  };

  const column = (value, one, may) => m("section.column", { key: one.id, "aria-label": t("column_of", { name: one.name, n: one.cards.length }), "data-column": one.id,
    ondragover: (event) => {
      if (!may || !event.dataTransfer.types.includes("application/x-netbit-card")) return;
      event.preventDefault();
      event.redraw = false;
    },
    ondrop: (event) => {
      const dragged = value.columns.flatMap((each) => each.cards).find((each) => String(each.number) === event.dataTransfer.getData("application/x-netbit-card"));
      if (!dragged) return;
      event.preventDefault();
      move(dragged, one, placed(event, dragged.number));
    } },
  m("header", m("h3", one.name), m("small", one.cards.length), may && iconButton("plus", t("add_to", { name: one.name }), { onclick: () => askCard(place, value, one, (issue, to) => move(issue, to, Infinity)) })),
  m("ul.cards", { role: "list" }, one.cards.map((issue, index) => m(Card, { key: issue.id, issue, may, value, column: one, index, move, remove }))));

  return {
    ...showing(whole, boards, board),
    view() {
      const may = whole.value?.project.may.plan_issues;
      const value = board.value;
      return m(ProjectFrame, { whole, tab: "board" },
        m(".tool-row",
          boards.value?.length > 1 && m("select", { "aria-label": t("board"), ...chosen(value?.id), onchange: (event) => m.route.set(page(place, `/board/${event.target.value}`)) },
            boards.value.map((one) => m("option", { value: String(one.id) }, one.name))),
          boards.value?.length === 1 && m("h3.board-name", boards.value[0].name),
          may && value && m("small.hint", t("board_keys")),
          may && m("button", { type: "button", onclick: () => askBoard(place, async (made) => {
            await boards.load();
            m.route.set(page(place, `/board/${made.id}`));
          }) }, icon("plus"), t("new_board")),
          may && value && iconButton("trash", t("delete_named", { name: value.name }), { onclick: () => confirmed(t("delete_board_question", { name: value.name }), t("delete"), async () => {
            await del(api(place, `/boards/${value.id}`));
            if (wanted) m.route.set(page(place, "/board"));
            else await Promise.all([boards.load(), board.load()]);
          }) })),
        missing(board) || (value ? m(".columns", { onupdate: settle }, value.columns.map((one) => column(value, one, may))) : m("p.empty", t("no_board"))),
        m("p.hidden", { role: "status", "aria-live": "assertive" }, said));
    },
  };
}
