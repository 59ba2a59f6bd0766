// Who changed whose rights.
import m from "mithril";
import { get } from "../api.js";
import { attempt } from "../dom.js";
import { shown, t } from "../i18n.js";
import { section } from "../views/account.js";

export function Audit() {
  let list = [];
  let next = null;
  const load = (more) => attempt(async () => {
    const { data, pagination } = await get("/api/admin/audit", { before: more ? next : undefined, limit: 20 });
    list = more ? [...list, ...data] : data;
    next = pagination.next_before;
  });
  return {
    oninit: () => load(),
    view: () => section(t("audit"),
      m("ul.lines", list.map((one) => m("li", { key: one.id }, m("span.text", m("strong", `${one.actor ?? "netbit"}: ${one.act} ${one.object}`), m("small", `${shown("moment", one.time)} · ${one.address}`))))),
      next && m("button", { type: "button", onclick: () => load(true) }, t("more"))),
  };
}
