// Branches and tags.
import m from "mithril";
import { link } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { missing, showing } from "../work/source.js";
import { CodeFrame, refsOf } from "./frame.js";
import { recordOf, repositoryHere, withQuery } from "./place.js";

const query = (one) => (one.name_base64 ? { ref_base64: one.name_base64 } : { ref: one.name });

export function Refs() {
  const place = repositoryHere();
  const record = recordOf(place);
  const [branches, tags] = refsOf(place);
  const line = (one, sign) => m("li", { key: one.name_base64 || one.name }, icon(sign),
    m("span.text", link(withQuery(place.page(), query(one)), {}, m("strong", one.name)),
      one.commit && m("small", link(place.page(`/commit/${one.commit.id}`), { class: "quiet-link" }, one.commit.subject), ` · ${one.commit.author} · ${shown("moment", one.commit.date)}`),
      one.annotation?.message && m("small", one.annotation.message)),
    one.is_default && m("span.chip", t("default_branch")),
    sign === "branch" && !one.is_default && !one.name_base64 && link(withQuery(place.page("/compare"), { head: one.name }), { class: "button" }, t("new_pull")));
  return {
    ...showing(record, branches, tags),
    view: () => m(CodeFrame, { place, record, tab: "refs" }, m(".halves",
      m("section.box", m("h3", t("branches")), missing(branches) || m("ul.lines", branches.value.map((one) => line(one, "branch"))), branches.value?.length === 0 && m("p.empty", t("nothing_yet"))),
      m("section.box", m("h3", t("tags")), missing(tags) || m("ul.lines", tags.value.map((one) => line(one, "tag"))), tags.value?.length === 0 && m("p.empty", t("nothing_yet"))))),
  };
}
