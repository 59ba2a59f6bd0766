// Log, settings, cache, numbers, health, and what an isolated plugin cannot have.

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"

#include <algorithm>
#include <cmath>

namespace netbit::isolation::child {

namespace {

using wire::view;

constexpr std::size_t mostFields = 32;

void writeLog(const nb_host* host, std::uint32_t level, nb_str message, const nb_log_field* fields, std::size_t count)
{
    auto& self = Host::of(host);
    wire::Log line;
    line.level = std::clamp<std::uint32_t>(level, NB_LOG_ERROR, NB_LOG_DEBUG);
    if (line.level > self.logLevel())
        return;
    line.message = message;
    for (std::size_t i = 0; fields && i < std::min(count, mostFields); ++i)
        line.fields.push_back({fields[i].name, fields[i].value});
    self.channel().send(Kind::log, line);
}

/// Settings are read in calls of the plugin's life alone: each is asked for.
template <class F>
std::int32_t setting(const nb_host* host, wire::SettingType type, nb_str key, const void* out, F&& use)
{
    auto& self = Host::of(host);
    if (!out || !self.onControl())
        return NB_INVALID;
    Frame frame;
    wire::Setting value;
    const auto status =
        self.call(Kind::config, wire::Config{static_cast<std::uint8_t>(type), key}, value, nullptr, frame);
    if (status == NB_OK)
        use(value);
    self.settingTexts.push_back(std::move(frame)); // a text lives until the call of the plugin returns
    return status;
}

std::int32_t metric(const nb_host* host, wire::MetricKind kind, nb_str name, nb_str help, const double* bounds,
                    std::size_t count, nb_metric** out, nb_error* error)
{
    if (!out || (count > 0 && !bounds))
        return refuse(error, NB_INVALID, "bad_argument", "An argument is null.");
    wire::Metric message;
    message.kind = static_cast<std::uint8_t>(kind);
    message.name = name;
    message.help = help;
    if (count > 0)
        message.bounds.assign(bounds, bounds + count);
    wire::MetricIndex index;
    const auto status = Host::of(host).call(Kind::metric, message, index, error);
    if (status == NB_OK) // the handle is the number, moved up: it may not be null
        *out = reinterpret_cast<nb_metric*>(static_cast<std::uintptr_t>(index.metric) + 1);
    return status;
}

void change(nb_metric* handle, wire::MetricCall call, double value)
{
    if (!handle || !std::isfinite(value))
        return;
    wire::MetricChange message;
    message.metric = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(handle) - 1);
    message.call = static_cast<std::uint8_t>(call);
    message.value = value;
    Host::the().channel().sendLater(Kind::metricChange, message);
}

std::int32_t cacheSet(const nb_host* host, nb_str key, nb_str value, std::uint64_t ttl, bool onlyAdd, nb_error* error)
{
    wire::CacheSet message;
    message.key = key;
    message.value.bytes = value;
    message.ttlMs = ttl;
    message.onlyAdd = onlyAdd ? 1 : 0;
    wire::Nothing nothing;
    return Host::of(host).call(Kind::cacheSet, message, nothing, error);
}

} // namespace

const nb_log_api& logTable() noexcept
{
    static constexpr nb_log_api table{
        .size = sizeof(nb_log_api),
        .reserved = 0,
        .write = &writeLog,
        .enabled = [](const nb_host* host, std::uint32_t level) -> std::uint32_t {
            return level <= Host::of(host).logLevel() ? 1 : 0;
        },
    };
    return table;
}

const nb_config_api& configTable() noexcept
{
    using wire::Setting;
    static constexpr nb_config_api table{
        .size = sizeof(nb_config_api),
        .reserved = 0,
        .text = [](const nb_host* host, nb_str key, nb_str* out) {
            return setting(host, wire::SettingType::text, key, out, [out](const Setting& value) { *out = value.text; });
        },
        .integer = [](const nb_host* host, nb_str key, std::int64_t* out) {
            return setting(host, wire::SettingType::integer, key, out,
                           [out](const Setting& value) { *out = value.integer; });
        },
        .real = [](const nb_host* host, nb_str key, double* out) {
            return setting(host, wire::SettingType::real, key, out, [out](const Setting& value) { *out = value.real; });
        },
        .flag = [](const nb_host* host, nb_str key, std::uint32_t* out) {
            return setting(host, wire::SettingType::flag, key, out, [out](const Setting& value) { *out = value.flag; });
        },
    };
    return table;
}

