// Lines of a file with their numbers. Each number is the address of its line.
import m from "mithril";
import { t } from "../i18n.js";

const most = 5000;

/** attrs: text, line (to be shown), at(line) gives its page; beside(line) what stands before a line's number. */
export const Lines = {
  oncreate: ({ dom }) => dom.querySelector(".code-line.found")?.scrollIntoView({ block: "center" }),
  onupdate: ({ dom, attrs, state: own }) => {
    if (own.line === attrs.line) return;
    own.line = attrs.line;
    dom.querySelector(".code-line.found")?.scrollIntoView({ block: "nearest" });
  },
  view({ attrs: { text, line, at, beside } }) {
    const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
    return m(".code-lines", { tabindex: 0, role: "group", "aria-label": t("content") },
      lines.slice(0, most).map((words, index) => m(".code-line", { class: line === index + 1 ? "found" : "" },
        beside?.(index + 1), m("a.number", { href: `#${at(index + 1)}`, "aria-label": t("line_n", { line: index + 1 }), tabindex: -1 }, index + 1), m("code", words))),
      lines.length > most && m("p.empty", t("lines_cut", { most, all: lines.length })));
  },
};
