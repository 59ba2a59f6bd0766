// What a page shows, asked of the server, and asked anew when an event says that it has changed.
import m from "mithril";
import { wordsOf } from "../dom.js";
import { t } from "../i18n.js";
import { redraw } from "../redraw.js";
import { hearTopic } from "../registry.js";
import { refreshers } from "../session.js";

const open = new Map(); // source → how many show it: a page begins before the one that it follows has ended

/** `ask`: gives a promise of the value. `topics`: the first words of those that change it ("issue"), of whatever project. */
export function source(ask, topics = []) {
  let turn = 0;
  let waiting = null;
  const own = {
    value: null,
    error: null,
    async load() {
      const mine = ++turn;
      try {
        const value = await ask();
        if (mine === turn) Object.assign(own, { value, error: null });
      } catch (error) {
        if (mine === turn) own.error = error;
      }
      redraw();
    },
    /** Soon: several events often come of one act. */
    again() {
      clearTimeout(waiting);
      waiting = setTimeout(own.load, 60);
    },
    hears: (topic) => topics.includes(topic.split(".")[0]),
  };
  return own;
}

for (const topic of ["project", "repository", "issue", "label", "milestone", "board", "git", "pull"])
  hearTopic(`${topic}.`, (event) => {
    for (const one of open.keys()) if (one.hears(event.topic)) one.again();
  });

/** Hooks of a component that shows these. */
export const showing = (...sources) => ({
  oninit() {
    for (const one of sources) {
      open.set(one, (open.get(one) || 0) + 1);
      refreshers.add(one.again);
      one.load();
    }
  },
  onremove() {
    for (const one of sources) {
      const others = open.get(one) - 1;
      if (others) {
        open.set(one, others);
        continue;
      }
      open.delete(one);
      refreshers.delete(one.again);
    }
  },
});

/** What stands where there is no value yet, or none to be had. */
export const missing = ({ value, error }) =>
  value !== null ? null : error ? m("p.empty.error", { role: "alert" }, wordsOf(error)) : m("p.empty", { "aria-busy": "true" }, t("loading"));
