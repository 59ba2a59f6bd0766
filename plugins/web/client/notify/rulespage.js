// What somebody wants to hear of, tried on the last days before it is written.
import m from "mithril";
import { get, patch, post } from "../api.js";
import { attempt, chosen, Field, Form, iconButton, notice } from "../dom.js";
import { language, t } from "../i18n.js";
import { state } from "../state.js";
import { section } from "../views/account.js";
import { missing, showing, source } from "../work/source.js";
import { Line } from "./inbox.js";
import { levels, ownRules, write } from "./rules.js";
import { placeName, projects } from "./words.js";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const dayName = (day) => new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, 1 + days.indexOf(day))));
const dateName = (date) => new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));

/** attrs: label, days (those that are on), change(days) */
const Days = {
  view: ({ attrs: { label, days: on, change } }) => m("fieldset.switches.days", m("legend", label), days.map((day) =>
    m("label", { key: day }, m("input", { type: "checkbox", value: day, checked: on.includes(day),
      onchange: (event) => change(days.filter((one) => (one === day ? event.target.checked : on.includes(one)))) }), dayName(day)))),
};

function quietHours(draft) {
  const rows = draft.quiet_hours;
  return section(t("quiet_hours"), m("p", m("small", t("quiet_help"))),
    rows.map((one, index) => m(".quiet-hours", { key: index, role: "group", "aria-label": t("quiet_n", { number: index + 1 }) },
      m(".row", ["from", "to"].map((end) => m(Field, { key: end, label: t(`time_${end}`), type: "time", name: `${end}-${index}`, required: true, value: one[end],
        onchange: (event) => (one[end] = event.target.value) }))),
      m(Days, { label: t("on_days"), days: one.days, change: (on) => (one.days = on) }),
      m(".buttons", m("button", { type: "button", onclick: () => rows.splice(index, 1) }, t("remove"))))),
    m("button", { type: "button", onclick: () => rows.push({ days: [...days], from: "22:00", to: "07:00" }) }, t("add_quiet")));
}

function daysOff(draft) {
  return section(t("days_off"),
    m(Days, { label: t("every_week"), days: draft.days_off, change: (on) => (draft.days_off = on) }),
    m("ul.chosen", draft.dates_off.map((date) => m("li", { key: date }, dateName(date),
      m("button", { type: "button", "aria-label": t("delete_named", { name: dateName(date) }), onclick: () => (draft.dates_off = draft.dates_off.filter((one) => one !== date)) }, "×")))),
    m(Field, { label: t("add_date"), type: "date", name: "date_off", value: "", onchange: (event) => {
      const date = event.target.value;
      if (date && !draft.dates_off.includes(date)) draft.dates_off = [...draft.dates_off, date].sort();
      event.target.value = "";
    } }));
}

/** The user's own clock: quiet hours are what it shows. */
function Zone() {
  const why = source(() => get("/api/notifications/why"));
  const zones = Intl.supportedValuesOf?.("timeZone") || [];
  return {
    ...showing(why),
    view: () => {
      const zone = state.me.time_zone || why.value?.time_zone || "";
      return m(Field, { label: t("time_zone"), name: "zone", value: zone, options: [...new Set([zone, "UTC", ...zones])].filter(Boolean).map((one) => [one, one]),
        onchange: (event) => attempt(async () => {
          Object.assign(state.me, await patch("/api/user/profile", { time_zone: event.target.value }));
          notice(t("saved"));
        }) });
    },
  };
}

const places = (draft) => section(t("own_levels"), m("p", m("small", t("own_levels_help"))),
  m("ul.lines", draft.levels.map((one) => m("li", { key: `${one.scope}${one.id}` }, m("span.text", m("strong", placeName(one.scope, one.id))),
    m("select", { "aria-label": t("hear_of", { name: placeName(one.scope, one.id) }), ...chosen(one.level), onchange: (event) => (one.level = event.target.value) },
      levels.map((level) => m("option", { value: level }, t(`hear.${level}`)))),
    iconButton("close", t("delete_named", { name: placeName(one.scope, one.id) }), { onclick: () => (draft.levels = draft.levels.filter((other) => other !== one)) })))),
  !draft.levels.length && m("p.empty", t("none")));

/** "42 → 6", and which. */
const outcome = (tried) => m("section.simulated", { role: "status" },
  m("h3", t("simulated", { before: tried.before, after: tried.after, days: tried.days })),
  m("p", [tried.silenced > 0 && t("silenced_n", { n: tried.silenced }), tried.added > 0 && t("added_n", { n: tried.added }), tried.held > 0 && t("held_n", { n: tried.held }),
    tried.truncated && t("simulated_cut", { events: tried.events })].filter(Boolean).join(" ")),
  m("ul.notice-list", tried.data.slice(0, 50).map((one, index) => m(Line, { key: index, one }))),
  tried.data.length > 50 && m("p", m("small", t("and_more"))));

export function Rules() {
  const kept = ownRules();
  let base = null; // what the draft was begun with
  let draft = null;
  let words = "";
  let tried = null;
  const changed = () => JSON.stringify(draft) !== JSON.stringify(base.rules);
  const begin = () => {
    base = kept.value;
    draft = structuredClone(base.rules);
    words = draft.keywords.join("\n");
    tried = null;
  };
  const simulate = () => attempt(async () => (tried = await post("/api/notifications/simulate", { rules: draft })));
  return {
    ...showing(kept, projects),
    view() {
      if (!kept.value) return missing(kept);
      if (!base || (kept.value.tag !== base.tag && !changed())) begin();
      return [m(Form, { class: "rules", label: t("save"), submit: async () => {
        await write(draft, base.tag);
        await kept.load();
        begin();
        notice(t("saved"));
        return false;
      } },
      kept.value.tag !== base.tag && m("p.error", { role: "alert" }, t("changed_elsewhere"), " ", m("button", { type: "button", onclick: begin }, t("take_theirs"))),
      m(".sections",
        section(t("hear_label"),
          m(Field, { label: t("everywhere_else"), name: "default", value: draft.default || "", options: [["", t("hear.server")], ...levels.map((one) => [one, t(`hear.${one}`)])],
            onchange: (event) => (draft.default = event.target.value || null) }),
          m(Field, { label: t("keywords"), type: "textarea", name: "keywords", rows: 4, value: words, hint: t("keywords_help"), oninput: (event) => {
            words = event.target.value;
            draft.keywords = [...new Set(words.split("\n").map((one) => one.trim()).filter(Boolean))];
          } })),
        places(draft), quietHours(draft),
        section(t("own_time"), m(Zone), m("small", t("zone_help"))), daysOff(draft)),
      m(".tool-row.try", m("button", { type: "button", class: "simulate", onclick: simulate }, t("simulate")), m("small.hint", t("simulate_help")), changed() && m("span.chip.late", t("unsaved")))),
      tried && outcome(tried)];
    },
  };
}
