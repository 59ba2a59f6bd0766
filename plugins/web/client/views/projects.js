// Where projects and their code are: everything else of them is fetched when it is looked at (work/).
import { t } from "../i18n.js";
import { lazy } from "../lazy.js";
import { addView } from "../registry.js";

const project = "/p/:user/:project";

addView({
  name: "projects", path: "/projects", under: ["/p/"], title: () => t("projects"), icon: "board", view: lazy(() => import("../work/pages.js")),
  paths: [project, ...["issues", "new", "issues/:number", "board", "board/:board", "members", "activity"].map((one) => `${project}/${one}`)],
});
