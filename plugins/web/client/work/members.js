// Who is in a project, and as what.
import m from "mithril";
import { del, post, put } from "../api.js";
import { attempt, Avatar, chosen, confirmed, Field, Form, iconButton } from "../dom.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { membersOf, ProjectFrame, thisProject } from "./frame.js";
import { api, here } from "./paths.js";
import { missing, showing } from "./source.js";

const roles = ["guest", "viewer", "developer", "admin"];

export function Members() {
  const place = here();
  const whole = thisProject();
  const list = membersOf(place);
  const act = (work) => attempt(async () => {
    await work();
    await Promise.all([list.load(), whole.load()]);
  });
  const one = (member, may) => m("li", { key: member.user_id },
    m(Avatar, { id: member.user_id, name: member.username, small: true }),
    m("span.text", m("strong", member.username)),
    may && member.role !== "owner"
      ? m("select", { "aria-label": t("role_of", { name: member.username }), ...chosen(member.role), onchange: (event) => act(() => put(api(place, `/members/${member.user_id}`), { role: event.target.value })) },
        roles.map((role) => m("option", { value: role }, t(`project_role.${role}`))))
      : m("span.chip", t(`project_role.${member.role}`)),
    may && member.role !== "owner" && member.user_id !== state.me.id && iconButton("close", t("remove_member", { name: member.username }), {
      onclick: () => confirmed(t("remove_member_question", { name: member.username }), t("remove"), () => act(() => del(api(place, `/members/${member.user_id}`)))) }));
  return {
    ...showing(whole, list),
    view() {
      const may = whole.value?.project.may.manage_members;
      const role = whole.value?.project.role;
      const others = [...state.users.values()].filter((user) => !list.value?.some((member) => member.user_id === user.id));
      return m(ProjectFrame, { whole, tab: "members" }, missing(list) || m("section.box.narrow",
        m("ul.lines", list.value.map((member) => one(member, may))),
        may && m(Form, { label: t("add"), submit: async (fields) => {
          const user = others.find((other) => other.username.toLowerCase() === fields.username.trim().toLowerCase());
          if (!user) throw new Error(t("no_such_user"));
          await post(api(place, "/members"), { user_id: user.id, role: fields.role });
          list.load();
        } },
        m(".row", m(Field, { label: t("username"), name: "username", required: true, list: "users", autocomplete: "off" }),
          m(Field, { label: t("role"), name: "role", value: "developer", options: roles.map((one) => [one, t(`project_role.${one}`)]) })),
        m("datalist#users", others.map((user) => m("option", { value: user.username })))),
        role && role !== "owner" && m(".buttons", m("button.danger", { type: "button", onclick: () => confirmed(t("leave_question", { name: place.project }), t("leave"), async () => {
          await post(api(place, "/leave"), {});
          m.route.set("/projects");
        }) }, t("leave")))));
    },
  };
}
