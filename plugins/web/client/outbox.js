// Messages on their way. Each is kept on this device with its idempotency key before it is sent, and forgotten when the server has
// answered: whatever happens in between, it is sent once more with the same key, and the server makes one message of it.
import { post, Problem, SignedOut, uuid } from "./api.js";
import { arrive } from "./chats.js";
import { forgetUnsent, keepUnsent, kept } from "./idb.js";
import { state } from "./state.js";
import { redraw } from "./redraw.js";

export const unsent = []; // {key, chat_id, content, reply_to, thread_id, attachments, files, at, error}
let flushing = false;
let wait = 0;
let timer = null;

export async function loadUnsent() {
  for (const item of await kept()) if (item.user === state.me?.id && !unsent.some((one) => one.key === item.key)) unsent.push(item);
  unsent.sort((a, b) => a.at - b.at);
  flush();
}

export function pendingOf(chatId, threadId = null) {
  return unsent.filter((item) => item.chat_id === chatId && !item.made && (!threadId || item.thread_id === threadId));
}

/** Shown at once; sent when it can be. */
export async function submit({ chatId, content, replyTo = null, threadId = null, files = [] }) {
  const item = {
    key: uuid(), user: state.me.id, chat_id: chatId, content, reply_to: replyTo, thread_id: threadId,
    attachments: files.map((file) => file.id), files, at: Date.now(),
  };
  unsent.push(item);
  redraw();
  await keepUnsent(item);
  flush();
}

/** The event of one's own message may be here before the answer to its request: the two are one. */
export function recognise(message) {
  const item = unsent.find((one) => one.sending && !one.made && one.chat_id === message.chat_id && one.content === message.content);
  if (item) item.made = message.id;
}

export function drop(item) {
  unsent.splice(unsent.indexOf(item), 1);
  forgetUnsent(item.key);
  redraw();
}

export function tryAgain(item) {
  delete item.error;
  flush(true);
}

function later() {
  clearTimeout(timer);
  wait = Math.min(30_000, (wait || 500) * 2);
  timer = setTimeout(flush, wait * (0.5 + Math.random() / 2));
}

async function sendOne(item) {
  const message = await post(`/api/chats/${item.chat_id}/messages`, {
    ...(item.content && { content: item.content }),
    ...(item.attachments.length && { attachments: item.attachments }),
    ...(item.reply_to && { reply_to: item.reply_to }),
  }, { headers: { "Idempotency-Key": item.key } });
  const chat = state.chats.get(item.chat_id);
  if (chat) arrive(chat, message);
}

export async function flush(now = false) {
  if (now === true) wait = 0;
  if (flushing || !state.me) return;
  flushing = true;
  try {
    for (let item; (item = unsent.find((one) => !one.error)); ) {
      item.sending = true;
      try {
        await sendOne(item);
        wait = 0;
      } catch (error) {
        const refused = error instanceof Problem && error.status < 500 && ![401, 408, 409, 425, 429].includes(error.status);
        if (!refused) {
          delete item.made;
          if (!(error instanceof SignedOut)) later();
          return;
        }
        item.error = error.message;
        continue;
      } finally {
        delete item.sending;
        redraw();
      }
      unsent.splice(unsent.indexOf(item), 1);
      await forgetUnsent(item.key);
      redraw();
    }
  } finally {
    flushing = false;
  }
}

self.addEventListener("online", () => flush(true));
