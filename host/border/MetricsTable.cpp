#include "border/Convert.h"
#include "border/Services.h"
#include "border/Tables.h"
#include "services/metrics/Registry.h"

#include <cmath>
#include <vector>

namespace netbit::border {

namespace {

using services::metrics::Kind;
using services::metrics::Metric;
using services::metrics::Registry;

constexpr std::size_t longestName = 128;
constexpr std::size_t mostBounds = 64;

/// netbit_<plugin>_<name>, with what Prometheus does not know in a name as '_'.
std::string fullName(const Generation& generation, nb_str given)
{
    const auto name = textOf(given, "name");
    if (name.empty() || name.size() > longestName ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos)
        refuseArgument("name", "is not 1 to 128 of [a-z0-9_]");
    std::string full = "netbit_";
    for (const char c : generation.id())
        full += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
    full += '_';
    full += name;
    return full;
}

/// The handle is the registry's metric itself: it lives as long as the process.
nb_metric* handleOf(Metric* metric) noexcept { return reinterpret_cast<nb_metric*>(metric); }
Metric* metricOf(nb_metric* handle) noexcept { return reinterpret_cast<Metric*>(handle); }

template <class F>
std::int32_t registered(const nb_host* host, nb_str name, nb_metric** out, nb_error* error, F&& make) noexcept
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        notNull(out, "out");
        const auto full = fullName(generation, name);
        auto* const metric = make(generation.services().metrics, full);
        if (!metric)
            return base::fault(base::Status::conflict, "metric_kind",
                               "The metric " + full + " exists already and is of another kind.");
        *out = handleOf(metric);
        return {};
    });
}

std::int32_t counter(const nb_host* host, nb_str name, nb_str help, nb_metric** out, nb_error* error)
{
    return registered(host, name, out, error, [&](Registry& registry, const std::string& full) {
        if (!full.ends_with("_total"))
            refuseArgument("name", "of a counter does not end in _total");
        return registry.counter(full, textOf(help, "help"));
    });
}

std::int32_t gauge(const nb_host* host, nb_str name, nb_str help, nb_metric** out, nb_error* error)
{
    return registered(host, name, out, error, [&](Registry& registry, const std::string& full) {
        return registry.gauge(full, textOf(help, "help"));
    });
}

std::int32_t histogram(const nb_host* host, nb_str name, nb_str help, const double* bounds, std::size_t count,
                       nb_metric** out, nb_error* error)
{
    return registered(host, name, out, error, [&](Registry& registry, const std::string& full) {
        if (count == 0 || count > mostBounds)
            refuseArgument("bounds", "are not 1 to 64");
        notNull(bounds, "bounds");
        const std::vector<double> upper(bounds, bounds + count);
        for (std::size_t i = 0; i < count; ++i)
            if (!std::isfinite(upper[i]) || (i > 0 && upper[i] <= upper[i - 1]))
                refuseArgument("bounds", "do not rise");
        return registry.histogram(full, textOf(help, "help"), upper);
    });
}

void add(nb_metric* metric, double value)
{
    if (!metric || !std::isfinite(value) || (metricOf(metric)->kind() == Kind::counter && value < 0))
        return;
    metricOf(metric)->add(value);
}

void set(nb_metric* metric, double value)
{
    if (metric && metricOf(metric)->kind() == Kind::gauge)
        metricOf(metric)->set(value);
}

void observe(nb_metric* metric, double value)
{
    if (metric && metricOf(metric)->kind() == Kind::histogram && !std::isnan(value))
        metricOf(metric)->observe(value);
}

} // namespace

const nb_metrics_api& metricsTable() noexcept
{
    static constexpr nb_metrics_api table{
        .size = sizeof(nb_metrics_api),
        .reserved = 0,
        .counter = &counter,
        .gauge = &gauge,
        .histogram = &histogram,
        .add = &add,
        .set = &set,
        .observe = &observe,
    };
    return table;
}

} // namespace netbit::border
