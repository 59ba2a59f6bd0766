// Issues that messages became or speak of, shown with the message as they are now.
import m from "mithril";
import { get } from "./api.js";
import { touch } from "./chats.js";
import { redraw } from "./redraw.js";
import { hearTopic, leavers } from "./registry.js";
import { state } from "./state.js";

const known = new Map(); // message id → issues
const asked = new Set();
const most = 2000;

function take(chat, ids, data) {
  const found = new Map(data.map((one) => [one.message_id, one.issues]));
  for (const id of ids) {
    const issues = found.get(id) || [];
    if (!issues.length && !known.has(id)) continue;
    known.set(id, issues);
    touch(chat, id, () => {});
  }
  if (found.size) redraw();
}

async function ask(chat, ids) {
  try {
    for (let from = 0; from < ids.length; from += 200) {
      const some = ids.slice(from, from + 200);
      take(chat, some, (await get(`/api/chats/${chat.id}/issues`, { ids: some.join(",") })).data);
    }
  } catch {
    for (const id of ids) asked.delete(id); // no server, or none with projects: another time
  }
}

/** Asks once for each message. */
export function wantIssues(chat, messages) {
  if (asked.size > most) asked.clear();
  const ids = [...new Set(messages.filter((one) => one.message_type !== "system" && !asked.has(one.id)).map((one) => one.id))];
  if (!ids.length) return;
  for (const id of ids) asked.add(id);
  ask(chat, ids);
}

export const issuesOf = (message) => known.get(message.id) || [];

hearTopic("issue.", ({ topic, data }) => {
  if (topic === "issue.created" && data.number) {
    // Which message it was made of is not said: those of the open chat are asked for anew, the others when they are shown.
    asked.clear();
    const chat = state.chats.get(Number(m.route.get()?.match(/^\/c\/(\d+)/)?.[1]));
    if (chat?.loaded) wantIssues(chat, chat.items);
    return;
  }
  for (const [id, issues] of known)
    for (const issue of issues)
      if (issue.id === data.id && data.state) {
        Object.assign(issue, { state: data.state, title: data.title ?? issue.title });
        for (const chat of state.chats.values()) touch(chat, id, () => {});
      }
});

leavers.add(() => {
  known.clear();
  asked.clear();
});
