// A pull request in a list, and its state as a mark.
import m from "mithril";
import { Avatar, link } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";

const pullState = (pull) => (pull.state === "open" && pull.draft ? "draft" : pull.state);
export const pullMark = (pull) => m("span.state", { class: pullState(pull) }, icon(pull.state === "merged" ? "merge" : "branch"), m("span", t(`pull_state.${pullState(pull)}`)));

/** attrs: pull, at (its page), repository (its name, where several are shown). */
export const PullLine = {
  view: ({ attrs: { pull, at, repository } }) => m("li", link(at, { class: "issue-line" },
    m("span.state.bare", { class: pullState(pull), title: t(`pull_state.${pullState(pull)}`) }, icon(pull.state === "merged" ? "merge" : "branch"), m("span.hidden", t(`pull_state.${pullState(pull)}`))),
    m("span.text", m("span.words", m("strong", pull.title)),
      m("small", [repository, `#${pull.number}`, t("opened_by", { name: pull.author.username, time: shown("short", pull.created_at) })].filter(Boolean).join(" · "))),
    m("span.chip.branches", `${pull.head.branch} → ${pull.base.branch}`),
    m("span.faces", m(Avatar, { id: pull.author.id, name: pull.author.username, small: true })))),
};