const nb_metrics_api& metricsTable() noexcept
{
    static constexpr nb_metrics_api table{
        .size = sizeof(nb_metrics_api),
        .reserved = 0,
        .counter =
            [](const nb_host* host, nb_str name, nb_str help, nb_metric** out, nb_error* error) {
                return metric(host, wire::MetricKind::counter, name, help, nullptr, 0, out, error);
            },
        .gauge =
            [](const nb_host* host, nb_str name, nb_str help, nb_metric** out, nb_error* error) {
                return metric(host, wire::MetricKind::gauge, name, help, nullptr, 0, out, error);
            },
        .histogram =
            [](const nb_host* host, nb_str name, nb_str help, const double* bounds, std::size_t count, nb_metric** out,
               nb_error* error) {
                return metric(host, wire::MetricKind::histogram, name, help, bounds, count, out, error);
            },
        .add = [](nb_metric* handle, double value) { change(handle, wire::MetricCall::add, value); },
        .set = [](nb_metric* handle, double value) { change(handle, wire::MetricCall::set, value); },
        .observe = [](nb_metric* handle, double value) { change(handle, wire::MetricCall::observe, value); },
    };
    return table;
}

const nb_cache_api& cacheTable() noexcept
{
    static constexpr nb_cache_api table{
        .size = sizeof(nb_cache_api),
        .reserved = 0,
        .get = [](const nb_host* host, nb_str key, nb_body** out, nb_error* error) -> std::int32_t {
            if (!out)
                return refuse(error, NB_INVALID, "bad_argument", "The argument out is null.");
            Frame frame;
            wire::Bytes value;
            const auto status = Host::of(host).call(Kind::cacheGet, wire::CacheKey{key}, value, error, frame);
            if (status == NB_OK)
                *out = std::make_unique<nb_body>(std::string(view(value.bytes.bytes))).release();
            return status;
        },
        .set = [](const nb_host* host, nb_str key, nb_str value, std::uint64_t ttl,
                  nb_error* error) { return cacheSet(host, key, value, ttl, false, error); },
        .add = [](const nb_host* host, nb_str key, nb_str value, std::uint64_t ttl,
                  nb_error* error) { return cacheSet(host, key, value, ttl, true, error); },
        .incr = [](const nb_host* host, nb_str key, std::int64_t by, std::uint64_t ttl, std::int64_t* out,
                   nb_error* error) -> std::int32_t {
            wire::Number sum;
            const auto status = Host::of(host).call(Kind::cacheIncr, wire::CacheIncr{key, by, ttl}, sum, error);
            if (status == NB_OK && out)
                *out = sum.value;
            return status;
        },
        .remove = [](const nb_host* host, nb_str key, nb_error* error) -> std::int32_t {
            wire::Nothing nothing;
            return Host::of(host).call(Kind::cacheRemove, wire::CacheKey{key}, nothing, error);
        },
    };
    return table;
}

const nb_health_api& healthTable() noexcept
{
    static constexpr nb_health_api table{
        .size = sizeof(nb_health_api),
        .reserved = 0,
        .set = [](const nb_host* host, std::uint32_t state, nb_str why) -> std::int32_t {
            if (state > NB_HEALTH_FAILED)
                return NB_INVALID;
            Host::of(host).channel().send(Kind::health, wire::Health{state, why});
            return NB_OK;
        },
    };
    return table;
}

/// A table of functions cannot be handed to another process.
const nb_provide_api& provideTable() noexcept
{
    static constexpr nb_provide_api table{
        .size = sizeof(nb_provide_api),
        .reserved = 0,
        .offer = [](const nb_host*, nb_str, const void*, void*, nb_error* error) -> std::int32_t {
            return refuse(error, NB_UNSUPPORTED, "isolated", "An isolated plugin cannot offer a table to others.");
        },
        .acquire = [](const nb_host*, nb_str, const void**, void**, nb_lease**, nb_error* error) -> std::int32_t {
            return refuse(error, NB_UNSUPPORTED, "isolated", "An isolated plugin cannot call another's table.");
        },
        .release = [](nb_lease*) {},
    };
    return table;
}

} // namespace netbit::isolation::child
