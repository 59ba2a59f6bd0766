// Labels and milestones of a project, for who plans.
import m from "mithril";
import { del, patch, post } from "../api.js";
import { attempt, Field, Form, iconButton, openDialog } from "../dom.js";
import { shown, t } from "../i18n.js";
import { label } from "./issueparts.js";
import { api } from "./paths.js";

export function askPlan(place, labels, milestones) {
  const act = (work, list) => attempt(async () => {
    await work();
    await list.load();
  });
  openDialog(t("labels_and_milestones"), {
    view: () => [
      m("h3", t("labels")),
      m("ul.lines", (labels.value || []).map((one) => m("li", { key: one.id }, m("span.text", label(one)),
        iconButton("trash", t("delete_named", { name: one.name }), { onclick: () => act(() => del(api(place, `/labels/${one.id}`)), labels) })))),
      m(Form, { label: t("new_label"), submit: async (fields) => {
        await post(api(place, "/labels"), { name: fields.label, colour: fields.colour });
        await labels.load();
      } },
      m(".row", m(Field, { label: t("name"), name: "label", required: true, maxlength: 100, autocomplete: "off" }), m(Field, { label: t("colour"), name: "colour", type: "color", value: "#2f7d4f" }))),
      m("h3", t("milestones")),
      m("ul.lines", (milestones.value || []).map((one) => m("li", { key: one.id },
        m("span.text", m("strong", one.title), m("small", [t("open_of", { open: one.open_issues, all: one.open_issues + one.closed_issues }), one.due_at && t("due", { time: shown("short", one.due_at) })].filter(Boolean).join(" · "))),
        m("button", { type: "button", onclick: () => act(() => patch(api(place, `/milestones/${one.id}`), { state: one.state === "open" ? "closed" : "open" }), milestones) }, t(one.state === "open" ? "close_it" : "reopen")),
        iconButton("trash", t("delete_named", { name: one.title }), { onclick: () => act(() => del(api(place, `/milestones/${one.id}`)), milestones) })))),
      m(Form, { label: t("new_milestone"), submit: async (fields) => {
        await post(api(place, "/milestones"), { title: fields.title, ...(fields.due && { due_at: `${fields.due}T00:00:00Z` }) });
        await milestones.load();
      } },
      m(".row", m(Field, { label: t("name"), name: "title", required: true, maxlength: 100, autocomplete: "off" }), m(Field, { label: t("due_on"), name: "due", type: "date" }))),
    ],
  });
}
