// The services that need little: bodies, log, settings, numbers, health, tables of plugins, and the list of all.

#include "Handles.h"
#include "Serve.h"
#include "Tables.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

// ---- bodies

nb_body* makeBody(const nb_host* host, nb_str bytes)
{
    nb_body* made = nullptr;
    served(host, "body.make", nullptr, [&](Life& life) -> base::Result<void> {
        made = give(life, {std::string(bytesOf(bytes, "bytes"))});
        return {};
    });
    return made;
}

template <class Handle>
void retain(Handle* handle)
{
    if (handle)
        handle->retain();
}

template <class Handle>
void release(Handle* handle)
{
    if (handle)
        handle->release();
}

std::size_t length(const nb_body* body)
{
    std::size_t sum = 0;
    if (body)
        for (const auto& piece : body->pieces)
            sum += piece.size();
    return sum;
}

std::size_t pieces(const nb_body* body, nb_str* out, std::size_t capacity)
{
    if (!body)
        return 0;
    for (std::size_t i = 0; out && i < std::min(body->pieces.size(), capacity); ++i)
        out[i] = str(body->pieces[i]);
    return body->pieces.size();
}

// ---- log

constexpr std::size_t mostFields = 32;

void write(const nb_host* host, std::uint32_t level, nb_str message, const nb_log_field* fields, std::size_t count)
{
    served(host, "log.write", nullptr, [&](Life& life) -> base::Result<void> {
        LogLine line;
        line.level = std::clamp<std::uint32_t>(level, NB_LOG_ERROR, NB_LOG_DEBUG);
        line.message = bytesOf(message, "message");
        if (fields)
            for (std::size_t i = 0; i < std::min(count, mostFields); ++i)
                line.fields.emplace_back(bytesOf(fields[i].name, "field.name"), bytesOf(fields[i].value, "field.value"));
        auto& kept = life.world().log.emplace_back(std::move(line));
        for (const auto& [name, value] : kept.fields)
            kept.raw.push_back({str(name), str(value)});
        return {};
    });
}

// ---- settings

template <class T, class F>
std::int32_t setting(const nb_host* host, const char* function, nb_str key, const void* out, F&& use)
{
    return served(host, function, nullptr, [&](Life& life) -> base::Result<void> {
        if (!out)
            refuseArgument("out", "is null");
        only(life, function, {Lane::control});
        const auto& settings = *life.world().settings;
        const auto found = settings.find(textOf(key, "key"));
        if (found == settings.end())
            return fault(Status::notFound, "unknown_setting", "The manifest has no such setting.");
        const auto* const value = std::get_if<T>(&found->second);
        if (!value)
            return fault(Status::invalid, "setting_type", "The setting is of another type.");
        use(*value);
        return {};
    });
}

std::int32_t text(const nb_host* host, nb_str key, nb_str* out)
{
    return setting<std::string>(host, "config.text", key, out, [out](const std::string& value) { *out = str(value); });
}

std::int32_t integer(const nb_host* host, nb_str key, std::int64_t* out)
{
    return setting<std::int64_t>(host, "config.integer", key, out, [out](std::int64_t value) { *out = value; });
}

std::int32_t real(const nb_host* host, nb_str key, double* out)
{
    return setting<double>(host, "config.real", key, out, [out](double value) { *out = value; });
}

std::int32_t flag(const nb_host* host, nb_str key, std::uint32_t* out)
{
    return setting<bool>(host, "config.flag", key, out, [out](bool value) { *out = value ? 1 : 0; });
}

// ---- numbers

using services::metrics::Kind;
using services::metrics::Metric;

constexpr std::size_t longestName = 128;
constexpr std::size_t mostBounds = 64;

nb_metric* handleOf(Metric* metric) noexcept { return reinterpret_cast<nb_metric*>(metric); }
Metric* metricOf(nb_metric* handle) noexcept { return reinterpret_cast<Metric*>(handle); }

template <class F>
std::int32_t metric(const nb_host* host, const char* function, nb_str given, nb_metric** out, nb_error* error, F&& make)
{
    return served(host, function, error, [&](Life& life) -> base::Result<void> {
        notNull(out, "out");
        const auto name = textOf(given, "name");
        if (name.empty() || name.size() > longestName ||
            name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos)
            refuseArgument("name", "is not 1 to 128 of [a-z0-9_]");
        auto* const made = make(life.world().metrics, name);
        if (!made)
            return fault(Status::conflict, "metric_kind",
                         "The metric " + std::string(name) + " exists already and is of another kind.");
        *out = handleOf(made);
        return {};
    });
}

