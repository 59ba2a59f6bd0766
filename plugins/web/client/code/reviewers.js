// Who is to look at a pull request, what they said, and what machines say of its head.
import m from "mithril";
import { put } from "../api.js";
import { attempt, Avatar } from "../dom.js";
import { t } from "../i18n.js";
import { membersOf } from "../work/frame.js";
import { Choice } from "../work/issueplan.js";
import { showing, source } from "../work/source.js";

/** attrs: place, path (the pull request's in the API), pull, mine (may ask for reviews), done(). */
export function Reviewers({ attrs: { place } }) {
  const people = place.project ? membersOf(place) : source(async () => []);
  return {
    ...showing(people),
    view({ attrs: { path, pull, mine, done } }) {
      const said = [...pull.approved_by.map((one) => [one, "approve"]), ...pull.changes_requested_by.map((one) => [one, "request_changes"])];
      const members = (people.value || []).map((one) => ({ id: one.user_id, username: one.username }));
      const known = [...new Map([...members, ...pull.requested_reviewers].map((one) => [one.id, one])).values()].filter((one) => one.id !== pull.author.id);
      return [
        m(Choice, { title: t("reviewers"), none: t("nobody"), chosen: pull.requested_reviewers.map((one) => one.id),
          options: known.map((one) => ({ key: one.id, shown: m("span.person", m(Avatar, { id: one.id, name: one.username, small: true }), one.username) })),
          change: mine && pull.state === "open" && ((users) => attempt(() => put(`${path}/reviewers`, { users }).then(done))) }),
        m("section", m("h3", t("reviews")),
          m("ul.speakers", said.map(([one, verdict]) => m("li", { key: one.id }, one.username, " ", m("span.chip", { class: verdict }, t(`verdict.${verdict}`))))),
          !said.length && m("small", t("none")),
          pull.required_approvals > 0 && m("p", m("small", t("approvals_needed", { n: pull.required_approvals })))),
        pull.statuses.length > 0 && m("section", m("h3", t("checks")), m("ul.speakers", pull.statuses.map((one) =>
          m("li", { key: one.context }, m("span.chip", { class: `check-${one.state}` }, t(`check.${one.state}`)), " ", one.context)))),
      ];
    },
  };
}
