#include "app/DocsPage.h"

namespace netbit::app {

const std::string_view docsHtml = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>NetBit API</title>
<link rel="stylesheet" href="/api/docs/docs.css">
<script src="/api/docs/docs.js" defer></script>
</head>
<body>
<header>
<h1>NetBit API <small id="version"></small></h1>
<p id="about"></p>
<p><a href="/api/openapi.json">openapi.json</a> · <a href="/docs/problems">problems</a></p>
<label>Find <input id="find" type="search" placeholder="path, method or word" autocomplete="off"></label>
</header>
<main id="routes" aria-live="polite"><noscript>This page needs its script; openapi.json says the same.</noscript></main>
</body>
</html>
)html";

const std::string_view docsScript = R"js("use strict";

// Text goes in as text: nothing of the description becomes markup.
function make(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function typeOf(schema) {
  if (!schema) return "any";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  for (const word of ["anyOf", "oneOf", "allOf"])
    if (schema[word]) return schema[word].map(typeOf).join(word === "allOf" ? " & " : " | ");
  if (schema.type === "array") return typeOf(schema.items) + "[]";
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type || "any";
  return schema.format ? type + " (" + schema.format + ")" : type;
}

function bounds(schema) {
  const said = [];
  for (const [name, word] of [["minimum", "≥"], ["maximum", "≤"], ["minLength", "length ≥"], ["maxLength", "length ≤"],
                              ["minItems", "items ≥"], ["maxItems", "items ≤"]])
    if (schema[name] !== undefined && Math.abs(schema[name]) < Number.MAX_SAFE_INTEGER) said.push(word + " " + schema[name]);
  return said.join(", ");
}

function table(head, rows) {
  const out = make("table");
  const first = out.createTHead().insertRow();
  for (const text of head) first.append(make("th", text));
  const body = out.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((text, column) => line.insertCell().append(column === 0 ? make("code", text) : text || ""));
  }
  return out;
}

function members(schema) {
  return Object.entries(schema.properties || {}).map(([name, one]) => [
    name, typeOf(one), (schema.required || []).includes(name) ? "required" : "",
    [one.description, bounds(one)].filter(Boolean).join("; ")]);
}

function shownSchema(schema, schemas) {
  const named = schema.$ref ? schemas[schema.$ref.split("/").pop()] : schema;
  if (!named || !named.properties) return make("p", typeOf(schema), "type");
  const out = make("div");
  if (schema.$ref) out.append(make("p", typeOf(schema), "type"));
  out.append(table(["member", "type", "", ""], members(named)));
  return out;
}

function shownRoute(path, method, route, document_) {
  const schemas = document_.components.schemas;
  const out = make("details", undefined, "route");
  out.id = route.operationId;
  const line = make("summary");
  line.append(make("b", method.toUpperCase(), method), make("code", path), make("span", route.summary),
              make("i", route["x-netbit-access"]));
  out.append(line);
  out.addEventListener("toggle", () => { // filled when somebody looks
    if (!out.open || out.dataset.filled) return;
    out.dataset.filled = "yes";
    if (route.parameters) {
      out.append(make("h3", "Parameters"), table(["name", "in", "type", "", ""], route.parameters.map((one) => [
        one.name, one.in, typeOf(one.schema), one.required ? "required" : "",
        [one.description, bounds(one.schema)].filter(Boolean).join("; ")])));
    }
    if (route.requestBody) {
      out.append(make("h3", "Body"));
      for (const [type, content] of Object.entries(route.requestBody.content))
        out.append(make("p", type, "type"), shownSchema(content.schema, schemas));
    }
    out.append(make("h3", "Answers"));
    for (const [status, given] of Object.entries(route.responses)) {
      const answer = given.$ref ? document_.components.responses[given.$ref.split("/").pop()] : given;
      out.append(make("p", status + "  " + answer.description, "status"));
      for (const [type, content] of given.$ref ? [] : Object.entries(answer.content || {}))
        out.append(make("p", type, "type"), shownSchema(content.schema, schemas));
    }
  });
  return out;
}

function show(document_) {
  document.getElementById("version").textContent = document_.info.version;
  document.getElementById("about").textContent = document_.info.description;
  const routes = document.getElementById("routes");
  routes.replaceChildren();
  const entries = [];
  for (const tag of document_.tags) {
    const section = make("section");
    section.append(make("h2", tag.name), make("p", tag.description));
    for (const [path, methods] of Object.entries(document_.paths))
      for (const [method, route] of Object.entries(methods)) {
        if (!route.tags.includes(tag.name)) continue;
        const entry = shownRoute(path, method, route, document_);
        entries.push({entry, section, text: (method + " " + path + " " + route.summary).toLowerCase()});
        section.append(entry);
      }
    routes.append(section);
  }
  document.getElementById("find").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    const seen = new Set();
    for (const {entry, section, text} of entries) {
      entry.hidden = !words.every((word) => text.includes(word));
      if (!entry.hidden) seen.add(section);
    }
    for (const {section} of entries) section.hidden = !seen.has(section);
  });
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted) { wanted.open = true; wanted.scrollIntoView(); }
}

fetch("/api/openapi.json", {credentials: "omit"})
  .then((answer) => answer.ok ? answer.json() : Promise.reject(new Error("status " + answer.status)))
  .then(show)
  .catch((error) => {
    document.getElementById("routes").replaceChildren(make("p", "The description could not be read: " + error.message));
  });
)js";

const std::string_view docsStyle = R"css(:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 small { font-weight: normal; font-size: 1rem; }
h2 { margin-top: 2rem; }
h3 { font-size: 1rem; margin: 1rem 0 0.25rem; }
code { font-family: ui-monospace, monospace; }
input { font: inherit; padding: 0.25rem 0.5rem; width: 20rem; max-width: 100%; }
details.route { border-top: 1px solid var(--line); padding: 0.35rem 0; }
summary { cursor: pointer; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; }
summary b { min-width: 4rem; font-size: 0.85rem; }
summary i { margin-left: auto; font-size: 0.85rem; }
.get { color: #2266bb; } .post { color: #227744; } .put, .patch { color: #996600; } .delete { color: #bb3333; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.75rem 0.2rem 0; border-bottom: 1px solid var(--line); }
.type { font-family: ui-monospace, monospace; font-size: 0.85rem; margin: 0.25rem 0; }
.status { margin: 0.5rem 0 0; }
)css";

} // namespace netbit::app
