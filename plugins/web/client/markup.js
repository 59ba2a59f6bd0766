// Rendered messages. The server's HTML is parsed into a document that is never shown and never loads anything; of that, what is on
// the lists below is built anew as elements. No text ever becomes markup on the page, so a fault of the server's stays a text.
import m from "mithril";

const tags = new Set([
  "p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
  "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
]);
const schemes = new Set(["http:", "https:", "mailto:"]);
const headings = { h1: "h4", h2: "h5", h3: "h6", h4: "h6", h5: "h6", h6: "h6" }; // the page's own are above them

const policy = self.trustedTypes?.createPolicy("netbit", {
  createHTML: (html) => html, // for DOMParser alone, in this module
  createScriptURL: (url) => {
    if (url !== "/web/sw.js") throw new TypeError("no script of ours");
    return url;
  },
});
export const serviceWorkerUrl = () => policy?.createScriptURL("/web/sw.js") ?? "/web/sw.js";

function address(text) {
  try {
    const url = new URL(text, location.href);
    return schemes.has(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

function link(text, children) {
  const url = text && address(text);
  if (!url) return m("span", children);
  if (url.origin === location.origin) return m("a", { href: url.href }, children);
  return m("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", referrerpolicy: "no-referrer" }, children);
}

const marks = /(^|[^\w@#/])([@#][\w.-]*\w|(?:[\w.-]+\/)?[\w.-]+#\d+)/g;

/** Names that the server found in a message stand out. */
function marked(text, names) {
  if (!names.size) return text;
  const out = [];
  let from = 0;
  for (const found of text.matchAll(marks)) {
    const kind = names.get(found[2].toLowerCase());
    if (!kind) continue;
    const start = found.index + found[1].length;
    out.push(text.slice(from, start), kind.href ? m("a", { href: kind.href }, found[2]) : m(`mark.mention${kind === "me" ? ".me" : ""}`, found[2]));
    from = start + found[2].length;
  }
  return out.length ? [...out, text.slice(from)] : text;
}

function build(node, names) {
  if (node.nodeType === Node.TEXT_NODE) return marked(node.data, names);
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const tag = node.localName;
  const children = () => [...node.childNodes].map((child) => build(child, names));
  if (tag === "img") return link(node.getAttribute("src"), node.getAttribute("alt") || node.getAttribute("src") || "");
  if (!tags.has(tag)) return children();
  if (tag === "a") return link(node.getAttribute("href"), children());
  if (tag === "table") return m(".table", { tabindex: 0 }, m("table", children()));
  if (tag === "ol") return m("ol", { start: node.getAttribute("start") || undefined }, children());
  if (tag === "th" || tag === "td") return m(tag, { class: `to-${node.getAttribute("align") || "left"}` }, children());
  if (tag === "pre") return m("pre", { tabindex: 0 }, children());
  return m(headings[tag] || tag, children());
}

/** Elements for a message's HTML. `names`: Map of "@name" in lower case → "me", "other" or {href}. */
export function elements(html, names = new Map()) {
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  return [...parsed.body.childNodes].map((node) => build(node, names));
}

/** Would Markdown leave it as it is? Then nobody needs to be asked how it looks. */
export function isPlain(text) {
  return !/[\n`*_~<>[\]#|\\&:/@]|www\.|^\s*(?:[-+=]|\d+[.)])|^\s|\s$| {2}/.test(text);
}

/** The beginning of a message in one line, without the marks of Markdown. */
export const excerpt = (text, length = 120) => text.slice(0, 4 * length).replace(/^```\w*|[*_`~]+|^[#>]+ /gm, "").replace(/\s+/g, " ").trim().slice(0, length);

/** The text in pieces, with those that were searched for marked. Places are counted in code points, as the server does. */
export function highlighted(text, highlights) {
  const points = [...text];
  const out = [];
  let from = 0;
  for (const { start, length } of [...highlights].sort((a, b) => a.start - b.start)) {
    if (start < from) continue;
    out.push(points.slice(from, start).join(""), m("mark.found", points.slice(start, start + length).join("")));
    from = start + length;
  }
  return [...out, points.slice(from).join("")];
}
