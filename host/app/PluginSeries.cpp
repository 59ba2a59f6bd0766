#include "app/PluginSeries.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace netbit::app {

namespace metrics = services::metrics;

void addPluginSeries(metrics::Registry& registry, const loader::Loader& loader)
{
    using Info = loader::PluginInfo;
    const auto add = [&](metrics::Kind kind, std::string_view name, std::string_view help, double (*value)(const Info&)) {
        registry.sampledBy(kind, name, help, "plugin", [&loader, value] {
            std::vector<std::pair<std::string, double>> out;
            for (const auto& plugin : loader.info())
                out.emplace_back(plugin.id, value(plugin));
            return out;
        });
    };
    constexpr auto counter = metrics::Kind::counter;
    constexpr auto gauge = metrics::Kind::gauge;
    using Seconds = std::chrono::duration<double>;
    add(counter, "netbit_plugin_calls_total", "Calls into the plugin.", [](const Info& plugin) { return double(plugin.sums.calls); });
    add(counter, "netbit_plugin_errors_total", "Calls that threw or returned NB_INTERNAL.",
        [](const Info& plugin) { return double(plugin.sums.errors); });
    add(counter, "netbit_plugin_cpu_seconds_total", "CPU time inside of its calls, from samples.",
        [](const Info& plugin) { return Seconds(plugin.sums.cpu).count(); });
    add(counter, "netbit_plugin_sql_statements_total", "Its SQL.", [](const Info& plugin) { return double(plugin.sums.statements); });
    add(counter, "netbit_plugin_sql_seconds_total", "Time of its SQL.",
        [](const Info& plugin) { return Seconds(plugin.sums.sql).count(); });
    add(gauge, "netbit_plugin_live", "Whether it is live.", [](const Info& plugin) { return plugin.state == "live" ? 1.0 : 0.0; });
    add(gauge, "netbit_plugin_condition", "0 good, 1 degraded, 2 failed.",
        [](const Info& plugin) { return double(static_cast<int>(plugin.condition)); });
    add(gauge, "netbit_plugin_handler_p50_seconds", "Half of its handlers take less, from samples.",
        [](const Info& plugin) { return Seconds(plugin.figures.latency.p50).count(); });
    add(gauge, "netbit_plugin_handler_p99_seconds", "99 in 100 of its handlers take less, from samples.",
        [](const Info& plugin) { return Seconds(plugin.figures.latency.p99).count(); });
    add(gauge, "netbit_plugin_in_flight", "Calls under way, and what is owed to it.",
        [](const Info& plugin) { return double(plugin.figures.inFlight); });
    add(gauge, "netbit_plugin_stuck", "Calls that do not come back.", [](const Info& plugin) { return double(plugin.figures.stuck); });
    add(gauge, "netbit_plugin_cache_bytes", "Its part of the cache.",
        [](const Info& plugin) { return double(plugin.figures.cacheBytes); });
    add(gauge, "netbit_plugin_connections", "Open connections of its listeners.",
        [](const Info& plugin) { return double(plugin.figures.connections); });
    add(gauge, "netbit_plugin_streams", "Its open streams.", [](const Info& plugin) { return double(plugin.figures.streams); });
    add(gauge, "netbit_plugin_queued", "Its tasks and requests that wait.",
        [](const Info& plugin) { return double(plugin.figures.posted) + double(plugin.figures.deferred); });
}

} // namespace netbit::app
