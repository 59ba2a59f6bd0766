// What a plugin is told: each setting with what may stand there. Written into its file on the server, as `netbit config set` does.
import m from "mithril";
import { get, post, put } from "../api.js";
import { Field, Form, notice } from "../dom.js";
import { t } from "../i18n.js";
import { missing, showing, source } from "../work/source.js";

/** "0 to 65535, seconds" */
function bounds({ minimum: least, maximum: most, max_length: length, unit }) {
  return [least !== null && most !== null ? t("from_to", { least, most }) : least !== null ? t("at_least_n", { least }) : most !== null && t("at_most_n", { most }), length !== null && t("at_most_bytes", { most: length }), unit]
    .filter(Boolean).join(", ");
}

function field(one) {
  const hint = [one.description, bounds(one), t("by_itself", { value: one.default || t("empty") }), one.place !== "default" && t("set_in", { place: one.place })].filter(Boolean).join(" · ");
  const attrs = { label: one.name, name: one.name, value: one.value, hint };
  if (one.secret) return m(Field, { ...attrs, disabled: true, hint: t("secret_setting", { key: one.key }) });
  if (one.type === "boolean") return m(Field, { ...attrs, options: [["true", t("yes")], ["false", t("no")]] });
  if (one.choices.length) return m(Field, { ...attrs, options: one.choices.map((choice) => [choice, choice]) });
  return m(Field, one.type === "integer" || one.type === "number"
    ? { ...attrs, type: "number", min: one.minimum ?? undefined, max: one.maximum ?? undefined, step: one.type === "number" ? "any" : 1, required: true } : { ...attrs, autocomplete: "off", spellcheck: false });
}

/** attrs: id, the plugin's; written() when it has its new settings. */
export function Settings({ attrs: { id } }) {
  const path = `/api/admin/plugins/${encodeURIComponent(id)}/settings`;
  const list = source(async () => (await get(path)).data);
  return {
    ...showing(list),
    view: ({ attrs: { written } }) => missing(list) || (!list.value.length ? m("p.empty", t("no_settings"))
      : [m(Form, { key: list.value.map((one) => one.value).join("\n"), class: "settings", label: t("save"), submit: async (fields) => {
        const changed = list.value.filter((one) => !one.secret && fields[one.name] !== one.value);
        for (const one of changed) await put(`${path}/${encodeURIComponent(one.name)}`, { value: fields[one.name] });
        if (changed.length) await post("/api/admin/reload", {});
        notice(t(changed.length ? "settings_written" : "nothing_changed"));
        await Promise.all([list.load(), written()]);
        return false;
      } }, list.value.map((one) => m("div", { key: one.name, "data-setting": one.key }, field(one))))]),
  };
}
