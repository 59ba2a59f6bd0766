// The host's life, time, and what the plugin said of itself.

#include "Api.h"
#include "Connections.h"
#include "Exchange.h"
#include "Life.h"
#include "Subscription.h"
#include "loader/SettingsCheck.h"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

constexpr std::int64_t newYear2026 = 1'767'225'600'000; // ms since 1970

} // namespace

base::Result<border::SettingsPtr> settingsOf(const loader::Manifest& manifest, const nb_kit_setting* given,
                                             std::size_t count)
{
    loader::SettingSources sources;
    if (count > 0)
        notNull(given, "settings");
    for (std::size_t i = 0; i < count; ++i)
        sources[manifest.id + '.' + std::string(bytesOf(given[i].key, "setting.key"))] = {
            std::string(bytesOf(given[i].value, "setting.value")), "the test's settings", 0};
    return loader::checkSettings(manifest, sources, {manifest.id});
}

base::Result<std::unique_ptr<World>> worldOf(const nb_kit_options& in)
{
    const std::filesystem::path library(bytesOf(in.library, "options.library"));
    auto manifestFile = library;
    manifestFile.replace_extension(".json");
    if (in.manifest.ptr)
        manifestFile = bytesOf(in.manifest, "options.manifest");
    auto manifest = loader::readManifest(manifestFile);
    if (!manifest)
        return manifest.error();
    if (manifest->id != library.stem().string())
        return fault(Status::invalid, "bad_manifest", manifestFile.string() + ": the plugin " + manifest->id +
                                                          " must lie in " + manifest->id + ".so and " + manifest->id +
                                                          ".json.");
    auto settings = settingsOf(*manifest, in.settings, in.setting_count);
    if (!settings)
        return settings.error();
    Limits limits;
    if (in.cache_bytes != 0)
        limits.cacheBytes = in.cache_bytes;
    if (in.message_bytes != 0)
        limits.messageBytes = in.message_bytes;
    if (in.body_bytes != 0)
        limits.bodyBytes = in.body_bytes;
    return std::make_unique<World>(std::move(*manifest), library, std::move(*settings), limits,
                                   in.now_ms != 0 ? in.now_ms : newYear2026);
}

} // namespace netbit::fake

using namespace netbit;
using namespace netbit::fake;
using base::fault;
using base::Status;

std::int32_t nb_kit_open(const nb_kit_options* options, nb_kit** out, nb_error* error)
{
    return border::answer(error, [&]() -> base::Result<void> {
        notNull(out, "out");
        auto world = worldOf(structOf(options, "options"));
        if (!world)
            return world.error();
        if (auto loaded = (*world)->load(); !loaded)
            return loaded;
        *out = std::make_unique<nb_kit>(nb_kit{std::move(*world)}).release();
        return {};
    });
}

std::int32_t nb_kit_start(nb_kit* kit, nb_error* error)
{
    return atDoor(kit, error, [](World& world) { return world.start(); });
}

std::int32_t nb_kit_configure(nb_kit* kit, const nb_kit_setting* settings, std::size_t count, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        auto checked = settingsOf(world.manifest, settings, count);
        if (!checked)
            return checked.error();
        return world.configure(std::move(*checked));
    });
}

std::int32_t nb_kit_reload(nb_kit* kit, nb_str library, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) { return world.reload(bytesOf(library, "library")); });
}

void nb_kit_stop(nb_kit* kit)
{
    if (kit)
        atDoor(kit, [](World& world) { world.stop(); });
}

void nb_kit_close(nb_kit* kit) { const std::unique_ptr<nb_kit> end(kit); }

std::size_t nb_kit_run(nb_kit* kit)
{
    std::size_t count = 0;
    atDoor(kit, [&](World& world) { count = world.run(); });
    return count;
}

std::size_t nb_kit_advance(nb_kit* kit, std::uint64_t ms)
{
    std::size_t count = 0;
    atDoor(kit, [&](World& world) { count = world.advance(ms); });
    return count;
}

std::int64_t nb_kit_now(const nb_kit* kit) { return kit ? kit->world->now() : 0; }

std::size_t nb_kit_violation_count(const nb_kit* kit) { return kit ? kit->world->violations().size() : 0; }

const char* nb_kit_violation(const nb_kit* kit, std::size_t index)
{
    return kit && index < kit->world->violations().size() ? kit->world->violations()[index].c_str() : nullptr;
}

void nb_kit_clear_violations(nb_kit* kit)
{
    atDoor(kit, [](World& world) { world.clearViolations(); });
}

std::int32_t nb_kit_fail_next(nb_kit* kit, nb_str function, const nb_error* with, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        std::string name(bytesOf(function, "function"));
        if (!World::mayFail(name))
            return fault(Status::invalid, "no_such_function", "There is no function " + name + " that could be told to fail.");
        const auto given = structOf(with, "with");
        world.failNext(std::move(name), border::errorOf(given, given.status));
        return {};
    });
}

// ---- events

