// The files of a repository: a folder with its README, or a file with its lines.
import m from "mithril";
import { get } from "../api.js";
import { picture, saveFrom } from "../blobs.js";
import { attempt, link, routeNumber } from "../dom.js";
import { bytes, shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { elements } from "../markup.js";
import { missing, showing, source, watching } from "../work/source.js";
import { CodeFrame, RefChoice, refsOf } from "./frame.js";
import { Lines } from "./lines.js";
import { looking, pathOf, recordOf, refOf, repositoryHere, withQuery } from "./place.js";

/** The way to a path, each folder of it a link. */
export function crumbs(place, at, ref) {
  const parts = (at.path || "").split("/").filter(Boolean);
  return m("nav.crumbs", { "aria-label": t("path") }, link(withQuery(place.page(), ref), {}, place.repo),
    parts.map((name, index) => [" / ", index === parts.length - 1 ? m("strong", { "aria-current": "page" }, name)
      : link(withQuery(place.page(), { ...ref, path: parts.slice(0, index + 1).join("/") }), {}, name)]));
}

/** A README's links lead to files of the repository by the API's paths: here to their pages. */
function inPages(place, html) {
  const document = elements(html);
  const mend = (node) => {
    if (!node || typeof node !== "object") return node;
    if (Array.isArray(node)) return node.map(mend);
    const href = node.tag === "a" && node.attrs?.href;
    if (href) {
      const url = new URL(href, location.href);
      if (url.origin === location.origin && url.pathname.startsWith(place.api("/"))) {
        const query = Object.fromEntries(url.searchParams);
        node.attrs = { href: `#${withQuery(place.page(), query)}` };
      }
    }
    if (Array.isArray(node.children)) node.children.forEach(mend);
    return node;
  };
  return document.map(mend);
}

const kinds = { tree: "folder", blob: "file", symlink: "link", submodule: "clip" };

const Folder = {
  view: ({ attrs: { place, tree, ref, more } }) => [
    m("ul.tree", tree.entries.map((one) => m("li", { key: one.path_base64 || one.path },
      one.type === "submodule" ? m("span.entry", icon("clip"), m("span.entry-name", one.name))
        : link(withQuery(place.page(), { ...ref, ...pathOf(one) }), { class: "entry" }, icon(kinds[one.type] || "file"), m("span.entry-name", one.name), one.type === "blob" && one.size !== null && m("small", bytes(one.size)))))),
    more && m("button", { type: "button", onclick: more }, t("more")),
  ],
};

function start(place, record) {
  const url = `${location.origin}${record.value?.clone_url || ""}`;
  return m("section.box.narrow", m("h3", t("empty_repository")), m("p", t("empty_repository_help")),
    m("pre.codes", { tabindex: 0 }, `git clone ${url}\ncd ${place.repo}\ngit switch -c main\n…\ngit push -u origin main`));
}

export function Files() {
  const place = repositoryHere();
  const record = recordOf(place);
  const [branches, tags] = refsOf(place);
  const contents = source(() => get(place.api("/contents"), { ...looking(), limit: 200 }), ["git"]);
  const readme = source(() => get(place.api("/readme"), looking()).catch(() => false), ["git"]);
  const more = () => contents.extend(() => get(place.api("/contents"), { ...looking(), limit: 200, cursor: contents.value.pagination.next_cursor }),
    ({ entries, pagination }) => Object.assign(contents.value, { entries: [...contents.value.entries, ...entries], pagination }));
  const turned = watching(looking, () => {
    contents.value = readme.value = null;
    contents.ask();
    readme.ask();
  });

  function file(value, ref) {
    const raw = withQuery(place.api("/raw"), { ...ref, ...pathOf(value) });
    const isPicture = /\.(png|jpe?g|gif|webp)$/i.test(value.name);
    const text = value.encoding === "utf-8" && !value.binary;
    return m("section.file-box",
      m("header", m("small", [value.type === "symlink" ? t("symlink") : bytes(value.size), text && t("lines_n", { n: value.content.split("\n").length - (value.content.endsWith("\n") ? 1 : 0) })].filter(Boolean).join(" · ")),
        m(".buttons",
          text && link(withQuery(place.page("/blame"), { ...ref, ...pathOf(value) }), { class: "button" }, t("blame")),
          link(withQuery(place.page("/commits"), { ...ref, ...pathOf(value) }), { class: "button" }, t("history_of_file")),
          value.type === "blob" && m("button", { type: "button", onclick: () => attempt(() => saveFrom(raw, value.name)) }, t("download")))),
      value.type === "symlink" ? m("p.empty", `→ ${value.target ?? ""}`)
        : text ? m(Lines, { text: value.content, line: routeNumber("line"), at: (line) => withQuery(place.page(), { ...ref, ...pathOf(value), line }) })
          : isPicture ? m("p.empty", picture(raw) ? m("img.whole", { src: picture(raw), alt: value.name }) : t("loading"))
            : m("p.empty", t(value.encoding === "none" ? "too_large" : "binary")));
  }

  return {
    ...showing(record, branches, tags, contents, readme),
    view() {
      turned();
      const value = contents.value;
      const ref = refOf(looking());
      if (value && value.type === "tree" && !value.commit) return m(CodeFrame, { place, record, tab: "files" }, start(place, record));
      return m(CodeFrame, { place, record, tab: "files" },
        m(".tool-row", m(RefChoice, { place, record, branches, tags, to: "", keep: pathOf(looking()) }), crumbs(place, value || looking(), ref),
          value?.type === "tree" && !value.path && m("button", { type: "button", onclick: () => attempt(() => saveFrom(withQuery(place.api("/archive"), { ...ref, format: "zip" }), `${place.repo}.zip`)) }, icon("down"), "ZIP")),
        value?.commit && m("p.last-commit", link(place.page(`/commit/${value.commit.id}`), { class: "quiet-link" }, m("strong", value.commit.subject)), m("small", `${value.commit.author} · ${shown("moment", value.commit.date)}`)),
        missing(contents) || (value.type === "tree" ? m(Folder, { place, tree: value, ref, more: value.pagination?.next_cursor && more }) : file(value, ref)),
        value?.type === "tree" && readme.value && m("section.box.readme", m("header", icon("file"), m("h3", readme.value.path)), m(".content", inPages(place, readme.value.html))),
        value?.type === "tree" && !value.path && record.value && m("p.clone", m("label", t("clone"), m("input", { readonly: true, value: `${location.origin}${record.value.clone_url}`, onfocus: (event) => event.target.select() }))));
    },
  };
}
