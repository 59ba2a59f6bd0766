// Views that are fetched when somebody looks at them for the first time, so that the first message does not wait for them.
import m from "mithril";
import { t } from "./i18n.js";
import { redraw } from "./redraw.js";

/** A component out of a module that exports it as `Page`. `load`: () => import("…"). */
export function lazy(load) {
  let part = null;
  let failed = false;
  const ask = async () => {
    failed = false;
    try {
      part = (await load()).Page;
    } catch {
      failed = true; // no server, or another version of it: its files have other names
    }
    redraw();
  };
  return {
    oninit: () => part || ask(),
    view: ({ attrs }) => part ? m(part, attrs)
      : m("main.main.empty", { "aria-busy": String(!failed) }, m("p", failed ? t("part_missing") : t("loading")),
        failed && m("button", { type: "button", onclick: () => location.reload() }, t("reload"))),
  };
}
