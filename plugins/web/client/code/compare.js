// Two branches beside each other, and the pull request that is made of them.
import m from "mithril";
import { get, post, uuid } from "../api.js";
import { Field, Form } from "../dom.js";
import { t } from "../i18n.js";
import { missing, showing, source } from "../work/source.js";
import { Writing } from "../work/writing.js";
import { CommitList } from "./commits.js";
import { Diff } from "./diff.js";
import { CodeFrame, refsOf } from "./frame.js";
import { pathOf, recordOf, repositoryHere, withQuery } from "./place.js";

export function Compare() {
  const place = repositoryHere();
  const record = recordOf(place);
  const [branches] = refsOf(place);
  const key = uuid();
  const chosen = { base: m.route.param("base") && String(m.route.param("base")), head: m.route.param("head") && String(m.route.param("head")) };
  const both = source(async () => {
    if (!branches.value) await branches.load();
    if (!record.value) await record.load();
    const names = (branches.value || []).map((one) => one.name);
    chosen.base ??= record.value?.default_branch || names[0];
    chosen.head ??= names.find((name) => name !== chosen.base);
    if (!chosen.base || !chosen.head || chosen.base === chosen.head) return false;
    return get(place.api("/compare"), chosen);
  }, ["git"]);
  const choice = (name) => m(Field, { label: t(name === "base" ? "merge_into" : "merge_what"), name, value: chosen[name] || "", options: (branches.value || []).filter((one) => !one.name_base64).map((one) => [one.name, one.name]), onchange: (event) => {
    chosen[name] = event.target.value;
    both.value = null;
    both.ask();
  } });
  return {
    ...showing(record, branches, both),
    view() {
      const value = both.value;
      return m(CodeFrame, { place, record, tab: "pulls" },
        m("section.box.narrow", m("h3", t("new_pull")), m(".row", choice("head"), choice("base")),
          missing(both) || (!value ? m("p.empty", t("choose_two_branches")) : value.ahead === 0 ? m("p.empty", t("nothing_to_merge"))
            : [m(Form, { key: `${chosen.base}..${chosen.head}`, label: t("open_pull"), submit: async (fields) => {
              const made = await post(place.api("/pulls"), { title: fields.title, ...(fields.body.trim() && { body: fields.body }), draft: Boolean(fields.draft), base: chosen.base, head: chosen.head }, { headers: { "Idempotency-Key": key } });
              m.route.set(place.page(`/pulls/${made.number}`), null, { replace: true });
              return false;
            } },
            m(Field, { label: t("title"), name: "title", required: true, maxlength: 256, autocomplete: "off", value: value.commits.length === 1 ? value.commits[0].subject : chosen.head }),
            m(Writing, { label: t("words"), name: "body", rows: 6 }),
            m(".switches", m("label", m("input", { type: "checkbox", name: "draft", value: "1" }), t("as_draft"))))])),
        value && value.ahead > 0 && [m("h3.list-head", t("commits_n", { n: value.ahead })), m(CommitList, { place, commits: value.commits }),
          m(Diff, { files: value.files, truncated: value.truncated, fileAt: (file) => withQuery(place.page(), { ref: chosen.head, ...pathOf(file) }) })]);
    },
  };
}
