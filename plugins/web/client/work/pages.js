// Which page a route of projects shows. A page is another component for another path, not for another query.
import m from "mithril";
import { Activity, Overview } from "./project.js";
import { Board } from "./board.js";
import { Issue } from "./issue.js";
import { Issues } from "./issues.js";
import { Members } from "./members.js";
import { NewIssue } from "./newissue.js";
import { Projects } from "./projects.js";
import { ProjectPulls } from "./projectpulls.js";

function componentOf(path) {
  const [, part, number] = path.match(/^\/p\/[^/]+\/[^/]+(?:\/(\w+)(?:\/(\d+))?)?$/) || [];
  if (path === "/projects") return Projects;
  if (part === "issues") return number ? Issue : Issues;
  return { new: NewIssue, board: Board, pulls: ProjectPulls, members: Members, activity: Activity }[part] || Overview;
}

export const Page = {
  view() {
    const path = m.route.get().split("?")[0];
    return [m(componentOf(path), { key: path })];
  },
};
