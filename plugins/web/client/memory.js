// What drawings ask for and get later. It is kept while it is drawn, and asked for again after a failure, though not at once: each
// answer draws anew, so a failure that were asked for again right then would be asked for without end.
import { redraw } from "./redraw.js";

const idle = 60_000; // what was not drawn for so long may go
const firstPause = 5_000;
const longestPause = 60_000;

/** Keeps `most`, and more while more are drawn. `forget`: what is done with a value that goes. */
export function memory(most, forget = () => {}) {
  const known = new Map(); // key → {value, used, again: when it is asked for once more, pause}; in the order of their use
  let cleaning = null;

  function clean() {
    cleaning = null;
    for (const [key, { used }] of known) {
      if (known.size <= most || used > Date.now() - idle) return;
      own.drop(key);
    }
  }

  const own = {
    /** The value, or undefined. Where it is to be asked for, `ask(key)` is called. */
    look(key, ask) {
      const entry = known.get(key) || { value: undefined, again: 0, pause: firstPause };
      known.delete(key);
      known.set(key, entry);
      entry.used = Date.now();
      if (entry.again <= entry.used) {
        entry.again = Infinity;
        ask(key);
        cleaning ??= setTimeout(clean, 0); // behind the drawing, which may need them all
      }
      return entry.value;
    },
    have(key, value) {
      const entry = known.get(key);
      if (entry) entry.value = value;
      else forget(value); // nobody waits for it any more
    },
    /** It could not be had. `ever`: nor will it be. */
    lack(key, ever) {
      const entry = known.get(key);
      if (!entry || ever) return;
      entry.again = Date.now() + entry.pause;
      setTimeout(redraw, entry.pause + 1);
      entry.pause = Math.min(longestPause, entry.pause * 2);
    },
    drop(key) {
      const entry = known.get(key);
      known.delete(key);
      if (entry?.value !== undefined) forget(entry.value);
    },
    clear() {
      for (const key of [...known.keys()]) own.drop(key);
    },
  };
  return own;
}
