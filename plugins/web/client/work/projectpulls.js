// The pull requests of all repositories of a project.
import m from "mithril";
import { get } from "../api.js";
import { attempt, Field, link, routeNumber } from "../dom.js";
import { t } from "../i18n.js";
import { ProjectFrame, thisProject } from "./frame.js";
import { api, here, page } from "./paths.js";
import { PullLine } from "./pullline.js";
import { missing, showing, source } from "./source.js";

const atOnce = 10; // repositories that are asked without being chosen

export function ProjectPulls() {
  const place = here();
  const whole = thisProject();
  const number = routeNumber("number"); // an activity says a number and no repository
  let state = "open";
  let chosen = "";
  const repositories = async () => (whole.value || (await whole.load(), whole.value))?.repositories.filter((one) => one.default_branch) || [];
  const list = source(async () => {
    const all = await repositories();
    const some = chosen ? all.filter((one) => one.name === chosen) : all.slice(0, atOnce);
    const pages = await Promise.all(some.map(async (repository) => {
      const { data } = await get(api(place, `/${encodeURIComponent(repository.name)}/pulls`), { state, limit: 100 });
      return data.map((pull) => ({ pull, repository: repository.name }));
    }));
    return pages.flat().sort((one, other) => other.pull.number - one.pull.number);
  }, ["pull", "git", "repository"]);
  const find = () => attempt(async () => {
    for (const repository of await repositories()) {
      const at = `/${encodeURIComponent(repository.name)}/pulls/${number}`;
      if (await get(api(place, at)).then(() => true, () => false)) {
        m.route.set(page(place, `/code${at}`), null, { replace: true });
        return;
      }
    }
  });
  const set = (change) => {
    change();
    list.ask();
  };
  return {
    ...showing(whole, list),
    oninit() {
      showing(whole, list).oninit();
      if (number) find();
    },
    view: () => m(ProjectFrame, { whole, tab: "pulls" },
      m(".tool-row",
        m(".switch", { role: "group", "aria-label": t("condition") }, ["open", "merged", "closed", "all"].map((one) =>
          m("button", { key: one, type: "button", "aria-pressed": String(state === one), onclick: () => set(() => (state = one)) }, t(one === "all" ? "all" : `pull_state.${one}`)))),
        whole.value?.repositories.length > 1 && m(Field, { label: t("repository"), name: "repository", value: chosen, onchange: (event) => set(() => (chosen = event.target.value)),
          options: [["", whole.value.repositories.length > atOnce ? t("first_n", { count: atOnce }) : t("all")], ...whole.value.repositories.map((one) => [one.name, one.name])] }),
        whole.value?.repositories.filter((one) => one.default_branch).map((one) => link(page(place, `/code/${encodeURIComponent(one.name)}/compare`), { key: one.id, class: "button" }, t("new_pull_in", { name: one.name }))).slice(0, 3)),
      missing(list) || [m("ul.issue-list", list.value.map(({ pull, repository }) => m(PullLine, { key: pull.id, pull, repository, at: page(place, `/code/${encodeURIComponent(repository)}/pulls/${pull.number}`) }))),
        !list.value.length && m("p.empty", t("no_pulls"))]),
  };
}
