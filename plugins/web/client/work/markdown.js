// Texts of Markdown that are no messages: the server says how they look, and several are asked for at once.
import m from "mithril";
import { post } from "../api.js";
import { elements, isPlain } from "../markup.js";
import { redraw } from "../redraw.js";
import { leavers } from "../registry.js";

const most = 400; // that are kept
const known = new Map(); // text → html, or null while it is asked for
let wanted = [];
leavers.add(() => known.clear());

async function ask() {
  const texts = [];
  let bytes = 0;
  while (wanted.length && texts.length < 100 && (!texts.length || bytes + 2 * wanted[0].length < 120_000)) {
    bytes += 2 * wanted[0].length;
    texts.push(wanted.shift());
  }
  if (wanted.length) setTimeout(ask, 0);
  try {
    const { data } = await post("/api/markdown", { texts: texts.map((text) => ({ text })) });
    texts.forEach((text, index) => known.set(text, data[index].html));
  } catch {
    for (const text of texts) known.delete(text); // as it was written, until it is drawn with a server there
  }
  redraw();
}

const references = /(?:[\w.-]+\/)?[\w.-]*#\d+/g;

/** `issueAt(reference)` gives where "#12" leads to, or nothing. */
export function rendered(text, issueAt = () => null) {
  if (!text) return null;
  const names = new Map();
  for (const [reference] of text.matchAll(references)) {
    const href = issueAt(reference);
    if (href) names.set(reference.toLowerCase(), { href });
  }
  if (isPlain(text) && !names.size) return m(".content", m("p.written", text));
  if (!known.has(text)) {
    if (known.size > most) known.delete(known.keys().next().value);
    known.set(text, null);
    if (!wanted.length) setTimeout(ask, 0);
    wanted.push(text);
  }
  const html = known.get(text);
  return m(".content", html === null ? m("p.written", text) : elements(html, names));
}
