// Where projects and their code are: everything else of them is fetched when it is looked at (work/).
import { t } from "../i18n.js";
import { lazy } from "../lazy.js";
import { addView } from "../registry.js";

const project = "/p/:user/:project";
const parts = ["", "/commits", "/commit/:commit", "/blame", "/refs", "/pulls", "/pulls/:number", "/compare"];

addView({
  name: "projects", order: 2, path: "/projects", under: ["/p/", "/r/"], title: () => t("projects"), icon: "board", view: lazy(() => import("../work/pages.js")),
  paths: [project, ...["issues", "new", "issues/:number", "board", "board/:board", "pulls", "members", "activity"].map((one) => `${project}/${one}`)],
});

addView({
  name: "code", path: `${project}/code/:repo`, view: lazy(() => import("../code/pages.js")), title: () => t("repositories"),
  paths: [...parts.slice(1).map((one) => `${project}/code/:repo${one}`), ...parts.map((one) => `/r/:user/:repo${one}`)],
});
