// One issue: what it says, what was said of it, and its place in the plan.
import m from "mithril";
import { all, del, get, patch, post } from "../api.js";
import { attempt, Avatar, confirmed, Field, Form, iconButton, link } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { excerpt } from "../markup.js";
import { state, userName } from "../state.js";
import { bell } from "../views/notifications.js";
import { ProjectFrame, thisProject } from "./frame.js";
import { stateMark } from "./issueparts.js";
import { rendered } from "./markdown.js";
import { api, here, issuePage, page, placeOf, referenceIn } from "./paths.js";
import { Plan } from "./issueplan.js";
import { missing, showing, source } from "./source.js";
import { Writing } from "./writing.js";

/** What speaks of it, in a line. */
function speaker(one) {
  if (one.issue) return [icon("circle"), link(issuePage(one.issue), {}, `${one.issue.reference} ${one.issue.title}`)];
  if (one.commit) return [icon("code"), link(page(placeOf(one.repository), `/code/${encodeURIComponent(one.repository.name)}/commit/${one.commit}`), {}, `${one.repository.name} ${one.commit.slice(0, 10)}`)];
  const chat = state.chats.get(one.chat_id);
  return [icon("thread"), link(`/c/${one.chat_id}/m/${one.message_id}`, {}, t(one.kind === "origin" ? "made_of_message" : "spoken_of_in", { name: chat?.name || t("a_chat") }))];
}

/** A text with who wrote it. attrs: by, at, edited, text, issueAt, acts; change(text) where it may be changed. */
export function Said() {
  let editing = false;
  return {
    view: ({ attrs: { by, at, edited, text, issueAt, acts, change, own } }) => m("article.said", { class: own ? "first" : "" },
      m("header", m(Avatar, { id: by.id, name: by.username, small: true }), m("strong", userName(by.id, by.username)), m("time", { datetime: at, title: shown("full", at) }, shown("moment", at)),
        edited && m("small", t("edited")),
        m("span.acts", change && !editing && iconButton("edit", t("edit"), { onclick: () => (editing = true) }), acts)),
      editing
        ? m(Form, { label: t("save"), submit: async (fields) => {
          await change(fields);
          editing = false;
          return false;
        } },
        own && m(Field, { label: t("title"), name: "title", value: own.title, required: true, maxlength: 300, autocomplete: "off" }),
        m(Writing, { label: t("words"), name: "body", value: text, issueAt, rows: 8 }),
        m(".buttons", m("button", { type: "button", onclick: () => (editing = false) }, t("cancel"))))
        : rendered(text, issueAt) || m("p.gone", t("no_words"))),
  };
}

export function Issue() {
  const place = here();
  const path = api(place, `/issues/${m.route.param("number")}`);
  const whole = thisProject();
  const issue = source(() => get(path), ["issue", "label", "milestone"]);
  const comments = source(() => all(`${path}/comments`), ["issue"]);
  const links = source(async () => (await get(`${path}/links`)).data, ["issue", "git"]);
  const issueAt = referenceIn(place);
  const act = (work) => attempt(async () => {
    await work();
    await Promise.all([issue.load(), comments.load()]);
  });
  return {
    ...showing(whole, issue, comments, links),
    view() {
      const shownIssue = issue.value;
      const may = whole.value?.project.may || {};
      const mine = shownIssue && (may.plan_issues || shownIssue.author.id === state.me.id);
      return m(ProjectFrame, { whole, tab: "issues" }, missing(issue) || m(".issue",
        m(".issue-main",
          m("h2.issue-title", shownIssue.title, " ", m("span.number", `#${shownIssue.number}`)),
          m("p.issue-state", stateMark(shownIssue), m("small", t("opened_by", { name: shownIssue.author.username, time: shown("moment", shownIssue.created_at) }),
            shownIssue.closed_at && ` · ${t("closed_by", { name: shownIssue.closed_by?.username || "", time: shown("moment", shownIssue.closed_at) })}`)),
          m(Said, { by: shownIssue.author, at: shownIssue.created_at, text: shownIssue.body, issueAt, own: shownIssue,
            change: mine && ((fields) => patch(path, { title: fields.title, body: fields.body }).then(issue.load)) }),
          missing(comments) || comments.value.map((one) => m(Said, { key: one.id, by: one.author, at: one.created_at, edited: one.edited_at, text: one.body, issueAt,
            change: one.author.id === state.me.id && ((fields) => patch(`${path}/comments/${one.id}`, { body: fields.body }).then(comments.load)),
            acts: (one.author.id === state.me.id || may.plan_issues) && iconButton("trash", t("delete"), {
              onclick: () => confirmed(t("delete_comment_question", { words: excerpt(one.body, 60) }), t("delete"), () => act(() => del(`${path}/comments/${one.id}`))) }) })),
          may.open_issue && m(Form, { class: "said", label: t("comment"), submit: async (fields) => {
            await post(`${path}/comments`, { body: fields.body });
            await comments.load();
          } }, m(Writing, { label: t("your_comment"), name: "body", issueAt, required: true })),
          mine && m(".buttons", m("button", { type: "button", class: "toggle-state", onclick: () => act(() => patch(path, { state: shownIssue.state === "open" ? "closed" : "open" })) },
            icon(shownIssue.state === "open" ? "done" : "circle"), t(shownIssue.state === "open" ? "close_issue" : "reopen")))),
        m("aside.issue-side", { "aria-label": t("plan") },
          m(Plan, { place, issue: shownIssue, may: may.plan_issues, change: (fields) => act(() => patch(path, fields)) }),
          m("section", m("header", m("h3", t("notifications")), bell("issue", shownIssue.id, `#${shownIssue.number}`))),
          links.value?.length > 0 && m("section", m("h3", t("spoken_of")), m("ul.speakers", links.value.map((one, index) => m("li", { key: index }, speaker(one))))))));
    },
  };
}
