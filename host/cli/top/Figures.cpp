#include "cli/top/Figures.h"

#include "cli/JsonFields.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <vector>

namespace netbit::cli::top
{

namespace json = boost::json;

namespace
{

std::string series(std::string_view name, std::string_view label, std::string_view value)
{
    return std::string(name).append("{").append(label).append("=\"").append(value).append("\"}");
}

double number(const json::value& of, std::string_view key)
{
    const auto* found = member(of, key);
    return found && found->is_number() ? found->to_number<double>() : 0.0;
}

std::string fixed(double value, int digits)
{
    std::ostringstream out;
    out << std::fixed << std::setprecision(digits) << value;
    return out.str();
}

std::string rate(double perSecond)
{
    return fixed(perSecond, perSecond != 0 && perSecond < 10 ? 1 : 0);
}

std::string size(double bytes)
{
    constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit)
        bytes /= 1024;
    return fixed(bytes, unit && bytes < 10 ? 1 : 0) + ' ' + units[unit];
}

std::string duration(double seconds)
{
    return seconds == 0 ? "-" : seconds < 0.001 ? fixed(seconds * 1e6, 0) + " us" : fixed(seconds * 1e3, seconds < 0.01 ? 1 : 0) + " ms";
}

} // namespace

Figures Figures::parse(std::string_view text, std::chrono::steady_clock::time_point taken)
{
    Figures out;
    out._taken = taken;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto space = line.rfind(' ');
        if (line.empty() || line.front() == '#' || space == std::string_view::npos)
            continue;
        double value = 0;
        const auto* const end = line.data() + line.size();
        if (const auto read = std::from_chars(line.data() + space + 1, end, value); read.ec == std::errc() && read.ptr == end)
            out._values.emplace(line.substr(0, space), value);
    }
    return out;
}

double Figures::value(std::string_view series) const
{
    const auto found = _values.find(series);
    return found == _values.end() ? 0.0 : found->second;
}

double Figures::of(std::string_view name, std::string_view label, std::string_view value) const
{
    return this->value(series(name, label, value));
}

std::vector<std::string> Figures::labels(std::string_view name) const
{
    std::vector<std::string> out;
    const auto prefix = std::string(name) + '{';
    for (auto i = _values.lower_bound(prefix); i != _values.end() && i->first.starts_with(prefix); ++i) {
        const auto begin = i->first.find("=\"");
        const auto end = i->first.rfind('"');
        if (begin != std::string::npos && end > begin + 1)
            out.push_back(i->first.substr(begin + 2, end - begin - 2));
    }
    return out;
}

