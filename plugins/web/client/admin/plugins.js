// The plugins: how each is, what it has used, and what an administrator may do with it from here.
import m from "mithril";
import { get, post } from "../api.js";
import { attempt, confirmed, notice } from "../dom.js";
import { bytes, number, t } from "../i18n.js";
import { icon } from "../icons.js";
import { everyNow, missing, source } from "../work/source.js";
import { Settings } from "./settings.js";

const ms = (ns) => t("ms", { value: number(ns / 1e6) });

/** A plugin's numbers, as its ledger has them. */
function ledger({ use, ports, provides, requires, required_by: by, services, permissions, history, generation, sha256 }) {
  const rows = [["calls", number(use.calls)], ["errors", number(use.errors)], ["cpu", ms(use.cpu_ns)], ["p50", ms(use.p50_ns)], ["p99", ms(use.p99_ns)],
    ["sql", `${number(use.sql_statements)} · ${ms(use.sql_ns)}`], ["in_flight", number(use.in_flight)], ["cache", bytes(use.cache_bytes)], ["routes", number(use.routes)],
    ["connections", number(use.connections)], ["timers", number(use.timers)], ["subscriptions", number(use.subscriptions)], ["generation", number(generation)]];
  const texts = [["ports", Object.entries(ports).map(([name, port]) => `${name} ${port}`)], ["provides", provides], ["requires", requires], ["required_by", by], ["services", services],
    ["permissions", permissions], ["sha256", sha256 ? [sha256] : []], ["history", history ? [history] : []], ["stuck", use.stuck.map((one) => `${one.call} ${one.ms} ms`)]];
  return [m("dl.ledger", rows.map(([name, value]) => m("div", { key: name }, m("dt", t(`ledger.${name}`)), m("dd", value)))),
    m("dl.ledger.texts", texts.filter(([, value]) => value.length).map(([name, value]) => m("div", { key: name }, m("dt", t(`ledger.${name}`)), m("dd", value.join(", ")))))];
}

export function Plugins() {
  const list = source(async () => (await get("/api/admin/plugins")).data);
  const open = new Set();
  let busy = null;
  const act = (plugin, verb) => attempt(async () => {
    busy = plugin?.id || "all";
    try {
      await post(plugin ? `/api/admin/plugins/${encodeURIComponent(plugin.id)}/${verb}` : "/api/admin/reload", {});
      notice(plugin ? t(`plugin_done.${verb}`, { name: plugin.id }) : t("settings_read"));
    } finally {
      busy = null;
      await list.load();
    }
  });
  const isOpen = (plugin, what) => open.has(`${plugin.id} ${what}`);
  const fold = (plugin, what, sign) => m("button.quiet", { type: "button", class: `show-${what}`, "aria-expanded": String(isOpen(plugin, what)),
    onclick: () => (isOpen(plugin, what) ? open.delete(`${plugin.id} ${what}`) : open.add(`${plugin.id} ${what}`)) }, icon(sign), t(`${what}_of`, { name: plugin.id }));
  const row = (plugin) => m("section.plugin", { key: plugin.id, "data-plugin": plugin.id },
    m("header",
      m("h3", plugin.id, " ", m("small", plugin.version)),
      m("span.chip.condition", { class: plugin.state === "live" && plugin.condition === "good" ? "good" : plugin.state === "disabled" ? "" : "bad" }, t(plugin.state === "live" ? `condition.${plugin.condition}` : `plugin_state.${plugin.state}`)),
      plugin.required && m("span.chip", t("required_plugin")), plugin.on_trial && m("span.chip.late", t("on_trial")),
      m(".buttons",
        plugin.state === "live"
          ? [m("button", { type: "button", disabled: busy, onclick: () => act(plugin, "reload") }, t("reload_plugin")),
            !plugin.required && m("button.danger", { type: "button", disabled: busy, onclick: () => confirmed(t(plugin.id === "web" ? "disable_web_question" : "disable_question", { name: plugin.id }), t("disable"), () => act(plugin, "disable")) }, t("disable"))]
          : m("button.primary", { type: "button", disabled: busy, onclick: () => act(plugin, "enable") }, t("enable")))),
    plugin.detail && m("p.detail", plugin.detail),
    m("p.sums", m("small", t("plugin_sums", { calls: number(plugin.use.calls), errors: number(plugin.use.errors), p99: ms(plugin.use.p99_ns) }))),
    fold(plugin, "ledger", "more"), fold(plugin, "settings", "edit"),
    isOpen(plugin, "ledger") && ledger(plugin), isOpen(plugin, "settings") && m(Settings, { id: plugin.id, written: list.load }));
  return {
    ...everyNow(5000, list.load),
    view: () => [
      m(".tool-row", m("p.hint", m("small", t("settings_help"))), m("button", { type: "button", disabled: busy, onclick: () => act(null) }, t("read_settings"))),
      missing(list) || list.value.map(row),
    ],
  };
}