std::int32_t counter(const nb_host* host, nb_str name, nb_str help, nb_metric** out, nb_error* error)
{
    return metric(host, "metrics.counter", name, out, error, [&](auto& registry, std::string_view checked) {
        if (!checked.ends_with("_total"))
            refuseArgument("name", "of a counter does not end in _total");
        return registry.counter(checked, textOf(help, "help"));
    });
}

std::int32_t gauge(const nb_host* host, nb_str name, nb_str help, nb_metric** out, nb_error* error)
{
    return metric(host, "metrics.gauge", name, out, error, [&](auto& registry, std::string_view checked) {
        return registry.gauge(checked, textOf(help, "help"));
    });
}

std::int32_t histogram(const nb_host* host, nb_str name, nb_str help, const double* bounds, std::size_t count,
                       nb_metric** out, nb_error* error)
{
    return metric(host, "metrics.histogram", name, out, error, [&](auto& registry, std::string_view checked) {
        if (count == 0 || count > mostBounds)
            refuseArgument("bounds", "are not 1 to 64");
        notNull(bounds, "bounds");
        const std::vector<double> upper(bounds, bounds + count);
        for (std::size_t i = 0; i < count; ++i)
            if (!std::isfinite(upper[i]) || (i > 0 && upper[i] <= upper[i - 1]))
                refuseArgument("bounds", "do not rise");
        return registry.histogram(checked, textOf(help, "help"), upper);
    });
}

void add(nb_metric* handle, double value)
{
    if (handle && std::isfinite(value) && (metricOf(handle)->kind() != Kind::counter || value >= 0))
        metricOf(handle)->add(value);
}

void set(nb_metric* handle, double value)
{
    if (handle && metricOf(handle)->kind() == Kind::gauge)
        metricOf(handle)->set(value);
}

void observe(nb_metric* handle, double value)
{
    if (handle && metricOf(handle)->kind() == Kind::histogram && !std::isnan(value))
        metricOf(handle)->observe(value);
}

// ---- health

constexpr std::size_t longestWhy = 512;

std::int32_t setHealth(const nb_host* host, std::uint32_t state, nb_str why)
{
    return served(host, "health.set", nullptr, [&](Life& life) -> base::Result<void> {
        if (state > NB_HEALTH_FAILED)
            return fault(Status::invalid, "bad_state", "There is no such state of health.");
        life.world().health = state;
        auto words = textOf(why, "why");
        if (words.size() > longestWhy) {
            auto end = longestWhy;
            while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0U) == 0x80U)
                --end;
            words = words.substr(0, end);
        }
        life.world().healthWhy = words;
        return {};
    });
}

// ---- tables of plugins

/// "org.example.dictionary/1": a name, and the major version of its table.
bool goodTableId(std::string_view id) noexcept
{
    const auto slash = id.find('/');
    if (slash == 0 || slash == std::string_view::npos || id.size() > longestName)
        return false;
    const auto version = id.substr(slash + 1);
    return id.substr(0, slash).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string_view::npos &&
           !version.empty() && version.front() != '0' &&
           version.find_first_not_of("0123456789") == std::string_view::npos;
}

base::Result<void> offer(Life& life, nb_str given, const void* table, void* user)
{
    const auto refused = [&](const base::Error& error) {
        life.world().violation("provide.offer: " + error.detail);
        return error;
    };
    if (life.state() != Life::State::starting)
        return refused(fault(Status::invalid, "not_in_start", "Tables are offered in start."));
    const std::string id(textOf(given, "id"));
    if (!goodTableId(id) || id.starts_with("netbit."))
        return refused(fault(Status::invalid, "bad_id", "The id of a table is a name of the plugin's own and a major "
                                                        "version, like \"org.example.dictionary/1\"."));
    if (!table)
        refuseArgument("table", "is null");
    const auto& declared = life.world().manifest.provides;
    if (std::find(declared.begin(), declared.end(), id) == declared.end())
        return refused(fault(Status::forbidden, "not_declared", id + " does not stand under \"provides\" in the manifest."));
    if (const auto other = life.world().provided.find(id); other != life.world().provided.end())
        return fault(Status::conflict, "provided_already", id + " is provided by " + other->second.plugin + " already.");
    if (!life.offers.emplace(id, std::pair<const void*, void*>(table, user)).second)
        return refused(fault(Status::conflict, "provided_already", id + " was offered before."));
    return {};
}

