// Where an administrator's pages are; they are fetched when they are looked at (admin/).
import { t } from "../i18n.js";
import { lazy } from "../lazy.js";
import { addView } from "../registry.js";
import { isAdmin } from "../state.js";

addView({ name: "admin", order: 4, path: "/admin", paths: ["/admin/:part"], title: () => t("admin_short"), icon: "admin", when: isAdmin, view: lazy(() => import("../admin/pages.js")) });
