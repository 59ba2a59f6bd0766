// Pictures and files need the access token, so they are fetched and shown as blobs. The oldest go when there are many.
import { problemOf, send } from "./api.js";
import { state } from "./state.js";
import { redraw } from "./redraw.js";

const most = 150;
const known = new Map(); // path → {url} once it is there, {} while it is fetched, {none: true}

function forgetOld() {
  for (const [path, entry] of known) {
    if (known.size <= most) return;
    if (entry.url) URL.revokeObjectURL(entry.url);
    known.delete(path);
  }
}

async function fetchInto(path, entry) {
  try {
    const reply = await send("GET", path);
    if (reply.ok) entry.url = URL.createObjectURL(await reply.blob());
    else entry.none = true;
  } catch {
    known.delete(path); // no server: another time
  }
  ++state.stamp;
  redraw();
}

/** The URL of a picture, or null until it is there, or if there is none. */
export function picture(path) {
  let entry = known.get(path);
  if (!entry) {
    entry = {};
    known.set(path, entry);
    forgetOld();
    fetchInto(path, entry);
  }
  return entry.url || null;
}

export function forgetPicture(path) {
  const entry = known.get(path);
  if (entry?.url) URL.revokeObjectURL(entry.url);
  known.delete(path);
}

/** Gives what is at a path of the API to the browser to be saved. */
export async function saveFrom(path, name) {
  const reply = await send("GET", path);
  if (!reply.ok) throw await problemOf(reply);
  const url = URL.createObjectURL(await reply.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const save = (file) => saveFrom(`/api/files/${file.id}`, file.name);
