// The access token: in this module's memory, for a quarter of an hour, and nowhere else. The refresh token is in a cookie that no
// script can read; /web/session exchanges it. One tab at a time does that, and tells the others what it got.

let access = null; // {token, until}
const listeners = new Set();
const channel = "BroadcastChannel" in self ? new BroadcastChannel("netbit-session") : null;

export class SignedOut extends Error {}
export class Unreachable extends Error {}

if (channel) {
  channel.onmessage = ({ data }) => {
    if (data.token) access = data;
    if (data.out) {
      access = null;
      for (const listener of listeners) listener();
    }
  };
}

export function onSignedOutElsewhere(listener) {
  listeners.add(listener);
}

const fresh = () => access && access.until > Date.now() + 30_000;

// Without a secure context there are no locks; the server gives two tabs that ask at once the same answer.
const alone = (work) => (navigator.locks ? navigator.locks.request("netbit-session", work) : work());

async function exchange(body) {
  let reply;
  try {
    reply = await fetch("/web/session", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-NetBit-Web": "1" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unreachable();
  }
  if (reply.status === 401) {
    access = null;
    throw new SignedOut();
  }
  if (!reply.ok) throw new Unreachable();
  const session = await reply.json();
  access = { token: session.access_token, until: Date.now() + session.expires_in * 1000 };
  channel?.postMessage(access);
  return session;
}

/** Takes over a session that was just begun: from here on its refresh token is the cookie's. */
export const adopt = (refreshToken) => alone(() => exchange({ refresh_token: refreshToken }));

/** A good access token. `stale`: one that the server has just refused. */
export async function accessToken(stale) {
  if (fresh() && access.token !== stale) return access.token;
  await alone(async () => {
    if (!fresh() || access.token === stale) await exchange({}); // else another tab has done it meanwhile
  });
  return access.token;
}

/** What is there now, without asking: for the last words of a page that is being closed. */
export const currentToken = () => (fresh() ? access.token : null);

export async function signOut() {
  await alone(() => fetch("/web/session", { method: "DELETE", headers: { "X-NetBit-Web": "1" } }));
  access = null;
  channel?.postMessage({ out: true });
}
