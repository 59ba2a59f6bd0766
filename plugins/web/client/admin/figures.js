// How the server is, as lines that grow while one looks. What is asked for stays in this page.
import m from "mithril";
import { get, send } from "../api.js";
import { bytes, number, t } from "../i18n.js";
import { wordsOf } from "../dom.js";
import { redraw } from "../redraw.js";
import { everyNow } from "../work/source.js";

const period = 2000;
const most = 150; // five minutes
const least = 30; // a line of fewer begins in the middle
const width = 300;
const height = 70;

const few = (value) => number(value, value < 10 ? 2 : 0);

/** Prometheus' text: the sum of each name over its labels. */
function sums(text) {
  const out = {};
  for (const line of text.split("\n")) {
    const found = line.match(/^(\w+)(?:\{.*\})? ([-+.\deE]+)$/);
    if (found) out[found[1]] = (out[found[1]] || 0) + Number(found[2]);
  }
  return out;
}

// `rate`: what grows is shown by how fast it does.
const plots = [
  { name: "memory", of: (one) => one.rss, show: bytes },
  { name: "requests", of: (one) => one.netbit_http_requests_total, rate: true, show: (value) => t("per_second", { value: few(value) }) },
  { name: "connections", of: (one) => one.netbit_http_connections + (one.netbit_tcp_connections || 0), show: few },
  { name: "commits", of: (one) => one.netbit_writer_commits_total, rate: true, show: (value) => t("per_second", { value: few(value) }) },
  { name: "queue", of: (one) => one.queued, show: few },
  { name: "cpu", of: (one) => one.netbit_plugin_cpu_seconds_total * 100, rate: true, show: (value) => `${few(value)} %` },
  { name: "plugin_calls", of: (one) => one.netbit_plugin_calls_total, rate: true, show: (value) => t("per_second", { value: few(value) }) },
  { name: "errors", of: (one) => one.netbit_plugin_errors_total, rate: true, show: (value) => t("per_second", { value: few(value) }) },
];

function valuesOf({ of, rate }, samples) {
  if (!rate) return samples.map(of);
  return samples.slice(1).map((one, index) => Math.max(0, (of(one) - of(samples[index])) / ((one.at - samples[index].at) / 1000)));
}

function plot(one, samples) {
  const values = valuesOf(one, samples);
  const now = values.at(-1);
  const top = Math.max(...values, one.name === "memory" ? 0 : 1);
  const step = width / (Math.max(values.length, least) - 1);
  const points = values.map((value, index) => `${(width - (values.length - 1 - index) * step).toFixed(1)} ${(height - 2 - (value / top) * (height - 6)).toFixed(1)}`);
  const line = points.length ? `M${points.join("L")}` : "";
  const label = now === undefined ? t("loading") : t("figure_now", { name: t(`figure.${one.name}`), now: one.show(now), least: one.show(Math.min(...values)), most: one.show(Math.max(...values)) });
  return m("section.figure", { key: one.name, "data-figure": one.name }, m("h3", t(`figure.${one.name}`)), m("p.now", now === undefined ? "…" : one.show(now)),
    m("svg.plot", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
      m("path.area", { d: line && `${line}L${width} ${height}L${points[0].split(" ")[0]} ${height}Z` }), m("path.curve", { d: line })),
    m("small", values.length > 1 ? t("figure_range", { least: one.show(Math.min(...values)), most: one.show(Math.max(...values)) }) : ""));
}

export function Figures() {
  const samples = [];
  let status = null;
  let error = null;
  async function look() {
    try {
      const [facts, reply] = await Promise.all([get("/api/admin/status"), send("GET", "/metrics", { anyone: true })]);
      status = facts;
      samples.push({ at: Date.now(), rss: facts.rss_bytes, queued: facts.writer.queued, ...sums(await reply.text()) });
      if (samples.length > most) samples.shift();
      error = null;
    } catch (failure) {
      error = failure;
    }
    redraw();
  }
  return {
    ...everyNow(period, look),
    view: () => [
      error && m("p.error", { role: "alert" }, wordsOf(error)),
      status && m("p.facts", [`NetBit ${status.version}`, t("up_for", { time: uptime(status.uptime_ms) }), t("users_n", { n: status.counts.users }), t("chats_n", { n: status.counts.chats }),
        ...Object.entries(status.ports).map(([name, port]) => `${name} ${port}`)].map((fact) => m("span.chip", { key: fact }, fact))),
      m(".figures", plots.map((one) => plot(one, samples))),
    ],
  };
}

function uptime(time) {
  const minutes = Math.floor(time / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  return [days && t("days_n", { n: days }), (days || hours) && t("hours_n", { n: hours }), t("minutes_n", { n: minutes % 60 })].filter(Boolean).join(" ");
}