std::int32_t nb_kit_add_event(nb_kit* kit, nb_str topic, std::int64_t chatId, std::int64_t actorId, nb_str data,
                              std::uint32_t flags, std::int64_t* out, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        const auto text = bytesOf(data, "data");
        nb_kit_json json{};
        json.size = sizeof json;
        if (nb_kit_json_at(data, {nullptr, 0}, &json) != NB_OK || json.kind != NB_KIT_JSON_OBJECT)
            return fault(Status::invalid, "bad_data", "The data of an event is a JSON object.");
        const auto& event = world.events.append(bytesOf(topic, "topic"), chatId, actorId, text,
                                                (flags & NB_KIT_EPHEMERAL) != 0, world.now());
        if (out)
            *out = event.id;
        wakeSubscriptions(world);
        return {};
    });
}

void nb_kit_forget_events(nb_kit* kit, std::int64_t through)
{
    atDoor(kit, [&](World& world) {
        world.events.forget(through);
        wakeSubscriptions(world);
    });
}

std::size_t nb_kit_event_count(const nb_kit* kit) { return kit ? kit->world->events.all().size() : 0; }

std::int32_t nb_kit_event(const nb_kit* kit, std::size_t index, nb_event* out)
{
    if (!kit || index >= kit->world->events.all().size())
        return NB_NOT_FOUND;
    if (!out || out->size < sizeof(nb_event))
        return NB_INVALID;
    const auto& event = kit->world->events.all()[index];
    out->id = event.id;
    out->topic = str(event.topic);
    out->chat_id = event.chatId;
    out->actor_id = event.actorId;
    out->json = str(event.json);
    return NB_OK;
}

std::size_t nb_kit_subscription_count(const nb_kit* kit)
{
    const auto* const life = kit ? kit->world->life() : nullptr;
    if (!life)
        return 0;
    return static_cast<std::size_t>(std::count_if(life->subscriptions.begin(), life->subscriptions.end(),
                                                  [](const auto& one) { return !one->cancelled() && !one->over(); }));
}

// ---- what it said of itself

std::size_t nb_kit_log_count(const nb_kit* kit) { return kit ? kit->world->log.size() : 0; }

std::int32_t nb_kit_log(const nb_kit* kit, std::size_t index, nb_kit_log_line* out)
{
    if (!kit || index >= kit->world->log.size())
        return NB_NOT_FOUND;
    if (!out || out->size < sizeof(nb_kit_log_line))
        return NB_INVALID;
    const auto& line = kit->world->log[index];
    out->level = line.level;
    out->message = str(line.message);
    out->fields = line.raw.data();
    out->field_count = line.raw.size();
    return NB_OK;
}

std::int32_t nb_kit_metric(const nb_kit* kit, nb_str name, double* out)
{
    if (!kit || !out)
        return NB_INVALID;
    try {
        const auto text = '\n' + kit->world->metrics.text();
        const auto wanted = '\n' + std::string(bytesOf(name, "name")) + ' ';
        const auto found = text.find(wanted);
        if (found == std::string::npos)
            return NB_NOT_FOUND;
        const auto* const first = text.data() + found + wanted.size();
        const auto [end, failure] = std::from_chars(first, text.data() + text.size(), *out);
        return failure == std::errc() && end != first ? NB_OK : NB_INTERNAL;
    } catch (const std::exception&) {
        return NB_UNAVAILABLE; // no memory
    } catch (const border::BadArgument&) {
        return NB_INVALID;
    }
}

std::uint32_t nb_kit_health(const nb_kit* kit, nb_str* why)
{
    if (!kit)
        return NB_HEALTH_GOOD;
    if (why)
        *why = str(kit->world->healthWhy);
    return kit->world->health;
}

// ---- tables of plugins, and the database

std::int32_t nb_kit_provide(nb_kit* kit, nb_str plugin, nb_str id, const void* table, void* user, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        const std::string name(bytesOf(id, "id"));
        if (!table)
            world.provided.erase(name);
        else
            world.provided[name] = {std::string(bytesOf(plugin, "plugin")), table, user};
        return {};
    });
}

std::int32_t nb_kit_provided(const nb_kit* kit, nb_str id, const void** table, void** user)
{
    const auto* const life = kit ? kit->world->life() : nullptr;
    if (!life || !life->live() || !table)
        return NB_NOT_FOUND;
    const auto found = life->offers.find(id.ptr ? std::string_view(id.ptr, id.len) : std::string_view());
    if (found == life->offers.end())
        return NB_NOT_FOUND;
    *table = found->second.first;
    if (user)
        *user = found->second.second;
    return NB_OK;
}

std::int32_t nb_kit_sql(nb_kit* kit, nb_str sql, nb_kit_row_fn row, void* user, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        auto& connection = world.database.writing();
        auto& statement = connection.prepare(bytesOf(sql, "sql"));
        const auto count = static_cast<std::size_t>(statement.columns());
        std::vector<nb_str> columns(count);
        while (statement.step()) {
            for (std::size_t i = 0; i < count; ++i) {
                const int column = static_cast<int>(i);
                columns[i] = statement.isNull(column) ? absent() : str(statement.text(column));
            }
            if (row)
                row(user, columns.data(), count);
        }
        return {};
    });
}
