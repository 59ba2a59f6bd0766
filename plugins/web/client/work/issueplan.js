// An issue's labels, people, milestone and date. Each change is sent at once.
import m from "mithril";
import { get } from "../api.js";
import { Avatar, Field, link } from "../dom.js";
import { t } from "../i18n.js";
import { membersOf } from "./frame.js";
import { duty, label } from "./issueparts.js";
import { api, page } from "./paths.js";
import { showing, source } from "./source.js";

/** A list of which some are chosen. attrs: title, options [{key, name, shown}], chosen (keys), none, change(keys) or nothing. */
export function Choice() {
  let open = false;
  return {
    view: ({ attrs: { title, options, chosen, none, change } }) => {
      const picked = options.filter((one) => chosen.includes(one.key));
      return m("section", m("header", m("h3", title), change && m("button.quiet", { type: "button", "aria-expanded": String(open), "aria-label": `${title}: ${t("change")}`, onclick: () => (open = !open) }, t(open ? "done" : "change"))),
        open && change
          ? m("ul.choices", options.map((one) => m("li", { key: one.key }, m("label", m("input", { type: "checkbox", checked: chosen.includes(one.key),
            onchange: (event) => change(event.target.checked ? [...chosen, one.key] : chosen.filter((key) => key !== one.key)) }), one.shown))))
          : picked.length ? m(".picked", picked.map((one) => m("span", { key: one.key }, one.shown))) : m("small", none));
    },
  };
}

export function Plan({ attrs: { place } }) {
  const labels = source(async () => (await get(api(place, "/labels"))).data, ["label"]);
  const people = membersOf(place);
  const milestones = source(async () => (await get(api(place, "/milestones"))).data, ["milestone"]);
  return {
    ...showing(labels, people, milestones),
    view({ attrs: { issue, may, change } }) {
      const known = (list, more, key) => [...new Map([...(more || []), ...(list || [])].map((one) => [one[key], one])).values()];
      const members = known((people.value || []).map((one) => ({ id: one.user_id, username: one.username })), issue.assignees, "id");
      const milestone = milestones.value?.find((one) => one.id === issue.milestone_id);
      return [
        m(Choice, { title: t("labels"), none: t("none"), chosen: issue.labels.map((one) => one.name), change: may && ((names) => change({ labels: names })),
          options: known(labels.value, issue.labels, "name").map((one) => ({ key: one.name, shown: label(one) })) }),
        m(Choice, { title: t("assignees"), none: t("nobody"), chosen: issue.assignees.map((one) => one.id), change: may && ((ids) => change({ assignees: ids })),
          options: members.map((one) => ({ key: one.id, shown: m("span.person", m(Avatar, { id: one.id, name: one.username, small: true }), one.username) })) }),
        m("section", may
          ? m(Field, { label: t("milestone"), name: "milestone", value: String(issue.milestone_id || 0), options: [["0", t("no_milestone")], ...(milestones.value || []).map((one) => [String(one.id), one.title])],
            onchange: (event) => change({ milestone_id: Number(event.target.value) }) })
          : [m("h3", t("milestone")), milestone ? link(page(place, `/issues?milestone=${milestone.id}`), {}, milestone.title) : m("small", t("no_milestone"))]),
        m("section", may
          ? m(Field, { label: t("due_on"), name: "due", type: "date", value: issue.due_at ? issue.due_at.slice(0, 10) : "",
            onchange: (event) => change(event.target.value ? { due_at: `${event.target.value}T00:00:00Z` } : { no_due_date: true }) })
          : [m("h3", t("due_on")), issue.due_at ? duty(issue.due_at) : m("small", t("no_due"))]),
      ];
    },
  };
}
