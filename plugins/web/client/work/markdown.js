// Texts of Markdown that are no messages: the server says how they look, and several are asked for at once.
import m from "mithril";
import { post, Problem } from "../api.js";
import { elements, isPlain } from "../markup.js";
import { memory } from "../memory.js";
import { redraw } from "../redraw.js";
import { leavers } from "../registry.js";

const known = memory(400); // text → html
let wanted = [];
leavers.add(known.clear);

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
    texts.forEach((text, index) => known.have(text, data[index].html));
  } catch (error) {
    const ever = error instanceof Problem && error.status < 500 && error.status !== 429;
    for (const text of texts) known.lack(text, ever); // as it was written
  }
  redraw();
}

function want(text) {
  if (!wanted.length) setTimeout(ask, 0);
  wanted.push(text);
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
  if (isPlain(text)) return m(".content", m("p.written", text));
  const html = known.look(text, want);
  return m(".content", html === undefined ? m("p.written", text) : elements(html, names));
}
