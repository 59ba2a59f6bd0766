// The issues of a project, as the filters in the address say.
import m from "mithril";
import { get } from "../api.js";
import { Field, link } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { membersOf, ProjectFrame, thisProject } from "./frame.js";
import { IssueLine } from "./issueparts.js";
import { api, here, page } from "./paths.js";
import { missing, pages, showing, source, watching } from "./source.js";
import { askPlan } from "./plan.js";

const names = ["state", "q", "label", "milestone", "assignee", "author"];

export function Issues() {
  const place = here();
  const whole = thisProject();
  const query = () => Object.fromEntries(names.map((name) => [name, m.route.param(name)]).filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => [name, String(value)]));
  let timer = null;
  let words = query().q || ""; // what stands in the field; the address has it once nobody types any more
  let sought = words;
  const list = pages((where) => get(api(place, "/issues"), { ...query(), ...where }), "before", ["issue", "label"]);
  const turned = watching(query, list.ask);
  const labels = source(async () => (await get(api(place, "/labels"))).data, ["label"]);
  const milestones = source(async () => (await get(api(place, "/milestones"))).data, ["milestone"]);
  const people = membersOf(place);
  const search = () => {
    sought = words.trim();
    set("q", sought);
  };
  const set = (name, value) => m.route.set(page(place, "/issues"), { ...query(), [name]: value || undefined }, { replace: true });
  const choice = (name, options) => m(Field, { label: t(name), name, value: query()[name] || "", options: [["", t("any")], ...options], onchange: (event) => set(name, event.target.value) });
  const members = () => [["me", t("me")], ...(people.value || []).map((one) => [one.username, one.username])];
  return {
    ...showing(whole, list, labels, milestones, people),
    onremove() {
      clearTimeout(timer);
      showing(whole, list, labels, milestones, people).onremove();
    },
    view() {
      turned();
      const q = query().q || "";
      if (q !== sought) words = sought = q; // the address was changed from elsewhere
      const state = query().state || "open";
      return m(ProjectFrame, { whole, tab: "issues" },
        m(".tool-row",
          m("input[type=search]", { name: "q", value: words, placeholder: t("search_issues"), "aria-label": t("search_issues"), maxlength: 200, oninput: (event) => {
            words = event.target.value;
            clearTimeout(timer);
            timer = setTimeout(search, 250);
          } }),
          m(".switch", { role: "group", "aria-label": t("condition") }, ["open", "closed", "all"].map((one) =>
            m("button", { key: one, type: "button", "aria-pressed": String(state === one), onclick: () => set("state", one === "open" ? "" : one) }, t(one === "all" ? "all" : `state.${one}`)))),
          whole.value?.project.may.open_issue && link(page(place, "/new"), { class: "button primary" }, icon("plus"), t("new_issue"))),
        m(".filters",
          choice("label", (labels.value || []).map((one) => [one.name, one.name])),
          choice("milestone", (milestones.value || []).map((one) => [String(one.id), one.title])),
          choice("assignee", members()), choice("author", members()),
          whole.value?.project.may.plan_issues && m("button", { type: "button", onclick: () => askPlan(place, labels, milestones) }, t("labels_and_milestones"))),
        missing(list) || [
          m("ul.issue-list", { "aria-live": "polite" }, list.value.rows.map((issue) => m(IssueLine, { key: issue.id, issue }))),
          !list.value.rows.length && m("p.empty", t("no_issues")),
          list.moreButton(),
        ]);
    },
  };
}
