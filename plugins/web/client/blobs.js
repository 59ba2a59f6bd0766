// Pictures and files need the access token, so they are fetched and shown as blobs. The oldest go when there are many.
import { problemOf, send } from "./api.js";
import { memory } from "./memory.js";
import { leavers } from "./registry.js";
import { state } from "./state.js";
import { redraw } from "./redraw.js";

const known = memory(150, (url) => URL.revokeObjectURL(url));
leavers.add(known.clear);

async function fetchOne(path) {
  try {
    const reply = await send("GET", path);
    if (reply.ok) known.have(path, URL.createObjectURL(await reply.blob()));
    else known.lack(path, reply.status < 500 && reply.status !== 429);
  } catch {
    known.lack(path); // no server: another time
  }
  ++state.stamp;
  redraw();
}

/** The URL of a picture, or null until it is there, or if there is none. */
export const picture = (path) => known.look(path, fetchOne) || null;
export const forgetPicture = known.drop;

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