base::Result<void> acquire(Life& life, nb_str given, const void** table, void** user, nb_lease** out)
{
    notNull(table, "table");
    notNull(out, "out");
    const auto id = bytesOf(given, "id");
    const auto& all = life.world().provided;
    const auto found = all.find(id);
    if (found == all.end())
        return fault(Status::notFound, "not_provided", "Nobody provides " + std::string(id) + " now.");
    const auto& manifest = life.world().manifest;
    if (!manifest.required.contains(found->second.plugin) && !manifest.optional.contains(found->second.plugin))
        return fault(Status::forbidden, "not_declared",
                     found->second.plugin +
                         " provides it, but the manifest names it neither under \"requires\" nor \"optional\".");
    *table = found->second.table;
    if (user)
        *user = found->second.user;
    *out = life.leases.emplace_back(std::make_unique<nb_lease>()).get();
    return {};
}

struct Entry {
    std::string_view id;
    const void* table;
};

} // namespace

nb_body* give(Life& life, std::vector<std::string> content)
{
    return std::make_unique<nb_body>(life.bodies, std::move(content)).release();
}

nb_principal* give(Life& life, services::auth::PrincipalPtr principal)
{
    return std::make_unique<nb_principal>(life.principals, std::move(principal)).release();
}

const nb_body_api& bodyTable() noexcept
{
    static constexpr nb_body_api table{
        .size = sizeof(nb_body_api),
        .reserved = 0,
        .make = &makeBody,
        .retain = &retain<nb_body>,
        .release = &release<nb_body>,
        .length = &length,
        .pieces = &pieces,
    };
    return table;
}

const nb_log_api& logTable() noexcept
{
    static constexpr nb_log_api table{
        .size = sizeof(nb_log_api),
        .reserved = 0,
        .write = &write,
        .enabled = [](const nb_host*, std::uint32_t) -> std::uint32_t { return 1; },
    };
    return table;
}

const nb_config_api& configTable() noexcept
{
    static constexpr nb_config_api table{
        .size = sizeof(nb_config_api),
        .reserved = 0,
        .text = &text,
        .integer = &integer,
        .real = &real,
        .flag = &flag,
    };
    return table;
}

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

const nb_health_api& healthTable() noexcept
{
    static constexpr nb_health_api table{.size = sizeof(nb_health_api), .reserved = 0, .set = &setHealth};
    return table;
}

const nb_provide_api& provideTable() noexcept
{
    static constexpr nb_provide_api table{
        .size = sizeof(nb_provide_api),
        .reserved = 0,
        .offer =
            [](const nb_host* host, nb_str id, const void* offered, void* user, nb_error* error) {
                return served(host, "provide.offer", error, [&](Life& life) { return offer(life, id, offered, user); });
            },
        .acquire =
            [](const nb_host* host, nb_str id, const void** found, void** user, nb_lease** out, nb_error* error) {
                return served(host, "provide.acquire", error,
                              [&](Life& life) { return acquire(life, id, found, user, out); });
            },
        .release =
            [](nb_lease* lease) {
                if (lease)
                    lease->released = true;
            },
    };
    return table;
}

/// A draft: it is there, so that a plugin starts, and knows no operation yet.
const nb_operations_api& operationsTable() noexcept
{
    static constexpr nb_operations_api table{
        .size = sizeof(nb_operations_api),
        .reserved = 0,
        .call =
            [](const nb_host* host, const nb_principal*, const nb_operation_call*, nb_done_fn, void*, nb_error* error) {
                return served(host, "operations.call", error, [](Life&) -> base::Result<void> {
                    return base::fault(base::Status::unsupported, "not_in_the_kit", "The kit has no operations.");
                });
            },
    };
    return table;
}

namespace {

base::Error noFiles() { return base::fault(base::Status::unsupported, "not_in_the_kit", "The kit has no files."); }

} // namespace

