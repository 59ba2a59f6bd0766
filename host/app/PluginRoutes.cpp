// The admin's doors to the plugins: through the Unix socket, and for who is signed in as an admin over HTTP, where nothing can be
// installed or removed. What changes them runs on the control thread; the request waits without a thread.
#include "app/Routes.h"

#include "base/Json.h"
#include "loader/Loader.h"
#include "services/auth/Principal.h"
#include "services/log/Log.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::app {

using base::Result;
using base::Status;
using edge::Exchange;
using edge::Outcome;

namespace {

namespace json = boost::json;

constexpr std::size_t mostBytes = 256 * 1024 * 1024; // of all libraries of one request

json::array textsOf(const std::vector<std::string>& texts)
{
    json::array out;
    for (const auto& text : texts)
        out.emplace_back(text);
    return out;
}

json::object useOf(const loader::PluginInfo& plugin)
{
    const auto& [latency, routes, listeners, connections, timers, subscriptions, streams, deferred, posted, inFlight,
                 cacheBytes, stuckCalls] = plugin.figures;
    json::array stuck;
    for (const auto& call : plugin.longCalls)
        stuck.push_back(json::object{{"call", call.call}, {"ms", call.atLeast.count()}});
    return json::object{{"calls", plugin.sums.calls},
                        {"errors", plugin.sums.errors},
                        {"cpu_ns", plugin.sums.cpu.count()},
                        {"sql_statements", plugin.sums.statements},
                        {"sql_ns", plugin.sums.sql.count()},
                        {"p50_ns", latency.p50.count()},
                        {"p99_ns", latency.p99.count()},
                        {"samples", latency.samples},
                        {"cache_bytes", cacheBytes},
                        {"in_flight", inFlight},
                        {"posted", posted},
                        {"deferred", deferred},
                        {"routes", routes},
                        {"listeners", listeners},
                        {"connections", connections},
                        {"timers", timers},
                        {"subscriptions", subscriptions},
                        {"streams", streams},
                        {"stuck", std::move(stuck)}};
}

json::object infoOf(const loader::PluginInfo& plugin)
{
    json::object ports;
    for (const auto& [name, port] : plugin.ports)
        ports[name] = port;
    return json::object{{"id", plugin.id},
                        {"version", plugin.version},
                        {"state", plugin.state},
                        {"condition", conditionName(plugin.condition)},
                        {"detail", plugin.detail},
                        {"required", plugin.required},
                        {"on_trial", plugin.onTrial},
                        {"history", plugin.history},
                        {"library", plugin.library.string()},
                        {"installed", plugin.installed},
                        {"sha256", plugin.sha256},
                        {"generation", plugin.generation},
                        {"requires", textsOf(plugin.requires_)},
                        {"required_by", textsOf(plugin.requiredBy)},
                        {"provides", textsOf(plugin.provides)},
                        {"services", textsOf(plugin.services)},
                        {"permissions", textsOf(plugin.permissions)},
                        {"ports", std::move(ports)},
                        {"use", useOf(plugin)}};
}

Result<json::value> infoOf(const loader::Loader& loader, std::string_view id)
{
    for (const auto& plugin : loader.info())
        if (plugin.id == id)
            return json::value(infoOf(plugin));
    return base::fault(Status::notFound, "no_such_plugin", "There is no plugin " + std::string(id) + '.');
}

json::value allOf(const loader::Loader& loader)
{
    json::array all;
    for (const auto& plugin : loader.info())
        all.push_back(infoOf(plugin));
    return json::object{{"data", std::move(all)}};
}

bool isRequired(const loader::Loader& loader, std::string_view id)
{
    const auto all = loader.info();
    return std::any_of(all.begin(), all.end(), [id](const auto& plugin) { return plugin.id == id && plugin.required; });
}

/// Over HTTP an admin is somebody, and the log says who.
void tell(const Exchange& exchange, std::string_view what, std::string_view plugin)
{
    const auto* const principal = static_cast<const services::auth::Principal*>(exchange.principal.get());
    services::log::info("admin", "An admin changes the plugins.",
                        {{"user", std::to_string(principal->userId())}, {"what", what}, {"plugin", plugin}});
}

json::value planOf(const loader::Plan& plan)
{
    json::array plugins;
    for (const auto& plugin : plan.plugins) {
        json::array findings;
        for (const auto& finding : plugin.findings)
            findings.push_back(json::object{{"fatal", finding.fatal}, {"code", finding.code}, {"text", finding.text}});
        plugins.push_back(json::object{{"id", plugin.id},
                                       {"version", plugin.version},
                                       {"from", plugin.from},
                                       {"action", plugin.action},
                                       {"findings", std::move(findings)}});
    }
    return json::object{{"good", plan.good()}, {"plugins", std::move(plugins)}};
}

void answer(Exchange& exchange, const Result<json::value>& result)
{
    if (!result) {
        exchange.problem(result.error());
        return;
    }
    edge::Reply reply;
    if (result->is_null()) {
        reply.status = 204;
        reply.contentType.clear();
    } else {
        reply.body = base::Body(json::serialize(*result));
    }
    exchange.reply(std::move(reply));
}

/// {"plugins":[{"name":…,"manifest":…,"bytes":…},…]}, a newline, and the libraries one behind the other.
Result<std::vector<loader::Package>> unpack(std::string_view body)
{
    const auto bad = [](std::string_view what) {
        return base::fault(Status::malformed, "bad_package", "The body is not what `netbit plugin` sends: " + std::string(what));
    };
    const auto end = body.find('\n');
    if (end == std::string_view::npos)
        return bad("there is no line that says what follows.");
    auto head = base::parseJson(body.substr(0, end));
    if (!head)
        return bad(head.error().detail);
    body.remove_prefix(end + 1);
    const auto* const object = head->if_object();
    const auto* const list = object ? object->if_contains("plugins") : nullptr;
    if (!list || !list->is_array() || list->get_array().empty())
        return bad("\"plugins\" is no list of plugins.");
    std::vector<loader::Package> out;
    for (const auto& each : list->get_array()) {
        const auto* const one = each.if_object();
        const auto* const name = one ? one->if_contains("name") : nullptr;
        const auto* const manifest = one ? one->if_contains("manifest") : nullptr;
        const auto* const bytes = one ? one->if_contains("bytes") : nullptr;
        if (!name || !name->is_string() || !manifest || !manifest->is_string() || !bytes || !bytes->is_int64())
            return bad("a plugin has a name, a manifest and a number of bytes.");
        const auto size = bytes->get_int64();
        if (size < 0 || static_cast<std::uint64_t>(size) > body.size())
            return bad("a library is shorter than it says.");
        // The name becomes that of a file; one that is no id is refused by the plan, but must not get so far.
        const std::string file(name->get_string());
        if (file.find('/') != std::string::npos || file.starts_with('.') || file.empty())
            return bad("a name is no name of a plugin.");
        out.push_back({file, std::string(manifest->get_string()), std::string(body.substr(0, static_cast<std::size_t>(size)))});
        body.remove_prefix(static_cast<std::size_t>(size));
    }
    if (!body.empty())
        return bad("something follows the last library.");
    return out;
}

using Work = std::function<Result<json::value>(loader::Loader&)>;

/// Answers from the control thread, when the work is done.
Outcome onControl(Exchange& exchange, const PluginDoor& door, Work work)
{
    auto kept = exchange.shared_from_this();
    const bool taken = door.onControl([kept, work = std::move(work), loader = door.loader] { answer(*kept, work(loader())); });
    if (!taken)
        exchange.problem(base::fault(Status::unavailable, "shutting_down", "The server is shutting down."));
    return Outcome::replied;
}

} // namespace

