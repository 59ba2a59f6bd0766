// How much somebody wants to hear of one place, and what holds there without a word of their own.
import m from "mithril";
import { get } from "../api.js";
import { attempt, Field, openDialog } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { missing, showing, source } from "../work/source.js";
import { levels, setLevel } from "./rules.js";
import { placeName, projects, stepWords } from "./words.js";

/** The steps from the server to a place, the farthest first; attrs: chain, name (of the last). */
export const Chain = {
  view: ({ attrs: { chain, name } }) => m("ol.chain", chain.map((step, index) =>
    m("li", { class: step.decides ? "decides" : "" }, icon(step.decides ? "done" : "circle"),
      m("span.text", m("strong", placeName(step.scope, step.id, index === chain.length - 1 && step.id ? name : "")), m("small", stepWords(step))), step.decides && m("span.chip", t("decides"))))),
};

function Level({ attrs: { scope, id, name } }) {
  const why = source(() => get("/api/notifications/why", { [scope]: id }), ["notification"]);
  const own = () => why.value.chain.find((step) => step.scope === scope && step.id === id)?.level || "";
  return {
    ...showing(why, projects),
    view: () => missing(why) || [
      m(Field, { label: t("hear_label"), name: "level", value: own(), options: [["", t("hear.inherit")], ...levels.map((one) => [one, t(`hear.${one}`)])],
        onchange: (event) => attempt(() => setLevel(scope, id, event.target.value || null).then(why.load)) }),
      m("h3", t("chain")),
      m(Chain, { chain: why.value.chain, name }),
      why.value.delivery.state === "held" && m("p", m("small", t("quiet_now"))),
    ],
  };
}

export const askLevel = (scope, id, name) => openDialog(t("hear_of", { name }), { view: () => m(Level, { scope, id, name }) });
