// Which page a route of a repository shows.
import m from "mithril";
import { Blame } from "./blame.js";
import { Commit, Commits } from "./commits.js";
import { Compare } from "./compare.js";
import { Files } from "./files.js";
import { Pull } from "./pull.js";
import { Pulls } from "./pulls.js";
import { Refs } from "./refs.js";

const pages = { commits: Commits, commit: Commit, blame: Blame, refs: Refs, pulls: Pulls, compare: Compare };

export const Page = {
  view() {
    const path = m.route.get().split("?")[0];
    const [, part, what] = path.match(/^(?:\/p\/[^/]+\/[^/]+\/code|\/r\/[^/]+)\/[^/]+(?:\/(\w+)(?:\/(\w+))?)?$/) || [];
    return [m(part === "pulls" && what ? Pull : pages[part] || Files, { key: path })];
  },
};
