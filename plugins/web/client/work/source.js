// What a page shows, asked of the server, and asked anew when an event says that it has changed.
import m from "mithril";
import { attempt, wordsOf } from "../dom.js";
import { t } from "../i18n.js";
import { redraw } from "../redraw.js";
import { hearTopic } from "../registry.js";
import { refreshers } from "../session.js";

const open = new Map(); // source → how many show it: a page begins before the one that it follows has ended

/** `ask`: gives a promise of the value. `topics`: the first words of those that change it ("issue"), of whatever project. */
export function source(ask, topics = []) {
  let turn = 0;
  let waiting = null;
  let answered = 0; // the question that the value is an answer to
  let question = 0;
  const own = {
    value: null,
    error: null,
    async load() {
      const mine = ++turn;
      const asked = question;
      try {
        const value = await ask();
        if (mine !== turn) return;
        Object.assign(own, { value, error: null });
        answered = asked;
      } catch (error) {
        if (mine !== turn) return;
        own.error = error;
        if (answered !== asked) own.value = null; // what is there answers something else
      }
      redraw();
    },
    /** Asks what is now another question: what is there stays until the answer comes, and no longer. */
    ask() {
      ++question;
      return own.load();
    },
    /** Adds to the value, if that is still the answer to the same question when `work` is done. */
    extend: (work, add) => attempt(async () => {
      const mine = turn;
      const more = await work();
      if (mine === turn) add(more);
    }),
    /** Soon: several events often come of one act. */
    again() {
      clearTimeout(waiting);
      waiting = setTimeout(own.load, 60);
    },
    hears: (topic) => topics.includes(topic.split(".")[0]),
  };
  return own;
}

/** A list that is shown page by page; its value has the rows so far. `ask(query)`: a page of the API's; `cursor`: how the query says
 *  where the next one begins. What is asked anew is as long as it was. */
export function pages(ask, cursor, topics) {
  const size = 50;
  const read = async (limit, before) => {
    const { data, pagination, ...rest } = await ask({ limit, ...before });
    return { ...rest, rows: data, next: pagination[`next_${cursor}`] };
  };
  const own = source(() => read(Math.min(200, Math.max(size, own.value?.rows.length || 0))), topics);
  const more = () => own.extend(() => read(size, { [cursor]: own.value.next }), (page) => (own.value = { ...page, rows: [...own.value.rows, ...page.rows] }));
  own.moreButton = () => own.value?.next && m("button", { type: "button", onclick: more }, t("more"));
  return own;
}

/** To be called by each drawing: calls `changed` where what `look` gives is another than at the last. */
export function watching(look, changed) {
  let last = JSON.stringify(look());
  return () => {
    const now = JSON.stringify(look());
    if (now === last) return;
    last = now;
    changed();
  };
}

for (const topic of ["project", "repository", "issue", "label", "milestone", "board", "git", "pull", "notification"])
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

/** Hooks of a component that looks every so often, while somebody looks at it. */
export function everyNow(milliseconds, look) {
  let timer = null;
  return {
    oninit() {
      look();
      timer = setInterval(() => document.visibilityState === "visible" && look(), milliseconds);
    },
    onremove: () => clearInterval(timer),
  };
}

/** What stands where there is no value yet, or none to be had. */
export const missing = ({ value, error }) =>
  value !== null ? null : error ? m("p.empty.error", { role: "alert" }, wordsOf(error)) : m("p.empty", { "aria-busy": "true" }, t("loading"));
