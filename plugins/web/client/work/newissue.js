// A new issue, from scratch or from one of the project's templates.
import m from "mithril";
import { get, post, uuid } from "../api.js";
import { Field, Form } from "../dom.js";
import { t } from "../i18n.js";
import { membersOf, ProjectFrame, thisProject } from "./frame.js";
import { api, here, page, referenceIn } from "./paths.js";
import { missing, showing, source } from "./source.js";
import { Writing } from "./writing.js";

export function NewIssue() {
  const place = here();
  const whole = thisProject();
  const key = uuid();
  let template = "";
  const templates = source(async () => (await get(api(place, "/templates"))).data);
  const labels = source(async () => (await get(api(place, "/labels"))).data, ["label"]);
  const people = membersOf(place);
  return {
    ...showing(whole, templates, labels, people),
    view() {
      const chosen = templates.value?.find((one) => one.name === template);
      const may = whole.value?.project.may;
      return m(ProjectFrame, { whole, tab: "issues" }, missing(whole) || m("section.box.narrow", m("h3", t("new_issue")),
        templates.value?.length > 0 && m(Field, { label: t("template"), name: "template", value: template, options: [["", t("none")], ...templates.value.map((one) => [one.name, one.name])], onchange: (event) => (template = event.target.value) }),
        [m(Form, { key: template, label: t("open_issue"), submit: async (fields) => {
          const made = await post(api(place, "/issues"), {
            title: fields.title, ...(fields.body.trim() && { body: fields.body }),
            ...(may.plan_issues && { labels: (labels.value || []).filter((one) => fields[`label-${one.id}`]).map((one) => one.name) }),
            ...(may.plan_issues && fields.assignee && { assignees: [Number(fields.assignee)] }),
          }, { headers: { "Idempotency-Key": key } });
          m.route.set(page(place, `/issues/${made.number}`), null, { replace: true });
          return false;
        } },
        m(Field, { label: t("title"), name: "title", required: true, maxlength: 300, autocomplete: "off", value: chosen?.title }),
        m(Writing, { label: t("words"), name: "body", value: chosen?.body, rows: 10, issueAt: referenceIn(place) }),
        may.plan_issues && labels.value?.length > 0 && m("fieldset.switches", m("legend", t("labels")), labels.value.map((one) =>
          m("label", { key: one.id }, m("input", { type: "checkbox", name: `label-${one.id}`, value: "1", checked: chosen?.labels.includes(one.name) }), one.name))),
        may.plan_issues && m(Field, { label: t("assignee"), name: "assignee", options: [["", t("nobody")], ...(people.value || []).map((one) => [String(one.user_id), one.username])] }))]));
    },
  };
}
