// What is said of a pull request: of the whole, of lines, and as a review.
import m from "mithril";
import { del, patch, post } from "../api.js";
import { confirmed, Form, iconButton, link } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { excerpt } from "../markup.js";
import { redraw } from "../redraw.js";
import { state } from "../state.js";
import { Said } from "../work/issue.js";
import { rendered } from "../work/markdown.js";
import { Writing } from "../work/writing.js";
import { withQuery } from "./place.js";

const said = (one, { path, comments, issueAt }) => m(Said, {
  key: one.id, by: one.author, at: one.created_at, edited: one.edited_at, text: one.deleted_at ? "" : one.body, issueAt,
  change: !one.deleted_at && one.author.id === state.me.id && ((fields) => patch(`${path}/comments/${one.id}`, { body: fields.body }).then(comments.load)),
  acts: !one.deleted_at && one.author.id === state.me.id && iconButton("trash", t("delete"), { onclick: () => confirmed(t("delete_comment_question", { words: excerpt(one.body, 60) }), t("delete"), async () => {
    await del(`${path}/comments/${one.id}`);
    await comments.load();
  }) }),
});

/** A comment with the replies to it, and one more. */
function Thread() {
  let open = false;
  return {
    view({ attrs: { root, all, path, comments, issueAt } }) {
      const of = [root, ...all.filter((one) => one.reply_to === root.id)];
      return m(".line-thread", { "data-comment": root.id }, of.map((one) => said(one, { path, comments, issueAt })),
        open ? m(Form, { label: t("reply"), submit: async (fields) => {
          await post(`${path}/comments`, { body: fields.body, reply_to: root.id });
          open = false;
          await comments.load();
          return false;
        } }, m(Writing, { label: t("reply"), name: "body", required: true, rows: 3, issueAt }))
          : m("button.quiet", { type: "button", onclick: () => (open = true) }, icon("reply"), t("reply")));
    },
  };
}

/** What a table of differences needs to show comments at their lines, and to take new ones. */
export function lineTalk({ path, comments, pull, issueAt }) {
  let asked = null; // {path, side, line}
  const isHere = (one, file, side, line) => one.place && one.place.side === side && !one.reply_to && one.now
    && one.now.line === line && (one.now.path === file.path || one.now.path === file.old_path);
  return {
    at(file, side, line) {
      const threads = (comments.value || []).filter((one) => isHere(one, file, side, line));
      const writing = asked && asked.path === file.path && asked.side === side && asked.line === line;
      if (!threads.length && !writing) return null;
      return m(".at-line", threads.map((root) => m(Thread, { key: root.id, root, all: comments.value, path, comments, issueAt })),
        writing && m(Form, { class: "said", label: t("comment"), submit: async (fields) => {
          await post(`${path}/comments`, { body: fields.body, path: side === "old" && file.old_path ? file.old_path : file.path, side, line, ...(side === "new" && { commit: pull.value.head.id }) });
          asked = null;
          await comments.load();
          return false;
        } },
        m(Writing, { label: t("comment_on_line", { line }), name: "body", required: true, rows: 3, issueAt }),
        m(".buttons", m("button", { type: "button", onclick: () => (asked = null) }, t("cancel")))));
    },
    ask(file, side, line) {
      asked = { path: file.path, side, line };
      redraw();
      setTimeout(() => document.querySelector(".at-line form textarea")?.focus(), 30);
    },
  };
}

const verdicts = ["comment", "approve", "request_changes"];

/** attrs: path, pull, done(). */
export const ReviewBox = {
  view: ({ attrs: { path, pull, done } }) => {
    const own = pull.author.id === state.me.id;
    return m("section.box.narrow.review", m("h3", t("review")), m(Form, { label: t("send_review"), submit: async (fields) => {
      await post(`${path}/reviews`, { verdict: fields.verdict, ...(fields.body.trim() && { body: fields.body }), head_id: pull.head.id });
      await done();
    } },
    m(Writing, { label: t("words"), name: "body", rows: 3 }),
    m("fieldset.switches", m("legend", t("verdict")), verdicts.filter((one) => !own || one === "comment").map((one) =>
      m("label", { key: one }, m("input", { type: "radio", name: "verdict", value: one, checked: one === "comment" }), t(`verdict.${one}`))))));
  },
};

const reviewed = (one, issueAt) => m("article.said", { key: `review-${one.id}` },
  m("header", m("strong", one.reviewer.username), m("span.chip", { class: one.verdict }, t(`verdict.${one.verdict}`)), m("time", shown("moment", one.created_at)), one.dismissed && m("small", t("dismissed"))),
  one.body && rendered(one.body, issueAt));

/** The talk in order; children come before the next comment. attrs: path, page, pull, comments, reviews (sources), issueAt, mine, change(fields). */
export const Talk = {
  view({ attrs: { path, page, pull, comments, reviews, issueAt, mine, change }, children }) {
    const roots = (comments.value || []).filter((one) => !one.reply_to).map((one) => ({ at: one.created_at, comment: one }));
    const rows = [...roots, ...(reviews.value || []).map((one) => ({ at: one.created_at, review: one }))].sort((one, other) => one.at.localeCompare(other.at));
    return [
      m(Said, { by: pull.author, at: pull.created_at, text: pull.body, issueAt, own: pull, change: mine && ((fields) => change({ title: fields.title, body: fields.body })) }),
      rows.map(({ comment, review }) => review ? reviewed(review, issueAt) : m(".talk-row", { key: comment.id },
        comment.place && m("p.of-line", icon("code"), comment.now ? link(withQuery(page, { view: "diff" }), {}, `${comment.now.path}:${comment.now.line}`) : [`${comment.place.path}:${comment.place.line} `, m("span.chip", t("outdated"))]),
        m(Thread, { root: comment, all: comments.value, path, comments, issueAt }))),
      children,
      m(Form, { class: "said", label: t("comment"), submit: async (fields) => {
        await post(`${path}/comments`, { body: fields.body });
        await comments.load();
      } }, m(Writing, { label: t("your_comment"), name: "body", required: true, issueAt })),
    ];
  },
};