std::string_view conditionName(border::Health condition) noexcept
{
    switch (condition) {
    case border::Health::good: return "good";
    case border::Health::degraded: return "degraded";
    case border::Health::failed: break;
    }
    return "failed";
}

std::vector<edge::Route> pluginRoutes(PluginDoor door)
{
    std::vector<edge::Route> routes;
    const auto add = [&](std::string_view method, std::string_view pattern, std::string_view summary,
                         std::function<Outcome(Exchange&)> function) {
        edge::Route made;
        made.method = method;
        made.pattern = pattern;
        made.access = edge::Access::local;
        made.owner = "netbit";
        made.summary = summary;
        made.maxBodyBytes = mostBytes;
        made.handler = handler(std::move(function));
        routes.push_back(std::move(made));
    };
    const auto open = [&](std::string_view method, std::string_view pattern, std::string_view summary,
                          std::function<Outcome(Exchange&)> function) {
        edge::Route made;
        made.method = method;
        made.pattern = pattern;
        made.access = edge::Access::admin;
        made.query.emplace();
        made.owner = "netbit";
        made.summary = summary;
        made.schema = R"({"result":{"type":"object"}})";
        made.maxBodyBytes = 1024;
        made.handler = handler(std::move(function));
        routes.push_back(std::move(made));
    };
    using Verb = Result<void> (loader::Loader::*)(const std::string&);
    const auto verb = [&](std::string_view name, std::string_view summary, Verb function) {
        const auto act = [door, function](Exchange& exchange) {
            return onControl(exchange, door, [id = std::string(exchange.param("id")), function](loader::Loader& loader) -> Result<json::value> {
                if (auto done = (loader.*function)(id); !done)
                    return done.error();
                return infoOf(loader, id);
            });
        };
        add("POST", "/admin/plugins/{id}/" + std::string(name), summary, act);
        open("POST", "/api/admin/plugins/{id}/" + std::string(name), summary, [door, act, name = std::string(name)](Exchange& exchange) {
            if (name == "disable" && isRequired(door.loader(), exchange.param("id"))) {
                exchange.problem(base::fault(Status::conflict, "plugin_required",
                                             "The server is no use without it, and nobody could start it again from here; `netbit plugin "
                                             "disable` on the server itself stops it."));
                return Outcome::replied;
            }
            tell(exchange, name, exchange.param("id"));
            return act(exchange);
        });
    };
    verb("enable", "Starts a plugin, now and at every start.", &loader::Loader::enable);
    verb("disable", "Stops a plugin, now and at every start.", &loader::Loader::disable);
    verb("reload", "Exchanges a plugin for what lies in its files.", &loader::Loader::reload);
    const auto reload = [door](Exchange& exchange) {
        return onControl(exchange, door, [reload = door.reload](loader::Loader& loader) -> Result<json::value> {
            if (auto done = reload(); !done)
                return done.error();
            return allOf(loader);
        });
    };
    constexpr std::string_view reloads = "Reads the settings and the folders of plugins again, as SIGHUP does.";
    add("POST", "/admin/reload", reloads, reload);
    open("POST", "/api/admin/reload", reloads, [reload](Exchange& exchange) {
        tell(exchange, "settings", "");
        return reload(exchange);
    });
    open("GET", "/api/admin/plugins", "All plugins: their state, and what each has used.", [door](Exchange& exchange) {
        answer(exchange, allOf(door.loader()));
        return Outcome::replied;
    });
    add("DELETE", "/admin/plugins/{id}", "Stops an installed plugin and deletes its files.", [door](Exchange& exchange) {
        return onControl(exchange, door, [id = std::string(exchange.param("id"))](loader::Loader& loader) -> Result<json::value> {
            if (auto done = loader.remove(id); !done)
                return done.error();
            return json::value();
        });
    });
    const auto show = [door](Exchange& exchange) {
        answer(exchange, infoOf(door.loader(), exchange.param("id")));
        return Outcome::replied;
    };
    add("GET", "/admin/plugins/{id}", "Everything about a plugin.", show);
    open("GET", "/api/admin/plugins/{id}", "Everything about a plugin.", show);
    add("POST", "/admin/plugins/plan", "What would clash or break if these were installed.", [door](Exchange& exchange) {
        auto packages = unpack(exchange.body());
        if (!packages) {
            exchange.problem(packages.error());
            return Outcome::replied;
        }
        return onControl(exchange, door,
                         [packages = std::move(*packages), downgrade = exchange.queryValue("downgrade") == "true"](
                             loader::Loader& loader) -> Result<json::value> { return planOf(loader.plan(packages, downgrade)); });
    });
    add("POST", "/admin/plugins/install", "Installs or upgrades these in the running server.", [door](Exchange& exchange) {
        auto packages = unpack(exchange.body());
        if (!packages) {
            exchange.problem(packages.error());
            return Outcome::replied;
        }
        return onControl(exchange, door,
                         [packages = std::move(*packages), downgrade = exchange.queryValue("downgrade") == "true"](
                             loader::Loader& loader) -> Result<json::value> {
                             if (auto done = loader.install(packages, downgrade); !done)
                                 return done.error();
                             json::array all;
                             for (const auto& package : packages)
                                 if (auto one = infoOf(loader, package.name))
                                     all.push_back(std::move(*one));
                             return json::value(json::object{{"data", std::move(all)}});
                         });
    });
    return routes;
}

} // namespace netbit::app
