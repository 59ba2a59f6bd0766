// Whether a pull request may be merged, what is in the way, and the merge.
import m from "mithril";
import { patch, put } from "../api.js";
import { attempt, Field, Form } from "../dom.js";
import { shown, t } from "../i18n.js";
import { icon } from "../icons.js";

/** attrs: path, pull, mine (may change it), may (may push), done(). */
export const MergeBox = {
  view({ attrs: { path, pull, mine, may, done } }) {
    const set = (fields) => attempt(() => patch(path, fields).then(done));
    const { mergeable, conflicts = [], behind = 0 } = pull.mergeability || {};
    if (pull.state === "merged")
      return m("section.box.merge-box", m("p", icon("merge"), t("merged_by", { name: pull.closed_by?.username || "", time: shown("moment", pull.closed_at) })), pull.merge_commit && m("p", m("code", pull.merge_commit)));
    return m("section.box.merge-box",
      pull.state === "closed" ? m("p", t("pull_closed", { name: pull.closed_by?.username || "" })) : [
        conflicts.length > 0 && m(".conflicts", { role: "status" }, m("p.error", t("conflicts_in")), m("ul", conflicts.map((file) => m("li", { key: file }, m("code", file)))), m("p", m("small", t("conflicts_help", { branch: pull.base.branch })))),
        pull.blocked_by.map((one) => m("p.blocked", { key: one.code }, icon("lock"), one.detail)),
        mergeable && !pull.blocked_by.length && m("p.good", icon("done"), t("may_be_merged")),
        behind > 0 && m("p", m("small", t("behind_n", { n: behind, branch: pull.base.branch }))),
        may && mergeable && !pull.blocked_by.length && m(Form, { label: t("merge"), submit: async (fields) => {
          await put(`${path}/merge`, { method: fields.method, ...(fields.message.trim() && { message: fields.message }) }, { headers: { "If-Match": `"${pull.head.id}"` } });
          await done();
        } },
        m(Field, { label: t("merge_method"), name: "method", value: pull.merge_methods[0], options: pull.merge_methods.map((one) => [one, t(`method.${one}`)]) }),
        m(Field, { label: t("merge_message"), name: "message", type: "textarea", rows: 2 })),
      ],
      mine && m(".buttons",
        pull.state === "open" && m("button", { type: "button", onclick: () => set({ draft: !pull.draft }) }, t(pull.draft ? "ready" : "make_draft")),
        m("button", { type: "button", class: "toggle-state", onclick: () => set({ state: pull.state === "open" ? "closed" : "open" }) }, t(pull.state === "open" ? "close_pull" : "reopen"))));
  },
};
