// Where things of projects are: in the API, and in this client.
import m from "mithril";

const part = encodeURIComponent;

export const here = () => ({ user: String(m.route.param("user")), project: String(m.route.param("project")) });
export const api = ({ user, project }, rest = "") => `/api/projects/${part(user)}/${part(project)}${rest}`;
export const page = ({ user, project }, rest = "") => `/p/${part(user)}/${part(project)}${rest}`;
export const placeOf = (thing) => ({ user: thing.owner, project: thing.project ?? thing.name });
export const issuePage = (issue) => page(placeOf(issue), `/issues/${issue.number}`);

/** Where "#12", "garden#12" or "ada/garden#12" leads to, written in this project. */
export const referenceIn = (place) => (reference) => {
  const [, user = place.user, project, number] = reference.match(/^(?:([\w.-]+)\/)?([\w.-]*)#(\d+)$/) || [];
  return number && !(user !== place.user && !project) ? `#${page({ user, project: project || place.project }, `/issues/${number}`)}` : null;
};