/// A draft: likewise.
const nb_files_api& filesTable() noexcept
{
    static constexpr nb_files_api table{
        .size = sizeof(nb_files_api),
        .reserved = 0,
        .begin =
            [](const nb_host* host, const nb_principal*, const nb_new_file*, nb_upload**, nb_error* error) {
                return served(host, "files.begin", error, [](Life&) -> base::Result<void> { return noFiles(); });
            },
        .write = [](nb_upload*, nb_str, nb_error* error) { return border::tell(error, noFiles()); },
        .finish = [](nb_upload*, nb_done_fn, void*, nb_error* error) { return border::tell(error, noFiles()); },
        .drop = [](nb_upload*) {},
        .open =
            [](const nb_host* host, const nb_principal*, std::int64_t, std::uint32_t, nb_open_fn, void*, nb_error* error) {
                return served(host, "files.open", error, [](Life&) -> base::Result<void> { return noFiles(); });
            },
        .max_bytes = [](const nb_host*) { return std::uint64_t{0}; },
    };
    return table;
}

/// A draft: likewise.
const nb_process_api& processTable() noexcept
{
    static constexpr nb_process_api table{
        .size = sizeof(nb_process_api),
        .reserved = 0,
        .start =
            [](const nb_host* host, const nb_process_options*, const nb_process_calls*, void*, nb_process**, nb_error* error) {
                return served(host, "process.start", error, [](Life&) -> base::Result<void> {
                    return base::fault(base::Status::unsupported, "not_in_the_kit", "The kit runs no programs.");
                });
            },
        .write = [](nb_process*, nb_str) { return std::int32_t{NB_CLOSED}; },
        .end_input = [](nb_process*) {},
        .resume = [](nb_process*) {},
        .kill = [](nb_process*) {},
        .close = [](nb_process*) {},
    };
    return table;
}

const nb_folder_api& folderTable() noexcept
{
    static constexpr nb_folder_api table{
        .size = sizeof(nb_folder_api),
        .reserved = 0,
        .path =
            [](const nb_host* host, nb_str* out, nb_error* error) {
                return served(host, "folder.path", error, [&](Life& life) -> base::Result<void> {
                    notNull(out, "out");
                    if (!life.world().permits("folder"))
                        return base::fault(base::Status::forbidden, "permission_missing",
                                           "To have a folder, the manifest's permissions must have folder.");
                    const auto& folder = life.world().folder();
                    *out = {folder.data(), folder.size()};
                    return {};
                });
            },
    };
    return table;
}

const void* findTable(std::string_view service) noexcept
{
    static const std::array all{
        Entry{NB_BODY_SERVICE, &bodyTable()},           Entry{NB_LOG_SERVICE, &logTable()},
        Entry{NB_CONFIG_SERVICE, &configTable()},       Entry{NB_HTTP_SERVICE, &httpTable()},
        Entry{NB_TRANSPORT_SERVICE, &transportTable()}, Entry{NB_AUTH_SERVICE, &authTable()},
        Entry{NB_CHAT_SERVICE, &chatTable()},           Entry{NB_EVENTS_SERVICE, &eventsTable()},
        Entry{NB_EXEC_SERVICE, &execTable()},           Entry{NB_CACHE_SERVICE, &cacheTable()},
        Entry{NB_SQL_SERVICE, &sqlTable()},             Entry{NB_METRICS_SERVICE, &metricsTable()},
        Entry{NB_HEALTH_SERVICE, &healthTable()},       Entry{NB_PROVIDE_SERVICE, &provideTable()},
        Entry{NB_OPERATIONS_SERVICE, &operationsTable()}, Entry{NB_BODIES_SERVICE, &bodiesTable()},
        Entry{NB_FILES_SERVICE, &filesTable()},         Entry{NB_PROCESS_SERVICE, &processTable()},
        Entry{NB_FOLDER_SERVICE, &folderTable()},
    };
    const auto found = std::find_if(all.begin(), all.end(), [&](const Entry& entry) { return entry.id == service; });
    return found == all.end() ? nullptr : found->table;
}

bool isBasic(std::string_view service) noexcept
{
    return service == NB_BODY_SERVICE || service == NB_LOG_SERVICE || service == NB_CONFIG_SERVICE;
}

} // namespace netbit::fake
