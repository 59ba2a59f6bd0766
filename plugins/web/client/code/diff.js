// What changed between two states, file by file. Where lines take comments, arrows go from line to line and Enter writes one.
import m from "mithril";
import { link } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";

const folded = 600; // lines of a file that are not shown at once
const signs = { added: "+", deleted: "−", context: " " };

function step(event) {
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!by || !event.target.matches(".number-button") || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [...event.currentTarget.querySelectorAll(".number-button")];
  all[all.indexOf(event.target) + by]?.focus();
  event.preventDefault();
  event.redraw = false;
}

/** attrs: file; talk: {at(file, side, line) → what is shown below a line, ask(file, side, line)} or nothing. */
function Table({ attrs: { file: first } }) {
  let open = first.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0) <= folded;
  return {
    view({ attrs: { file, talk } }) {
      if (file.binary) return m("p.empty", t("binary"));
      if (!file.hunks.length) return m("p.empty", t(file.truncated ? "too_large" : "no_lines_changed"));
      if (!open) return m("p.empty", m("button", { type: "button", onclick: () => (open = true) }, t("show_lines", { n: file.additions + file.deletions })));
      let reached = false; // one line of the file is a stop of Tab
      const row = (line) => {
        const side = line.kind === "deleted" ? "old" : "new";
        const number = line[side];
        const below = talk?.at(file, side, number) || (side === "new" && line.old && talk?.at(file, "old", line.old));
        const button = talk && m("button.number-button", { type: "button", tabindex: reached ? -1 : 0, "aria-label": t("comment_on_line", { line: number }), title: t("comment_on_line", { line: number }), onclick: () => talk.ask(file, side, number) }, number);
        reached = true;
        return [m("tr", { class: line.kind }, m("td.number", side === "old" ? button || line.old : line.old), m("td.number", side === "new" ? button || line.new : line.new),
          m("td.sign", line.kind !== "context" && { "aria-label": t(`line.${line.kind}`) }, signs[line.kind]), m("td.words", m("code", line.text))),
        below && m("tr.talk", m("td", { colspan: 4 }, below))];
      };
      return m(".diff-scroll", m("table.diff", { onkeydown: step }, m("tbody", file.hunks.map((hunk) => [
        m("tr.hunk", m("td", { colspan: 4 }, m("code", `@@ −${hunk.old_start},${hunk.old_lines} +${hunk.new_start},${hunk.new_lines} @@ ${hunk.heading || ""}`))),
        hunk.lines.map(row)]))), file.truncated && m("p.empty", t("diff_cut")));
    },
  };
}

/** attrs: files, truncated, fileAt(file) its page; talk as of Table. */
export const Diff = {
  view({ attrs: { files, truncated, fileAt, talk } }) {
    const sum = (name) => files.reduce((all, file) => all + (file[name] || 0), 0);
    return m(".diffs",
      m("p.diff-sum", t("files_n", { n: files.length }), " ", m("span.plus", `+${sum("additions")}`), " ", m("span.minus", `−${sum("deletions")}`)),
      files.map((file) => m("section.file-box", { key: file.path_base64 || file.path, "data-path": file.path },
        m("header", m("span.chip", { class: `file-${file.status}` }, t(`file.${file.status}`)),
          m("strong.file-path", file.old_path && file.old_path !== file.path ? `${file.old_path} → ` : "", file.status === "deleted" ? file.path : link(fileAt(file), { class: "quiet-link" }, file.path)),
          m("span.counts", m("span.plus", `+${file.additions || 0}`), " ", m("span.minus", `−${file.deletions || 0}`))),
        m(Table, { file, talk }))),
      truncated && m("p.empty", icon("more"), t("diff_cut")));
  },
};
