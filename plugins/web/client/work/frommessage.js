// A message becomes an issue.
import m from "mithril";
import { get, post, uuid } from "../api.js";
import { attempt, closeDialog, Field, Form, notice, openDialog } from "../dom.js";
import { t } from "../i18n.js";
import { excerpt } from "../markup.js";

const last = "netbit.issues.project"; // where the last one went

export async function makeIssue(message) {
  const key = uuid();
  const projects = await attempt(async () => (await get("/api/projects", { limit: 200 })).data.filter((one) => one.may.open_issue && one.state === "active"));
  if (!projects) return;
  const linked = projects.find((one) => one.chat_id === message.chat_id);
  const nameOf = (one) => `${one.owner}/${one.name}`;
  const value = linked ? nameOf(linked) : projects.some((one) => nameOf(one) === localStorage.getItem(last)) ? localStorage.getItem(last) : projects[0] && nameOf(projects[0]);
  openDialog(t("make_issue"), {
    view: () => projects.length === 0 ? m("p.empty", t("no_project_for_issue")) : m(Form, { label: t("make_issue"), submit: async (fields) => {
      const [owner, project] = fields.project.split("/");
      const made = await post(`/api/chats/${message.chat_id}/messages/${message.id}/issue`, { owner, project, title: fields.title }, { headers: { "Idempotency-Key": key } });
      localStorage.setItem(last, fields.project);
      closeDialog();
      notice(t("issue_made", { reference: made.reference }));
    } },
    m(Field, { label: t("project"), name: "project", value, options: projects.map((one) => [nameOf(one), nameOf(one)]) }),
    m(Field, { label: t("title"), name: "title", value: excerpt(message.content.split("\n")[0], 120), required: true, maxlength: 300, autocomplete: "off" })),
  });
}
