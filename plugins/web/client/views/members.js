// Who is in a chat, and what can be set of it.
import m from "mithril";
import { del, patch, post, put } from "../api.js";
import { chatName, loadMembers, loadUsers, takeChat } from "../chats.js";
import { attempt, Avatar, chosen, closeDialog, confirmed, Field, Form, iconButton, notice, openDialog, Presence } from "../dom.js";
import { t } from "../i18n.js";
import { state, userName } from "../state.js";
import { openDirect, UserPicker } from "./dialogs.js";
import { panelHead } from "./thread.js";

export function Members({ attrs: { id } }) {
  let filter = "";
  const chat = () => state.chats.get(id);
  const again = async () => {
    chat().members = null;
    await loadMembers(chat());
  };
  return {
    oninit: () => loadUsers().catch(() => {}), // names and status as they are now
    view() {
      const one = chat();
      if (!one) return null;
      loadMembers(one);
      const mayInvite = one.chat_type !== "direct" && ["admin", "moderator"].includes(one.role);
      const isAdmin = one.role === "admin" && one.chat_type !== "direct";
      const list = [...(one.members?.values() || [])].filter((member) => `${member.username} ${userName(member.user_id)}`.toLowerCase().includes(filter));
      return m("aside.panel", { "aria-label": t("members") },
        panelHead(id, t("members")),
        m(".panel-body",
          mayInvite && m(UserPicker, { label: t("invite_member"), not: one.members, pick: (user) => attempt(async () => {
            await post(`/api/chats/${id}/members`, { user_id: user.id });
            await again();
          }) }),
          m(Field, { label: t("filter"), type: "search", oninput: (event) => (filter = event.target.value.toLowerCase()) }),
          m("ul.people", list.map((member) => m("li", { key: member.user_id },
            m(".with-presence", m(Avatar, { id: member.user_id, name: userName(member.user_id, member.username) }), m(Presence, { id: member.user_id })),
            m("span.text", m("strong", userName(member.user_id, member.username)), m("small", `@${member.username}`, status(member.user_id))),
            isAdmin && member.user_id !== state.me.id
              ? m("select", { "aria-label": t("role_of", { name: member.username }), ...chosen(member.role), onchange: (event) =>
                attempt(async () => {
                  await put(`/api/chats/${id}/members/${member.user_id}`, { role: event.target.value });
                  await again();
                }) },
              ["admin", "moderator", "member"].map((role) => m("option", { value: role }, t(`role.${role}`))))
              : m("small", t(`role.${member.role}`)),
            member.user_id !== state.me.id && iconButton("send", t("message_to", { name: member.username }), { onclick: () => openDirect(member.user_id) }),
            isAdmin && member.user_id !== state.me.id && iconButton("close", t("remove_member", { name: member.username }), { onclick: () =>
              confirmed(t("remove_member", { name: member.username }), t("remove"), async () => {
                await del(`/api/chats/${id}/members/${member.user_id}`);
                await again();
              }) }))))));
    },
  };
}

function status(id) {
  const told = state.users.get(id)?.status;
  return told ? ` · ${told.emoji || ""} ${told.text || ""}` : "";
}

export function showChatSettings(chat) {
  const set = (fields) => attempt(async () => Object.assign(chat, await put(`/api/chats/${chat.id}/settings`, fields)));
  const change = async (fields) => {
    takeChat(await patch(`/api/chats/${chat.id}`, fields));
    notice(t("saved"));
    closeDialog();
    return false;
  };
  openDialog(chatName(chat), {
    view: () => [
      m(".switches",
        m("label", m("input", { type: "checkbox", checked: chat.muted, onchange: (event) => set({ muted: event.target.checked, favourite: chat.favourite }) }), t("muted")),
        m("label", m("input", { type: "checkbox", checked: chat.favourite, onchange: (event) => set({ favourite: event.target.checked, muted: chat.muted }) }), t("favourite"))),
      chat.role === "admin" && chat.chat_type !== "direct" && m(Form, { submit: change, label: t("save") },
        m(Field, { label: t("name"), name: "name", value: chat.name, maxlength: 128, required: true }),
        m(Field, { label: t("topic"), name: "topic", value: chat.topic, maxlength: 250 }),
        m(Field, { label: t("description"), name: "description", type: "textarea", value: chat.description, rows: 3 })),
      chat.chat_type !== "direct" && m(".buttons", m("button.danger", { type: "button", onclick: () =>
        confirmed(t("leave_question", { name: chatName(chat) }), t("leave"), async () => {
          await post(`/api/chats/${chat.id}/leave`, {});
          state.chats.delete(chat.id);
          m.route.set("/");
        }) }, t("leave"))),
    ],
  });
}

