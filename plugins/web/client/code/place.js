// Which repository a route speaks of, and where its things are.
import m from "mithril";
import { get } from "../api.js";
import { leavers } from "../registry.js";
import { state } from "../state.js";
import { source } from "../work/source.js";

const part = encodeURIComponent;
const param = (name) => (m.route.param(name) === undefined ? null : String(m.route.param(name)));

/** {user, project or null, repo, api(rest), page(rest)} */
export function repositoryHere() {
  const [user, project, repo] = [param("user"), param("project"), param("repo")];
  const inApi = project ? `/api/projects/${part(user)}/${part(project)}/${part(repo)}` : `/api/git/${part(user)}/${part(repo)}`;
  const inPages = project ? `/p/${part(user)}/${part(project)}/code/${part(repo)}` : `/r/${part(user)}/${part(repo)}`;
  return { user, project, repo, api: (rest = "") => inApi + rest, page: (rest = "") => inPages + rest };
}

const known = new Map();
leavers.add(() => known.clear());

/** What is known of the repository, as a source. Somebody else's own one has no record to be asked for: what git says must do. */
export function recordOf(place) {
  const key = place.page();
  if (!known.has(key)) {
    const ask = () => (place.project ? get(place.api()) : place.user === state.me.username ? get(`/api/repos/${part(place.repo)}`)
      : { name: place.repo, clone_url: `/git/${part(place.user)}/${part(place.repo)}.git`, description: "", may: {} });
    known.set(key, source(async () => ask(), ["repository", "git"]));
  }
  return known.get(key);
}

/** What the address says is looked at: a ref and a path, each as text or, where it is none, as base64. */
export function looking() {
  const out = {};
  for (const name of ["ref", "ref_base64", "path", "path_base64"]) if (param(name) !== null) out[name] = param(name);
  return out;
}

/** The same elsewhere: `at` has path and path_base64 as entries of the API have. */
export const pathOf = (at) => (at.path_base64 ? { path_base64: at.path_base64 } : { path: at.path });
export const refOf = ({ ref, ref_base64 }) => (ref_base64 ? { ref_base64 } : ref ? { ref } : {});

/** Mithril reads no "+" as a space: URLSearchParams would write one. */
export function withQuery(path, query) {
  const text = Object.entries(query).filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => `${name}=${part(value)}`).join("&");
  return text ? `${path}?${text}` : path;
}
