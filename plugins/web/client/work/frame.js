// What is around each page of a project: its name, and the ways to its parts.
import m from "mithril";
import { all, get } from "../api.js";
import { link } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { leavers } from "../registry.js";
import { bell } from "../views/notifications.js";
import { api, here, page } from "./paths.js";
import { source } from "./source.js";

const known = new Map(); // the projects that were looked at: a tab is there at once
leavers.add(() => known.clear());

/** The project of the route, as a source. */
export function thisProject() {
  const place = here();
  const key = api(place);
  if (!known.has(key)) known.set(key, source(() => get(key), ["project", "repository"]));
  return known.get(key);
}

/** Who is in a project, as a source. */
export const membersOf = (place) => source(() => all(api(place, "/members")), ["project"]);

/** On a phone the tabs are wider than it is. */
export const inSight = ({ dom }) => dom.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

const tabs = [["", "overview"], ["/issues", "issues"], ["/board", "board"], ["/pulls", "pulls"], ["/members", "members"], ["/activity", "activity"]];

/** attrs: whole (the project's source), tab; children: what is shown. */
export const ProjectFrame = {
  view({ attrs: { whole, tab }, children }) {
    const place = here();
    const project = whole.value?.project;
    return m("main.main.page.work", { "aria-label": place.project, tabindex: -1 },
      m("header.chat-head", link("/projects", { class: "icon-button back", "aria-label": t("back") }, icon("back")),
        m(".title", m("h2", link("/projects", { class: "quiet-link" }, place.user), " / ", link(page(place), { class: "quiet-link" }, place.project)),
          m("p", project?.state === "archived" ? t("archived") : project?.description || "")), bell("project", project?.id, place.project)),
      m("nav.tabs", { oncreate: inSight, "aria-label": t("parts_of", { name: place.project }) }, tabs.map(([path, name]) =>
        link(page(place, path), { key: name, "aria-current": tab === name ? "page" : undefined }, t(`tab.${name}`)))),
      m(".work-body", children));
  },
};

/** attrs: title, under (a line below it), back (a path); children. */
export const PlainFrame = {
  view: ({ attrs: { title, under, back = "/" }, children }) => m("main.main.page.work", { "aria-label": title, tabindex: -1 },
    m("header.chat-head", link(back, { class: "icon-button back", "aria-label": t("back") }, icon("back")), m(".title", m("h2", title), under && m("p", under))),
    m(".work-body", children)),
};
