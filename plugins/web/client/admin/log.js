// The end of the server's log, as it grows.
import m from "mithril";
import { get } from "../api.js";
import { Field, wordsOf } from "../dom.js";
import { t } from "../i18n.js";
import { redraw } from "../redraw.js";
import { everyNow } from "../work/source.js";

const most = 1000;
const levels = ["error", "warn", "info", "debug"];

export function Log() {
  let lines = [];
  let level = "debug";
  let words = "";
  let error = null;
  let asking = false;
  let atEnd = true;
  async function look() {
    if (asking) return;
    asking = true;
    try {
      const last = lines.at(-1)?.id || 0;
      const { data } = await get("/api/admin/log", { after: last || undefined });
      lines = [...lines, ...data].slice(-most);
      // A server that was started anew counts from one again.
      if (last && !data.length && !(await get("/api/admin/log", { after: last - 1 })).data.length) lines = [];
      error = null;
    } catch (failure) {
      error = failure;
    }
    asking = false;
    redraw();
  }
  const settle = ({ dom }) => {
    if (atEnd) dom.scrollTop = dom.scrollHeight;
  };
  return {
    ...everyNow(2000, look),
    view: () => [
      m(".tool-row",
        m("input[type=search]", { value: words, "aria-label": t("filter"), placeholder: t("filter"), oninput: (event) => (words = event.target.value) }),
        m(Field, { label: t("at_least"), name: "level", value: level, options: levels.map((one) => [one, t(`level.${one}`)]), onchange: (event) => (level = event.target.value) })),
      error && m("p.error", { role: "alert" }, wordsOf(error)),
      m(".log", { role: "log", tabindex: 0, "aria-label": t("admin.log"), oncreate: settle, onupdate: settle,
        onscroll: (event) => {
          event.redraw = false;
          atEnd = event.target.scrollHeight - event.target.scrollTop - event.target.clientHeight < 30;
        } },
      m("ol", lines.filter((one) => levels.indexOf(one.level) <= levels.indexOf(level) && one.text.toLowerCase().includes(words.toLowerCase()))
        .map((one) => m("li", { key: one.id, class: one.level }, one.text)))),
      m("p", m("small", t("log_help"))),
    ],
  };
}
