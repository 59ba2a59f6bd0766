// The rules of the user who is signed in: read, and written back unless somebody else has changed them meanwhile.
import { problemOf, put, send } from "../api.js";
import { source } from "../work/source.js";

const path = "/api/notifications/rules";

async function read() {
  const reply = await send("GET", path);
  if (!reply.ok) throw await problemOf(reply);
  return { rules: await reply.json(), tag: reply.headers.get("ETag") };
}

/** {rules, tag} as a source. */
export const ownRules = () => source(read, ["notification"]);

export const write = (rules, tag) => put(path, rules, { headers: { "If-Match": tag } });

/** Changes what is there now. */
async function change(how) {
  for (let tries = 1; ; ++tries) {
    const { rules, tag } = await read();
    try {
      return await write(how(rules), tag);
    } catch (error) {
      if (error.status !== 412 || tries === 3) throw error; // somebody else was first: once more, on what is there now
    }
  }
}

export const levels = ["all", "mentions", "none"];

/** The level of one place; null: what holds around it. */
export const setLevel = (scope, id, level) => change((rules) => ({
  ...rules, levels: [...rules.levels.filter((one) => one.scope !== scope || one.id !== id), ...(level ? [{ scope, id, level }] : [])],
}));
