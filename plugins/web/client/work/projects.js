// The projects and repositories of the caller, projects that are public, and new ones.
import m from "mithril";
import { all, post } from "../api.js";
import { link } from "../dom.js";
import { bytes, shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { isAdmin } from "../state.js";
import { askNamed } from "./asknamed.js";
import { PlainFrame } from "./frame.js";
import { page, placeOf } from "./paths.js";
import { missing, showing, source } from "./source.js";

const askNew = () => askNamed("new_project", "members_only", async (fields) => {
  m.route.set(page(placeOf(await post("/api/projects/create", fields))));
});

const Line = {
  view: ({ attrs: { project } }) => m("li", link(page(placeOf(project)), { class: "project-line" },
    m("span.avatar.square", { class: `hue${project.id % 8}`, "aria-hidden": "true" }, icon(project.is_public ? "board" : "lock")),
    m("span.text", m("strong", `${project.owner} / ${project.name}`), m("span.last", project.description)),
    project.state !== "active" && m("span.chip", t(`state.${project.state}`)),
    project.role && m("span.chip", t(`project_role.${project.role}`)),
    m("time", { title: shown("full", project.updated_at) }, shown("short", project.updated_at)))),
};

const askRepository = () => askNamed("new_repository", "just_me", async (fields) => {
  const made = await post("/api/repos/create", fields);
  m.route.set(`/r/${encodeURIComponent(made.owner)}/${encodeURIComponent(made.name)}`);
});

const Repository = {
  view: ({ attrs: { one } }) => m("li", link(`/r/${encodeURIComponent(one.owner)}/${encodeURIComponent(one.name)}`, { class: "project-line" }, icon("code"),
    m("span.text", m("strong", one.name), m("span.last", one.description || one.clone_url)), one.state !== "active" && m("span.chip", t(`state.${one.state}`)),
    m("small", one.default_branch ? bytes(one.size_bytes) : t("empty")))),
};

export function Projects() {
  let words = "";
  const own = source(() => all("/api/projects"), ["project"]);
  const open = source(() => all("/api/projects/public"), ["project"]);
  const repositories = source(() => all("/api/repos"), ["repository", "git"]);
  const hit = (project) => `${project.owner}/${project.name} ${project.description}`.toLowerCase().includes(words.toLowerCase());
  const list = (projects) => m("ul.project-list", projects.map((project) => m(Line, { key: project.id, project })));
  return {
    ...showing(own, open, repositories),
    view() {
      const mine = new Set((own.value || []).map((one) => one.id));
      const others = (open.value || []).filter((one) => !mine.has(one.id) && hit(one));
      return m(PlainFrame, { title: t("projects") },
        m(".tool-row", m("input[type=search]", { value: words, placeholder: t("filter"), "aria-label": t("filter"), oninput: (event) => (words = event.target.value) }),
          m("button.primary", { type: "button", onclick: askNew }, icon("plus"), t("new_project"))),
        missing(own) || [
          list(own.value.filter(hit)),
          !own.value.length && m("p.empty", t("no_projects")),
          m(".tool-row", m("h3.list-head", t("own_repositories")), m("button", { type: "button", onclick: askRepository }, icon("plus"), t("new_repository"))),
          missing(repositories) || m("ul.project-list", repositories.value.filter((one) => `${one.name} ${one.description}`.toLowerCase().includes(words.toLowerCase())).map((one) => m(Repository, { key: one.id, one }))),
          others.length > 0 && [m("h3.list-head", t("public_projects")), list(others)],
          isAdmin() && others.length === 0 && own.value.length === 0 && m("p.empty", m("small", t("projects_of_members_only"))),
        ]);
    },
  };
}
