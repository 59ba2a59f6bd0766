// Words from lang/*.json. A new language is a file beside the two, and its name here.

export const languages = { en: "English", de: "Deutsch" };

let words = {};
let plural = new Intl.PluralRules("en");
export let language = "en";

function wantedLanguage() {
  const chosen = localStorage.getItem("netbit.language");
  const wanted = [chosen, ...navigator.languages].filter(Boolean).map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag) => languages[tag]) || "en";
}

export async function loadLanguage(tag = wantedLanguage()) {
  const reply = await fetch(`/web/lang/${tag}.json`);
  words = await reply.json();
  plural = new Intl.PluralRules(tag);
  language = tag;
  document.documentElement.lang = tag;
}

/** The words for a key, with {name} filled in; a number n chooses between "key.one" and "key.other". */
export function t(key, values = {}) {
  const form = "n" in values ? words[`${key}.${plural.select(values.n)}`] ?? words[`${key}.other`] : words[key];
  return (form ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const formats = {
  time: { hour: "2-digit", minute: "2-digit" },
  day: { weekday: "long", day: "numeric", month: "long" },
  dayOfYear: { day: "numeric", month: "long", year: "numeric" },
  short: { day: "numeric", month: "short" },
  full: { dateStyle: "full", timeStyle: "medium" },
  moment: { dateStyle: "medium", timeStyle: "short" },
};
const made = new Map();

export function shown(format, when) {
  const key = `${language}/${format}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(language, formats[format]));
  return made.get(key).format(new Date(when));
}

const dayOf = (when) => new Date(when).toDateString();
export const sameDay = (one, other) => dayOf(one) === dayOf(other);

export function dayName(when) {
  const date = new Date(when);
  const now = new Date();
  if (sameDay(date, now)) return t("today");
  if (sameDay(date, now.getTime() - 86_400_000)) return t("yesterday");
  return shown(date.getFullYear() === now.getFullYear() ? "day" : "dayOfYear", date);
}

export function shortTime(when) {
  return sameDay(when, Date.now()) ? shown("time", when) : shown("short", when);
}

/** A number as it is written here, with at most so many digits behind the point. */
export const number = (value, digits = 2) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);

const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
export function bytes(count) {
  const step = Math.min(units.length - 1, Math.floor(Math.log(Math.max(count, 1)) / Math.log(1000)));
  const options = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 };
  return new Intl.NumberFormat(language, options).format(count / 1000 ** step);
}
