// The projects and repositories of the caller, projects that are public, and new ones.
import m from "mithril";
import { get, post } from "../api.js";
import { closeDialog, Field, Form, link, openDialog } from "../dom.js";
import { bytes, shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { isAdmin } from "../state.js";
import { PlainFrame } from "./frame.js";
import { page, placeOf } from "./paths.js";
import { missing, showing, source } from "./source.js";

const askNew = () => openDialog(t("new_project"), {
  view: () => m(Form, { label: t("create"), submit: async (fields) => {
    const made = await post("/api/projects/create", { name: fields.name, description: fields.description || undefined, is_public: fields.visibility === "public" });
    closeDialog();
    m.route.set(page(placeOf(made)));
  } },
  m(Field, { label: t("name"), name: "name", required: true, maxlength: 100, autocomplete: "off", hint: t("name_rule") }),
  m(Field, { label: t("description"), name: "description", maxlength: 2000, autocomplete: "off" }),
  m(Field, { label: t("who_reads"), name: "visibility", options: [["private", t("members_only")], ["public", t("everybody")]] })),
});

const Line = {
  view: ({ attrs: { project } }) => m("li", link(page(placeOf(project)), { class: "project-line" },
    m("span.avatar.square", { class: `hue${project.id % 8}`, "aria-hidden": "true" }, icon(project.is_public ? "board" : "lock")),
    m("span.text", m("strong", `${project.owner} / ${project.name}`), m("span.last", project.description)),
    project.state !== "active" && m("span.chip", t(`state.${project.state}`)),
    project.role && m("span.chip", t(`project_role.${project.role}`)),
    m("time", { title: shown("full", project.updated_at) }, shown("short", project.updated_at)))),
};

/** All pages of a list, within reason. */
async function everything(path) {
  const out = [];
  for (let after; out.length < 1000; ) {
    const { data, pagination } = await get(path, { limit: 200, after });
    out.push(...data);
    if (!(after = pagination.next_after)) break;
  }
  return out;
}

const askRepository = () => openDialog(t("new_repository"), {
  view: () => m(Form, { label: t("create"), submit: async (fields) => {
    const made = await post("/api/repos/create", { name: fields.name, description: fields.description || undefined, is_public: fields.visibility === "public" });
    closeDialog();
    m.route.set(`/r/${encodeURIComponent(made.owner)}/${encodeURIComponent(made.name)}`);
  } },
  m(Field, { label: t("name"), name: "name", required: true, maxlength: 100, autocomplete: "off", hint: t("name_rule") }),
  m(Field, { label: t("description"), name: "description", maxlength: 2000, autocomplete: "off" }),
  m(Field, { label: t("who_reads"), name: "visibility", options: [["private", t("just_me")], ["public", t("everybody")]] })),
});

const Repository = {
  view: ({ attrs: { one } }) => m("li", link(`/r/${encodeURIComponent(one.owner)}/${encodeURIComponent(one.name)}`, { class: "project-line" }, icon("code"),
    m("span.text", m("strong", one.name), m("span.last", one.description || one.clone_url)), one.state !== "active" && m("span.chip", t(`state.${one.state}`)),
    m("small", one.default_branch ? bytes(one.size_bytes) : t("empty")))),
};

export function Projects() {
  let words = "";
  const own = source(() => everything("/api/projects"), ["project"]);
  const open = source(() => everything("/api/projects/public"), ["project"]);
  const repositories = source(() => everything("/api/repos"), ["repository", "git"]);
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
