// One project: its repositories, what happened lately, and its settings for who may change them.
import m from "mithril";
import { del, get, patch, post } from "../api.js";
import { Avatar, closeDialog, confirmed, Field, Form, link, notice, openDialog } from "../dom.js";
import { bytes, shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { state } from "../state.js";
import { askNamed } from "./asknamed.js";
import { ProjectFrame, thisProject } from "./frame.js";
import { api, here, page } from "./paths.js";
import { missing, pages, showing, source } from "./source.js";

const askRepository = (place) => askNamed("new_repository", "members_only", (fields) => post(api(place, "/repos/create"), fields));

function askSettings(place, project) {
  const chats = [...state.chats.values()].filter((chat) => chat.role === "admin" && chat.name);
  openDialog(t("project_settings"), {
    view: () => [
      m(Form, { label: t("save"), submit: async (fields) => {
        const changed = await patch(api(place), { name: fields.name, description: fields.description, is_public: fields.visibility === "public", state: fields.state, ...(fields.chat !== String(project.chat_id || 0) && { chat_id: Number(fields.chat) }) });
        closeDialog();
        if (changed.name !== project.name) m.route.set(page({ user: changed.owner, project: changed.name }));
      } },
      m(Field, { label: t("name"), name: "name", required: true, value: project.name, maxlength: 100, autocomplete: "off" }),
      m(Field, { label: t("description"), name: "description", value: project.description, maxlength: 2000, autocomplete: "off" }),
      m(".row",
        m(Field, { label: t("who_reads"), name: "visibility", value: project.is_public ? "public" : "private", options: [["private", t("members_only")], ["public", t("everybody")]] }),
        m(Field, { label: t("condition"), name: "state", value: project.state, options: ["active", "archived"].map((one) => [one, t(`state.${one}`)]) })),
      m(Field, { label: t("told_in"), name: "chat", value: String(project.chat_id || 0), options: [["0", t("nowhere")], ...chats.map((chat) => [String(chat.id), chat.name]),
        ...(project.chat_id && !chats.some((chat) => chat.id === project.chat_id) ? [[String(project.chat_id), t("another_chat")]] : [])] })),
      project.may.dispose && m(".buttons", m("button.danger", { type: "button", onclick: () => confirmed(t("delete_project_question", { name: project.name }), t("delete"), async () => {
        await del(api(place));
        notice(t("project_deleted", { name: project.name }));
        m.route.set("/projects");
      }) }, t("delete_project"))),
    ],
  });
}

/** What a row of a project's history says. */
function happened(place, row) {
  const words = t(`topic.${row.topic}`);
  const pulls = row.data?.repository ? `/code/${encodeURIComponent(row.data.repository)}/pulls/${row.number}` : `/pulls?number=${row.number}`;
  const target = row.number && (row.topic.startsWith("issue.") ? `/issues/${row.number}` : row.topic.startsWith("pull.") ? pulls : null);
  return [words === `topic.${row.topic}` ? row.topic : words, " ", row.number && (target ? link(page(place, target), {}, `#${row.number}`) : `#${row.number}`), " ", m("span.words", row.title),
    row.data?.role && m("span.chip", t(`project_role.${row.data.role}`))];
}

const ActivityList = {
  view: ({ attrs: { place, rows } }) => m("ol.activity", rows.map((row) => m("li", { key: row.id },
    m(Avatar, { id: row.actor.id, name: row.actor.username, small: true }),
    m("span.text", m("span", m("strong", row.actor.username), " ", happened(place, row)), m("time", { datetime: row.created_at, title: shown("full", row.created_at) }, shown("moment", row.created_at)))))),
};

const topics = ["project", "repository", "issue", "board", "label", "milestone", "git", "pull"];

export function Overview() {
  const place = here();
  const whole = thisProject();
  const lately = source(async () => (await get(api(place, "/activity"), { limit: 12 })).data, topics);
  return {
    ...showing(whole, lately),
    view() {
      const { project, repositories, config } = whole.value || {};
      const facts = project && [config.metadata.language, config.metadata.license, ...config.metadata.tags].filter(Boolean);
      return m(ProjectFrame, { whole, tab: "overview" }, missing(whole) || m(".halves",
        m("section.box",
          m("header", m("h3", t("repositories")), project.may.create_repository && m("button", { type: "button", onclick: () => askRepository(place) }, icon("plus"), t("new_repository"))),
          facts.length > 0 && m("p", facts.map((fact) => m("span.chip", fact))),
          m("ul.project-list", repositories.map((one) => m("li", { key: one.id }, link(page(place, `/code/${encodeURIComponent(one.name)}`), { class: "project-line" },
            icon("code"), m("span.text", m("strong", one.name), m("span.last", one.description || one.clone_url)),
            one.state !== "active" && m("span.chip", t(`state.${one.state}`)), m("small", one.default_branch ? bytes(one.size_bytes) : t("empty")))))),
          !repositories.length && m("p.empty", t("no_repositories")),
          m(".buttons",
            project.chat_id && state.chats.has(project.chat_id) && link(`/c/${project.chat_id}`, { class: "button" }, icon("thread"), t("to_chat")),
            project.may.configure && m("button", { type: "button", onclick: () => askSettings(place, project) }, icon("edit"), t("project_settings")))),
        m("section.box", m("header", m("h3", t("lately")), link(page(place, "/activity"), {}, t("all"))),
          missing(lately) || m(ActivityList, { place, rows: lately.value }), lately.value?.length === 0 && m("p.empty", t("nothing_yet")))));
    },
  };
}

export function Activity() {
  const place = here();
  const whole = thisProject();
  const list = pages((query) => get(api(place, "/activity"), query), "before", topics);
  return {
    ...showing(whole, list),
    view: () => m(ProjectFrame, { whole, tab: "activity" }, missing(list) || m("section.box", m(ActivityList, { place, rows: list.value.rows }),
      !list.value.rows.length && m("p.empty", t("nothing_yet")), list.moreButton())),
  };
}
