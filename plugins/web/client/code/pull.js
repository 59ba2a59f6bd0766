// One pull request: the talk, its commits, what it changes with comments on lines, and the merge.
import m from "mithril";
import { all, get, patch } from "../api.js";
import { link } from "../dom.js";
import { shown, t } from "../i18n.js";
import { state } from "../state.js";
import { bell } from "../views/notifications.js";
import { pullMark } from "../work/pullline.js";
import { referenceIn } from "../work/paths.js";
import { missing, showing, source } from "../work/source.js";
import { CommitList } from "./commits.js";
import { Diff } from "./diff.js";
import { CodeFrame } from "./frame.js";
import { MergeBox } from "./merge.js";
import { Reviewers } from "./reviewers.js";
import { pathOf, recordOf, repositoryHere, withQuery } from "./place.js";
import { lineTalk, ReviewBox, Talk } from "./talk.js";

export function Pull() {
  const place = repositoryHere();
  const number = m.route.param("number");
  const path = place.api(`/pulls/${number}`);
  const page = place.page(`/pulls/${number}`);
  const record = recordOf(place);
  const pull = source(() => get(path), ["pull", "git"]);
  const comments = source(() => all(`${path}/comments`), ["pull", "git"]);
  const reviews = source(() => all(`${path}/reviews`), ["pull"]);
  const diff = source(() => get(`${path}/diff`), ["git"]);
  const commits = source(async () => (await get(`${path}/commits`)).data, ["git"]);
  const issueAt = place.project ? referenceIn({ user: place.user, project: place.project }) : undefined;
  const reload = () => Promise.all([pull.load(), comments.load(), reviews.load()]);
  const talk = lineTalk({ path, comments, pull, issueAt });
  return {
    ...showing(record, pull, comments, reviews, diff, commits),
    view() {
      const one = pull.value;
      const view = m.route.param("view") || "talk";
      const changes = diff.value?.files;
      const mine = one && (one.author.id === state.me.id || record.value?.may?.write);
      return m(CodeFrame, { place, record, tab: "pulls" }, missing(pull) || m(".pull",
        m("h2.issue-title", one.title, " ", m("span.number", `#${one.number}`)),
        m("p.issue-state", pullMark(one), m("span.branches", m("code", one.head.branch), " → ", m("code", one.base.branch)), m("small", t("opened_by", { name: one.author.username, time: shown("moment", one.created_at) }))),
        m("nav.tabs.inner", { "aria-label": t("parts_of", { name: one.title }) }, [["talk", null], ["commits", commits.value?.length], ["diff", changes?.length]].map(([name, count]) =>
          link(withQuery(page, name === "talk" ? {} : { view: name }), { key: name, "aria-current": view === name ? "page" : undefined }, t(`pull_tab.${name}`), count > 0 && m("span.chip", count)))),
        view === "commits" ? missing(commits) || m(CommitList, { place, commits: commits.value })
          : view === "diff" ? missing(diff) || [m(Diff, { files: changes, truncated: diff.value.truncated, talk, fileAt: (file) => withQuery(place.page(), { ref: one.head.id, ...pathOf(file) }) }),
            one.state === "open" && m(ReviewBox, { path, pull: one, done: reload })]
            : m(".issue",
              m(".issue-main", m(Talk, { path, page, pull: one, comments, reviews, issueAt, mine, change: (fields) => patch(path, fields).then(reload) },
                one.state === "open" && m("p", link(withQuery(page, { view: "diff" }), { class: "button" }, t("review_changes"))),
                m(MergeBox, { path, pull: one, mine, may: record.value?.may?.write, done: () => Promise.all([reload(), diff.load()]) }))),
              m("aside.issue-side", { "aria-label": t("reviews") }, m(Reviewers, { place, path, pull: one, mine, done: reload }),
                m("section", m("header", m("h3", t("notifications")), bell("pull", one.id, `#${one.number}`)))))));
    },
  };
}
