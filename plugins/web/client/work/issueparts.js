// Small things of issues that several pages show.
import m from "mithril";
import { Avatar, link } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";
import { issuePage } from "./paths.js";

/** Which of ten hues is nearest to a label's colour: a colour of somebody's choice would need a style in the markup. */
function hueOf(colour) {
  const [red, green, blue] = (colour?.match(/[0-9a-f]{2}/gi) || ["80", "80", "80"]).map((part) => parseInt(part, 16) / 255);
  const most = Math.max(red, green, blue);
  const span = most - Math.min(red, green, blue);
  if (span < 0.08) return "grey";
  const sixth = most === red ? ((green - blue) / span + 6) % 6 : most === green ? (blue - red) / span + 2 : (red - green) / span + 4;
  return Math.round((sixth / 6) * 9) % 9;
}

export const label = (one) => m("span.label", { class: `label-${hueOf(one.colour)}`, title: one.description || "" }, one.name);
export const stateMark = (issue) => m("span.state", { class: issue.state }, icon(issue.state === "open" ? "circle" : "done"), m("span", t(`state.${issue.state}`)));
export const duty = (time) => time && m("span.chip", { class: new Date(time) < Date.now() ? "late" : "" }, t("due", { time: shown("short", time) }));

/** An issue in a list. */
export const IssueLine = {
  view: ({ attrs: { issue, withProject } }) => m("li", link(issuePage(issue), { class: "issue-line" },
    m("span.state.bare", { class: issue.state, title: t(`state.${issue.state}`) }, icon(issue.state === "open" ? "circle" : "done"), m("span.hidden", t(`state.${issue.state}`))),
    m("span.text",
      m("span.words", m("strong", issue.title), " ", issue.labels.map(label)),
      m("small", `${withProject ? issue.reference : `#${issue.number}`} · ${t("opened_by", { name: issue.author.username, time: shown("short", issue.created_at) })}`)),
    duty(issue.state === "open" && issue.due_at),
    issue.comment_count > 0 && m("span.chip", { "aria-label": t("comments_n", { n: issue.comment_count }) }, icon("thread"), issue.comment_count),
    m("span.faces", issue.assignees.map((one) => m(Avatar, { key: one.id, id: one.id, name: one.username, small: true }))))),
};