json::object between(const Figures& before, const Figures& now)
{
    const double seconds = std::max(std::chrono::duration<double>(now.taken() - before.taken()).count(), 1e-3);
    const auto grown = [&](const std::string& name) {
        const auto was = before.value(name);
        const auto is = now.value(name);
        return (is < was ? is : is - was) / seconds;
    };
    json::object out{{"version", ""},
                     {"seconds", seconds},
                     {"ready", now.value("netbit_ready") == 1},
                     {"writes", now.value("netbit_writer_healthy") == 1},
                     {"cpu", grown("process_cpu_seconds_total")},
                     {"rss_bytes", now.value("process_resident_memory_bytes")},
                     {"open_files", now.value("process_open_fds")},
                     {"disk_free_bytes", now.value("netbit_disk_free_bytes")},
                     {"http_per_s", grown("netbit_http_requests_total")},
                     {"http_errors_per_s", grown(series("netbit_http_responses_total", "class", "5xx"))},
                     {"http_connections", now.value("netbit_http_connections")},
                     {"tcp_connections", now.value("netbit_tcp_connections")},
                     {"writes_per_s", grown("netbit_writer_jobs_total")},
                     {"commits_per_s", grown("netbit_writer_commits_total")},
                     {"writes_queued", now.value("netbit_writer_queued")},
                     {"tasks_queued", now.value("netbit_workers_queued")}};
    for (const auto& version : now.labels("netbit_build_info"))
        out["version"] = version;
    const auto commits = grown("netbit_commit_seconds_count");
    out["commit_s"] = commits > 0 ? grown("netbit_commit_seconds_sum") / commits : 0.0;
    json::array plugins;
    for (const auto& id : now.labels("netbit_plugin_live")) {
        const auto level = [&](std::string_view name) { return now.of(name, "plugin", id); };
        const auto pace = [&](std::string_view name) { return grown(series(name, "plugin", id)); };
        plugins.push_back(json::object{{"id", id},
                                       {"live", level("netbit_plugin_live") == 1},
                                       {"condition", level("netbit_plugin_condition")},
                                       {"calls_per_s", pace("netbit_plugin_calls_total")},
                                       {"errors_per_s", pace("netbit_plugin_errors_total")},
                                       {"cpu", pace("netbit_plugin_cpu_seconds_total")},
                                       {"p50_s", level("netbit_plugin_handler_p50_seconds")},
                                       {"p99_s", level("netbit_plugin_handler_p99_seconds")},
                                       {"sql_per_s", pace("netbit_plugin_sql_statements_total")},
                                       {"in_flight", level("netbit_plugin_in_flight")},
                                       {"stuck", level("netbit_plugin_stuck")},
                                       {"connections", level("netbit_plugin_connections")},
                                       {"streams", level("netbit_plugin_streams")},
                                       {"cache_bytes", level("netbit_plugin_cache_bytes")}});
    }
    std::stable_sort(plugins.begin(), plugins.end(),
                     [](const auto& a, const auto& b) { return number(a, "cpu") > number(b, "cpu"); });
    out["plugins"] = std::move(plugins);
    return out;
}

void print(std::ostream& out, const json::object& picture)
{
    const json::value all(picture);
    const auto at = [&](std::string_view key) { return number(all, key); };
    out << "netbitd " << text(all, "version") << (truth(all, "ready") ? ", ready" : ", NOT READY")
        << (truth(all, "writes") ? "" : ", CANNOT WRITE") << ", " << fixed(100 * at("cpu"), 0) << " % CPU, "
        << size(at("rss_bytes")) << ", " << fixed(at("open_files"), 0) << " files open, " << size(at("disk_free_bytes"))
        << " of disk free\n"
        << "http     " << rate(at("http_per_s")) << " requests/s, " << rate(at("http_errors_per_s")) << " of them failed, "
        << fixed(at("http_connections"), 0) << " connections; tcp " << fixed(at("tcp_connections"), 0) << '\n'
        << "writer   " << rate(at("writes_per_s")) << " writes/s in " << rate(at("commits_per_s")) << " commits of "
        << duration(at("commit_s")) << ", " << fixed(at("writes_queued"), 0) << " wait; " << fixed(at("tasks_queued"), 0)
        << " tasks wait\n\n";
    const auto row = [&](const std::vector<std::string>& cells) {
        constexpr int widths[] = {16, 9, 8, 7, 8, 8, 8, 7, 6, 8, 9};
        std::ostringstream line;
        for (std::size_t i = 0; i < cells.size(); ++i)
            line << (i ? std::right : std::left) << std::setw(widths[i]) << cells[i];
        out << line.str() << '\n';
    };
    row({"PLUGIN", "CALLS/S", "ERR/S", "CPU %", "P50", "P99", "SQL/S", "BUSY", "CONN", "STREAMS", "CACHE"});
    for (const auto& plugin : list(all, "plugins")) {
        const auto of = [&](std::string_view key) { return number(plugin, key); };
        auto name = text(plugin, "id");
        if (!truth(plugin, "live"))
            name += " (off)";
        else if (of("condition") > 0 || of("stuck") > 0)
            name += of("stuck") > 0 ? " (hangs)" : " (ill)";
        row({name, rate(of("calls_per_s")), rate(of("errors_per_s")), fixed(100 * of("cpu"), 1), duration(of("p50_s")),
             duration(of("p99_s")), rate(of("sql_per_s")), fixed(of("in_flight"), 0), fixed(of("connections"), 0),
             fixed(of("streams"), 0), size(of("cache_bytes"))});
    }
}

} // namespace netbit::cli::top
