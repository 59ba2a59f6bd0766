// What notifications and their rules are in words.
import { all } from "../api.js";
import { chatName } from "../chats.js";
import { t } from "../i18n.js";
import { leavers } from "../registry.js";
import { state } from "../state.js";
import { source } from "../work/source.js";

/** The projects that one is in, as a source: rules know them by their ids. */
export const projects = source(() => all("/api/projects"), ["project"]);
leavers.add(() => (projects.value = null));

/** "the chat garden": a place that a level stands with. `name`, where it is known. */
export function placeName(scope, id, name) {
  const chat = scope === "chat" && state.chats.get(id);
  const project = scope === "project" && projects.value?.find((one) => one.id === id);
  const known = name || (chat && chatName(chat)) || (project && `${project.owner}/${project.name}`);
  return known ? t(`at_named.${scope}`, { name: known }) : id ? t(`at_named.${scope}`, { name: `#${id}` }) : t(`at.${scope}`);
}

/** Why a notification is there, by the rule that it names. */
export function ruleWords(rule) {
  if (!rule) return t("rule.note");
  if (rule.name === "level") return t("rule.level", { place: placeName(rule.scope, rule.id) });
  return t(`rule.${rule.name}`, { word: rule.keyword || "" });
}

/** The page that sets levels of what stands in a chain, with what is said of each step. */
export const stepWords = (step) => (step.muted ? t("step_muted") : step.level ? t(`hear.${step.level}`) : t("step_nothing"));
