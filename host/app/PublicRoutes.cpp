#include "app/Routes.h"

#include "app/Process.h"
#include "app/Version.h"
#include "base/Json.h"
#include "services/metrics/Registry.h"

#include <unistd.h>

namespace netbit::app {

using edge::Access;
using edge::Exchange;
using edge::Outcome;
using edge::Reply;

namespace {

class FunctionHandler final : public edge::RouteHandler {
public:
    explicit FunctionHandler(std::function<Outcome(Exchange&)> function) : _function(std::move(function)) {}
    Outcome handle(Exchange& exchange) override { return _function(exchange); }

private:
    std::function<Outcome(Exchange&)> _function;
};

Outcome answer(Exchange& exchange, int status, std::string json)
{
    Reply reply;
    reply.status = status;
    reply.headers.emplace_back("Cache-Control", "no-store");
    reply.body = base::Body(std::move(json));
    exchange.reply(std::move(reply));
    return Outcome::replied;
}

/// {"status":"ready"}, and in "degraded" the plugins that the server does without.
std::string readyJson(const Facts& facts)
{
    std::string out = R"({"status":"ready")";
    std::string_view before = ",\"degraded\":[";
    for (const auto& plugin : facts.plugins) {
        if (plugin.state == "disabled" || (plugin.state == "live" && plugin.condition == border::Health::good))
            continue;
        out += before;
        base::appendJsonString(out, plugin.id);
        before = ",";
    }
    return out + (before == "," ? "]}" : "}");
}

void appendPorts(std::string& out, const Facts& facts)
{
    out += "\"ports\":{";
    for (std::size_t i = 0; i < facts.ports.size(); ++i) {
        out += i ? "," : "";
        base::appendJsonString(out, facts.ports[i].first);
        out += ':';
        base::appendJsonInt(out, facts.ports[i].second);
    }
    out += '}';
}

std::string serverJson(const Facts& facts)
{
    std::string out = R"({"name":"netbit","version":")" NETBIT_VERSION R"(","feature_level":1,)";
    appendPorts(out, facts);
    out += ",\"plugins\":[";
    bool first = true;
    for (const auto& plugin : facts.plugins) {
        if (plugin.state != "live")
            continue;
        out += first ? "{\"id\":" : ",{\"id\":";
        first = false;
        base::appendJsonString(out, plugin.id);
        out += ",\"version\":";
        base::appendJsonString(out, plugin.version);
        out += ",\"condition\":";
        base::appendJsonString(out, conditionName(plugin.condition));
        out += '}';
    }
    out += "]}";
    return out;
}

constexpr std::string_view objectSchema = R"({"result":{"type":"object"}})";
constexpr std::string_view serverSchema =
    R"({"result":{"type":"object","required":["name","version","feature_level","ports","plugins"],"properties":{
"name":{"type":"string"},"version":{"type":"string"},"feature_level":{"type":"integer",
"description":"Grows with every release that adds to this API."},
"ports":{"type":"object","additionalProperties":{"type":"integer"}},"plugins":{"type":"array","items":{"type":"object",
"properties":{"id":{"type":"string"},"version":{"type":"string"},"condition":{"type":"string"}}}}}}})";

edge::Route route(std::string_view path, bool fast, std::string_view summary, std::string_view schema,
                  std::function<Outcome(Exchange&)> function)
{
    edge::Route made;
    made.method = "GET";
    made.pattern = path;
    made.access = Access::anyone;
    made.fast = fast;
    made.owner = "netbit";
    made.summary = summary;
    if (path.starts_with("/api/")) // probes and scrapers may add what they like
        made.query.emplace();
    made.schema = schema;
    made.handler = handler(std::move(function));
    return made;
}

std::string_view accessName(Access access)
{
    switch (access) {
    case Access::anyone:
        return "anyone";
    case Access::user:
        return "user";
    case Access::admin:
        return "admin";
    default:
        return "local";
    }
}

/// Every route that a network client can reach, and who may call it.
std::string routesJson(const edge::RouteTable& table)
{
    std::string out = "{\"data\":[";
    bool first = true;
    for (const auto& each : table.routes()) {
        if (each.access == Access::local)
            continue;
        out += first ? "{\"method\":" : ",{\"method\":";
        first = false;
        base::appendJsonString(out, each.method);
        out += ",\"pattern\":";
        base::appendJsonString(out, each.pattern);
        out += ",\"access\":";
        base::appendJsonString(out, accessName(each.access));
        out += ",\"plugin\":";
        base::appendJsonString(out, each.owner);
        out += ",\"summary\":";
        base::appendJsonString(out, each.summary);
        out += '}';
    }
    out += "]}";
    return out;
}

} // namespace

std::shared_ptr<edge::RouteHandler> handler(std::function<Outcome(Exchange&)> function)
{
    return std::make_shared<FunctionHandler>(std::move(function));
}

std::string pluginsJson(const Facts& facts)
{
    std::string out = "[";
    for (std::size_t i = 0; i < facts.plugins.size(); ++i) {
        const auto& plugin = facts.plugins[i];
        out += i ? ",{\"id\":" : "{\"id\":";
        base::appendJsonString(out, plugin.id);
        out += ",\"version\":";
        base::appendJsonString(out, plugin.version);
        out += ",\"state\":";
        base::appendJsonString(out, plugin.state);
        out += ",\"condition\":";
        base::appendJsonString(out, conditionName(plugin.condition));
        out += ",\"detail\":";
        base::appendJsonString(out, plugin.detail);
        out += plugin.required ? ",\"required\":true}" : ",\"required\":false}";
    }
    out += ']';
    return out;
}

