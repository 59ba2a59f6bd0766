// The history of a revision or a path, and one commit of it.
import m from "mithril";
import { get } from "../api.js";
import { link } from "../dom.js";
import { dayName, sameDay, shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { missing, pages, showing, source, watching } from "../work/source.js";
import { Diff } from "./diff.js";
import { crumbs } from "./files.js";
import { CodeFrame, RefChoice, refsOf } from "./frame.js";
import { looking, pathOf, recordOf, refOf, repositoryHere, withQuery } from "./place.js";

const when = (commit) => commit.committer?.date || commit.author?.date || commit.date;

/** Commits by their days. */
export const CommitList = {
  view: ({ attrs: { place, commits } }) => m("ul.commit-list", commits.map((one, index) => [
    (index === 0 || !sameDay(when(one), when(commits[index - 1]))) && m("li.day-name", { key: `day-${one.id}` }, dayName(when(one))),
    m("li", { key: one.id }, link(place.page(`/commit/${one.id}`), { class: "commit-line" },
      m("span.text", m("strong", one.subject), m("small", `${one.author.name} · ${shown("time", when(one))}`)), m("code", one.id.slice(0, 10)))),
  ].filter(Boolean))),
};

export function Commits() {
  const place = repositoryHere();
  const record = recordOf(place);
  const [branches, tags] = refsOf(place);
  const list = pages((where) => get(place.api("/commits"), { ...looking(), ...where }), "cursor", ["git"]);
  const turned = watching(looking, list.ask);
  return {
    ...showing(record, branches, tags, list),
    view() {
      turned();
      return m(CodeFrame, { place, record, tab: "commits" },
        m(".tool-row", m(RefChoice, { place, record, branches, tags, to: "/commits", keep: pathOf(looking()) }), (looking().path || looking().path_base64) && crumbs(place, looking(), refOf(looking()))),
        missing(list) || [m(CommitList, { place, commits: list.value.rows }), !list.value.rows.length && m("p.empty", t("no_commits")), list.moreButton()]);
    },
  };
}

export function Commit() {
  const place = repositoryHere();
  const record = recordOf(place);
  const commit = source(() => get(place.api(`/commits/${encodeURIComponent(m.route.param("commit"))}`)));
  return {
    ...showing(record, commit),
    view() {
      const one = commit.value;
      return m(CodeFrame, { place, record, tab: "commits" }, missing(commit) || [
        m("section.box.commit-head", m("h3", one.subject),
          one.message.trim() !== one.subject && m("pre.commit-message", one.message.slice(one.message.indexOf("\n") + 1).trim()),
          m("p", m("small", `${one.author.name} · ${shown("moment", one.author.date)}`, one.committer.name !== one.author.name && ` · ${one.committer.name}`)),
          m("p.commit-facts", m("code", one.id), one.parents.map((id) => link(place.page(`/commit/${id}`), { key: id, class: "chip" }, t("parent"), m("code", id.slice(0, 10)))),
            link(withQuery(place.page(), { ref: one.id }), { class: "chip" }, icon("folder"), t("files_then")))),
        m(Diff, { files: one.files, truncated: one.truncated, fileAt: (file) => withQuery(place.page(), { ref: one.id, ...pathOf(file) }) }),
      ]);
    },
  };
}
