// Which commit each line of a file comes from.
import m from "mithril";
import { get } from "../api.js";
import { link } from "../dom.js";
import { shown, t } from "../i18n.js";
import { missing, showing, source, watching } from "../work/source.js";
import { crumbs } from "./files.js";
import { CodeFrame } from "./frame.js";
import { Lines } from "./lines.js";
import { looking, pathOf, recordOf, refOf, repositoryHere, withQuery } from "./place.js";

export function Blame() {
  const place = repositoryHere();
  const record = recordOf(place);
  const blame = source(async () => {
    const [who, what] = await Promise.all([get(place.api("/blame"), looking()), get(place.api("/contents"), looking())]);
    const first = new Map(who.ranges.map((one) => [one.start, who.commits[one.commit]]));
    return { first, complete: who.complete, text: what.content || "" };
  });
  const turned = watching(looking, () => {
    blame.value = null;
    blame.ask();
  });
  return {
    ...showing(record, blame),
    view() {
      turned();
      const ref = refOf(looking());
      const at = pathOf(looking());
      return m(CodeFrame, { place, record, tab: "files" },
        m(".tool-row", crumbs(place, looking(), ref), link(withQuery(place.page(), { ...ref, ...at }), { class: "button" }, t("to_file"))),
        missing(blame) || [!blame.value.complete && m("p.empty", t("blame_cut")), m("section.file-box.blame", m(Lines, {
          text: blame.value.text, at: (line) => withQuery(place.page(), { ...ref, ...at, line }),
          beside: (line) => {
            const commit = blame.value.first.get(line);
            return m("span.whence", commit && link(place.page(`/commit/${commit.id}`), { title: `${commit.subject} · ${shown("moment", commit.date)}` }, m("span.excerpt", commit.subject), m("small", `${commit.author}, ${shown("short", commit.date)}`)));
          } }))]);
    },
  };
}
