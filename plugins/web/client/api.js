// Requests to the server's API, with the access token.
import { accessToken, Unreachable } from "./tokens.js";

export { SignedOut, Unreachable } from "./tokens.js";

/** What the server said no with (RFC 9457). */
export class Problem extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.code = problem.code;
    this.fields = problem.errors || [];
    this.retryAfter = retryAfter;
  }
}

function target(path, query) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query || {})) if (value !== undefined && value !== null) params.set(name, value);
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

export async function problemOf(reply) {
  let problem = {};
  try {
    problem = await reply.json();
  } catch {
    // a proxy's page: the status says enough
  }
  return new Problem(reply.status, problem, Number(reply.headers.get("Retry-After")) || 0);
}

/** The reply itself, good or not. `anyone`: without a token. */
export async function send(method, path, { query, body, headers, signal, anyone, keepalive } = {}) {
  const raw = body instanceof Blob;
  const once = async (token) => {
    try {
      return await fetch(target(path, query), {
        method, signal, keepalive, cache: "no-store",
        headers: {
          ...(body !== undefined && !raw && { "Content-Type": "application/json" }),
          ...(token && { Authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: raw || body === undefined ? body : JSON.stringify(body),
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Unreachable();
    }
  };
  if (anyone) return once(null);
  const token = await accessToken();
  const reply = await once(token);
  return reply.status === 401 ? once(await accessToken(token)) : reply;
}

/** The JSON of a good reply; a Problem is thrown for another. */
async function request(method, path, options) {
  const reply = await send(method, path, options);
  if (!reply.ok) throw await problemOf(reply);
  return reply.status === 204 ? null : reply.json();
}

/** Asks again, up to three times, where the server has too much to do just now and says when. */
export async function get(path, query, options) {
  for (let tries = 1; ; ++tries) {
    try {
      return await request("GET", path, { query, ...options });
    } catch (error) {
      if (error.status !== 503 || !error.retryAfter || error.retryAfter > 5 || tries > 3) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfter * 1000 + Math.random() * 500));
    }
  }
}
export const post = (path, body, options) => request("POST", path, { body, ...options });
export const put = (path, body, options) => request("PUT", path, { body, ...options });
export const patch = (path, body, options) => request("PATCH", path, { body, ...options });
export const del = (path, options) => request("DELETE", path, options);

/** All of a list, within reason. */
export async function all(path, query) {
  const out = [];
  for (let after; ; ) {
    const { data, pagination } = await get(path, { ...query, limit: 200, after });
    out.push(...data);
    after = pagination?.next_after;
    if (!after || out.length >= 2000) return out;
  }
}

/** RFC 4122, version 4; crypto.randomUUID is not there without a secure context. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
