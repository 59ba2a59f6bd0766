// What is around each page of a repository, and the choice of what of it is looked at.
import m from "mithril";
import { get } from "../api.js";
import { chosen as shown, link } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { bell } from "../views/notifications.js";
import { inSight } from "../work/frame.js";
import { source } from "../work/source.js";
import { looking, refOf, withQuery } from "./place.js";

const tabs = [["", "files"], ["/commits", "commits"], ["/refs", "refs"], ["/pulls", "pulls"]];

/** attrs: place, record (a source), tab; children. */
export const CodeFrame = {
  view({ attrs: { place, record, tab }, children }) {
    const project = place.project && `/p/${encodeURIComponent(place.user)}/${encodeURIComponent(place.project)}`;
    return m("main.main.page.work.code", { "aria-label": place.repo, tabindex: -1 },
      m("header.chat-head", link(project || "/projects", { class: "icon-button back", "aria-label": t("back") }, icon("back")),
        m(".title", m("h2", project ? [place.user, " / ", link(project, { class: "quiet-link" }, place.project)] : link("/projects", { class: "quiet-link" }, place.user), " / ", link(place.page(), { class: "quiet-link" }, place.repo)),
          m("p", record.value?.state === "archived" ? t("archived") : record.value?.description || "")), bell("repository", record.value?.id, place.repo)),
      m("nav.tabs", { oncreate: inSight, "aria-label": t("parts_of", { name: place.repo }) }, tabs.map(([path, name]) =>
        link(withQuery(place.page(path), ["files", "commits"].includes(name) ? refOf(looking()) : {}), { key: name, "aria-current": tab === name ? "page" : undefined }, t(`tab.${name}`)))),
      m(".work-body", children));
  },
};

/** Branches and tags of a repository, as sources. */
export const refsOf = (place) => ["branches", "tags"].map((kind) => source(async () => (await get(place.api(`/${kind}`), { limit: 200 })).data, ["git"]));

/** attrs: place, branches, tags (sources), record, to: where a choice leads, as a path with no query; keep: more of the query. */
export const RefChoice = {
  view({ attrs: { place, branches, tags, record, to, keep = {} } }) {
    const { ref, ref_base64: other } = looking();
    const chosen = other ? `64:${other}` : ref || record.value?.default_branch || "";
    const option = (one) => m("option", { key: one.name_base64 || one.name, value: one.name_base64 ? `64:${one.name_base64}` : one.name }, one.name);
    const known = [...(branches.value || []), ...(tags.value || [])].some((one) => (one.name_base64 ? `64:${one.name_base64}` : one.name) === chosen);
    return m("label.ref-choice", icon("branch"), m("span.hidden", t("revision")), m("select", { ...shown(chosen), onchange: (event) => {
      const { value } = event.target;
      m.route.set(withQuery(place.page(to), { ...(value.startsWith("64:") ? { ref_base64: value.slice(3) } : { ref: value }), ...keep }));
    } },
    [!known && chosen && m("option", { key: "", value: chosen }, /^[0-9a-f]{40}$/.test(chosen) ? chosen.slice(0, 10) : chosen),
      branches.value?.length > 0 && m("optgroup", { key: "branches", label: t("branches") }, branches.value.map(option)),
      tags.value?.length > 0 && m("optgroup", { key: "tags", label: t("tags") }, tags.value.map(option))].filter(Boolean)));
  },
};
