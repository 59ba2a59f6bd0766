// The keyboard. Each shortcut has its words in lang/*.json; the help (?) is this list.
import m from "mithril";
import { sortedChats } from "./chats.js";
import { focusIn, openDialog, routeNumber } from "./dom.js";
import { t } from "./i18n.js";
import { state } from "./state.js";
import { Switcher } from "./views/dialogs.js";
import { redraw } from "./redraw.js";

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
const mod = mac ? "⌘" : "Ctrl";
const shown = [
  [`${mod}+K`, "keys.switch"], ["Alt+↓ Alt+↑", "keys.next"], ["Alt+Shift+↓", "keys.unread"], ["/", "keys.search"],
  ["C", "keys.compose"], ["M", "keys.messages"], ["Esc", "keys.close"], ["?", "keys.help"], ["Enter", "keys.send"], ["Shift+Enter", "keys.line"],
  ["↑", "keys.edit_last"], ["↓ ↑, J K", "keys.move"], ["E", "keys.edit"], ["R", "keys.reply"], ["T", "keys.thread"],
  ["+", "keys.react"], ["P", "keys.pin"], ["Del", "keys.delete"],
  ["← ↑ ↓ →", "keys.card"], ["Shift+← Shift+→", "keys.move_card"], ["Ctrl+Enter", "keys.comment"], ["E", "keys.notice"],
];

const Help = {
  view: () => m("dl.keys", shown.map(([key, words]) => [m("dt", key.split(" ").map((one) => m("kbd", one))), m("dd", t(words))])),
};
export const showHelp = () => openDialog(t("keys.title"), Help);

const current = () => routeNumber("chat");

function step(by, unreadOnly) {
  const chats = sortedChats().filter((chat) => !unreadOnly || chat.unread_count || chat.id === current());
  const at = chats.findIndex((chat) => chat.id === current());
  const next = chats[(at + by + chats.length) % chats.length];
  if (next) m.route.set(`/c/${next.id}`);
}

const typing = (target) => target.matches?.("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (!state.me || event.isComposing) return;
  const control = mac ? event.metaKey : event.ctrlKey;
  const handled = () => {
    event.preventDefault();
    redraw();
  };
  if (control && event.key.toLowerCase() === "k") {
    if (state.dialog?.view !== Switcher) openDialog(t("keys.switch"), Switcher);
    return handled();
  }
  if (event.altKey && !control && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    step(event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
    return handled();
  }
  if (state.dialog) return undefined; // its own Escape closes it
  if (event.key === "Escape" && !event.defaultPrevented) {
    const path = m.route.get();
    const panel = path.match(/^(\/c\/\d+)\/[tp]\//) || path.match(/^(\/c\/\d+)\/(members|pins)/);
    if (panel) {
      m.route.set(panel[1]);
      return handled();
    }
    if (typing(event.target)) event.target.blur();
    return undefined;
  }
  if (typing(event.target) || control || event.altKey || event.metaKey) return undefined;
  if (event.key === "?") showHelp();
  else if (event.key === "/") m.route.set("/search");
  else if (event.key.toLowerCase() === "c") focusIn(".composer textarea");
  else if (event.key.toLowerCase() === "m") focusIn(".messages article:last-of-type");
  else return undefined;
  return handled();
});