std::string notReady(const Facts& facts)
{
    if (facts.draining)
        return "The server is shutting down.";
    if (!facts.writerHealthy)
        return "The database cannot be written.";
    for (const auto& plugin : facts.plugins) {
        if (!plugin.required)
            continue;
        if (plugin.state != "live")
            return "The required plugin " + plugin.id + " is " + plugin.state + ".";
        if (plugin.condition == border::Health::failed)
            return "The required plugin " + plugin.id + " does not work: " + plugin.detail;
    }
    return {};
}

std::string factsJson(const Facts& facts)
{
    std::string out = R"({"version":")" NETBIT_VERSION R"(","pid":)";
    base::appendJsonInt(out, getpid());
    out += ",\"uptime_ms\":";
    base::appendJsonInt(out, facts.uptimeMs);
    out += ",\"rss_bytes\":";
    base::appendJsonInt(out, residentBytes());
    out += ',';
    appendPorts(out, facts);
    out += ",\"writer\":{\"healthy\":";
    out += facts.writerHealthy ? "true" : "false";
    out += ",\"queued\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(facts.writerQueued));
    out += "},\"counts\":{\"users\":";
    base::appendJsonInt(out, facts.users);
    out += ",\"chats\":";
    base::appendJsonInt(out, facts.chats);
    out += ",\"connections\":";
    base::appendJsonInt(out, facts.connections);
    out += "},\"plugins\":" + pluginsJson(facts) + "}";
    return out;
}

/// What `type` of a problem leads to (RFC 9457 section 3.1.1).
constexpr std::string_view problemPage = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Problems</title>
<h1>Problems</h1>
<p>An error is <code>application/problem+json</code> (RFC 9457). <code>code</code> is stable, and the fragment of
<code>type</code>; <code>detail</code> is one sentence for a person; <code>errors</code> names the members at fault by JSON
pointer (<code>/content</code>; <code>/limit</code> for a query parameter too); <code>request_id</code> is in the server's log.</p>
<dl>
<dt>400</dt><dd>It cannot be parsed.</dd>
<dt>401</dt><dd>Who are you? The token is missing, expired or revoked: sign in or refresh.</dd>
<dt>403</dt><dd>You may not.</dd>
<dt>404</dt><dd>It is not there, or not yours to know of.</dd>
<dt>405</dt><dd>Not with this method; <code>Allow</code> lists those that go.</dd>
<dt>409</dt><dd>It clashes with what is there.</dd>
<dt>412</dt><dd>It has changed meanwhile.</dd>
<dt>413</dt><dd>It is over a size limit.</dd>
<dt>415</dt><dd>Another content type is wanted.</dd>
<dt>422</dt><dd>It can be parsed, but does not make sense: see <code>errors</code>.</dd>
<dt>429</dt><dd>Too often; <code>Retry-After</code> says when.</dd>
<dt>500</dt><dd>The server's fault; the admin finds it by <code>request_id</code>.</dd>
<dt>503</dt><dd>Overloaded or not ready; <code>Retry-After</code> says when.</dd>
<dt>507</dt><dd>The disk or a quota is full.</dd>
</dl></html>
)";

std::vector<edge::Route> publicRoutes(AskFacts facts, services::metrics::Registry& metrics, edge::Router& router)
{
    std::vector<edge::Route> routes;
    routes.push_back(route("/healthz", true, "Alive.", objectSchema,
                           [](Exchange& exchange) { return answer(exchange, 200, R"({"status":"alive"})"); }));
    routes.push_back(route("/readyz", false, "Every required plugin up and the database writable.", objectSchema,
                           [facts](Exchange& exchange) {
        const auto now = facts();
        const auto reason = notReady(now);
        if (reason.empty())
            return answer(exchange, 200, readyJson(now));
        exchange.problem(base::fault(base::Status::unavailable, "not_ready", reason));
        return Outcome::replied;
    }));
    routes.push_back(route("/metrics", false, "Prometheus text.", R"({"type":"text/plain"})", [&metrics](Exchange& exchange) {
        Reply reply;
        reply.contentType = "text/plain; version=0.0.4; charset=utf-8";
        reply.body = base::Body(metrics.text());
        exchange.reply(std::move(reply));
        return Outcome::replied;
    }));
    routes.push_back(route("/api/server", false, "Version, ports and plugins of this server.", serverSchema,
                           [facts](Exchange& exchange) { return answer(exchange, 200, serverJson(facts())); }));
    routes.push_back(route("/api/routes", false, "Every route, who may call it, and the plugin that answers.", objectSchema,
                           [&router](Exchange& exchange) { return answer(exchange, 200, routesJson(*router.table())); }));
    routes.push_back(route("/docs/problems", true, "What the types of errors mean.", R"({"type":"text/html"})", [](Exchange& exchange) {
        Reply reply;
        reply.contentType = "text/html; charset=utf-8";
        reply.headers.emplace_back("Content-Security-Policy", "default-src 'none'");
        reply.body.view(problemPage);
        exchange.reply(std::move(reply));
        return Outcome::replied;
    }));
    return routes;
}

} // namespace netbit::app
