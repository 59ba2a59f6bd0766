// The pull requests of a repository.
import m from "mithril";
import { get } from "../api.js";
import { link } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { PullLine } from "../work/pullline.js";
import { missing, pages, showing } from "../work/source.js";
import { CodeFrame } from "./frame.js";
import { recordOf, repositoryHere } from "./place.js";

export function Pulls() {
  const place = repositoryHere();
  const record = recordOf(place);
  let state = "open";
  const list = pages((where) => get(place.api("/pulls"), { state, ...where }), "before", ["pull", "git"]);
  return {
    ...showing(record, list),
    view: () => m(CodeFrame, { place, record, tab: "pulls" },
      m(".tool-row",
        m(".switch", { role: "group", "aria-label": t("condition") }, ["open", "merged", "closed", "all"].map((one) =>
          m("button", { key: one, type: "button", "aria-pressed": String(state === one), onclick: () => {
            state = one;
            list.ask();
          } }, t(one === "all" ? "all" : `pull_state.${one}`)))),
        link(place.page("/compare"), { class: "button primary" }, icon("plus"), t("new_pull"))),
      missing(list) || [m("ul.issue-list", list.value.rows.map((pull) => m(PullLine, { key: pull.id, pull, at: place.page(`/pulls/${pull.number}`) }))),
        !list.value.rows.length && m("p.empty", t("no_pulls")), list.moreButton()]),
  };
}
