// A field for Markdown, with a look at how it will be.
import m from "mithril";
import { t } from "../i18n.js";
import { rendered } from "./markdown.js";

let count = 0;

/** attrs: name, label, value to begin with, issueAt (as of rendered), rows, required. Ctrl+Enter sends the form. */
export function Writing() {
  const id = `writing-${++count}`;
  let looking = false;
  let text = null;
  return {
    view: ({ attrs: { name, label, value = "", issueAt, rows = 5, required } }) => {
      text ??= value;
      return m(".field.writing",
        m(".writing-head", m("label", { for: id }, label),
          m("button.quiet", { type: "button", "aria-pressed": String(looking), onclick: () => (looking = !looking) }, t(looking ? "write" : "preview"))),
        m("textarea", {
          id, name, rows, required, class: looking ? "hidden" : "", maxlength: 65536, "aria-label": label, placeholder: t("markdown_hint"),
          oncreate: ({ dom }) => {
            dom.value = text;
            dom.form?.addEventListener("reset", () => (text = ""));
          },
          oninput: (event) => {
            event.redraw = false;
            text = event.target.value;
          },
          onkeydown: (event) => {
            event.redraw = false;
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form.requestSubmit();
          },
        }),
        looking && m(".preview", rendered(text, issueAt) || m("p.empty", t("nothing_yet"))));
    },
  };
}
