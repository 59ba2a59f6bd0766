#include "app/Host.h"

#include "app/CrashSentinel.h"
#include "app/DataDirectory.h"
#include "app/FirstAdmin.h"
#include "app/Gate.h"
#include "app/OpenApi.h"
#include "app/Programs.h"
#include "app/Version.h"
#include "app/config/HostKeys.h"
#include "base/CommaSeparated.h"
#include "border/Border.h"
#include "edge/Server.h"
#include "loader/Loader.h"
#include "net/InheritedSockets.h"
#include "net/Reactor.h"
#include "outgoing/CurlFetch.h"
#include "services/auth/AuthService.h"
#include "services/backup/BackupSchedule.h"
#include "services/cache/KeyValueCache.h"
#include "services/chat/ChatOperations.h"
#include "services/chat/ChatService.h"
#include "services/chat/Core.h"
#include "services/events/EventLog.h"
#include "services/exec/Timers.h"
#include "services/exec/WorkerPool.h"
#include "services/files/FileOperations.h"
#include "services/files/FileService.h"
#include "services/issues/IssueService.h"
#include "services/log/Log.h"
#include "services/metrics/Registry.h"
#include "services/operations/Operations.h"
#include "services/projects/Core.h"
#include "services/projects/ProjectService.h"
#include "services/pulls/PullOperations.h"
#include "services/search/SearchOperations.h"
#include "services/search/SearchService.h"
#include "services/transfer/TransferService.h"
#include "services/users/Profiles.h"
#include "services/users/UserDirectory.h"
#include "services/users/UserOperations.h"
#include "storage/Database.h"
#include "storage/Migrations.h"
#include "storage/Writer.h"

#include <algorithm>
#include <chrono>
#include <sched.h>

namespace netbit::app {

using base::Result;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace auth = services::auth;
namespace backup = services::backup;
namespace chat = services::chat;
namespace events = services::events;
namespace exec = services::exec;
namespace files = services::files;
namespace fs = std::filesystem;
namespace log = services::log;
namespace metrics = services::metrics;
namespace projects = services::projects;

namespace {

std::size_t size(const HostSettings& settings, std::string_view key)
{
    return static_cast<std::size_t>(settings.integer(key));
}

/// Cores this process may run on: what `taskset` and containers leave, not what the machine has.
unsigned usableCores()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

unsigned reactorCount(const HostSettings& settings)
{
    const auto asked = static_cast<unsigned>(settings.integer("threads.reactors"));
    return asked == 0 ? usableCores() : asked;
}

edge::Limits edgeLimits(const HostSettings& settings)
{
    edge::Limits limits;
    limits.maxHeadBytes = size(settings, "http.max_head_bytes");
    limits.maxHeaders = size(settings, "http.max_headers");
    limits.maxTargetBytes = size(settings, "http.max_target_bytes");
    limits.maxBodyBytes = size(settings, "http.max_body_bytes");
    limits.maxConnections = size(settings, "http.max_connections");
    limits.maxPerAddress = size(settings, "http.max_per_address");
    limits.headTimeout = milliseconds(settings.integer("http.head_timeout_ms"));
    limits.bodyTimeout = milliseconds(settings.integer("http.body_timeout_ms"));
    limits.idleTimeout = milliseconds(settings.integer("http.idle_timeout_ms"));
    limits.writeTimeout = milliseconds(settings.integer("http.write_timeout_ms"));
    return limits;
}

auth::AuthOptions authOptions(const HostSettings& settings)
{
    auth::AuthOptions options;
    const auto& mode = settings.text("auth.registration");
    options.registration = mode == "open" ? auth::Registration::open
                           : mode == "closed" ? auth::Registration::closed
                                              : auth::Registration::invite;
    options.accessTokenLife = seconds(settings.integer("auth.access_token_s"));
    options.refreshTokenLife = seconds(settings.integer("auth.refresh_token_s"));
    options.inviteLife = seconds(settings.integer("auth.invite_s"));
    options.membersInvite = settings.text("auth.members_invite") == "true";
    options.minPasswordBytes = size(settings, "auth.min_password_bytes");
    options.loginFailuresPerMinute = static_cast<unsigned>(settings.integer("auth.login_failures_per_minute"));
    return options;
}

auth::oidc::Settings oidcSettings(const Config& config)
{
    auth::oidc::Settings settings{.publicUrl = config.host.text("oidc.public_url"),
                                  .timeout = milliseconds(config.host.integer("oidc.timeout_ms"))};
    for (const auto& [name, provider] : config.oidc)
        settings.providers.push_back(provider.settings);
    return settings;
}

RateOptions rateOptions(const HostSettings& settings)
{
    return {.userWrites = settings.integer("limits.user_writes_per_minute"),
            .userReads = settings.integer("limits.user_reads_per_minute"),
            .addressRequests = settings.integer("limits.address_requests_per_minute")};
}

chat::ChatOptions chatOptions(const HostSettings& settings)
{
    chat::ChatOptions options;
    options.cachedMessages = size(settings, "messages.cached_per_chat");
    options.maxMessageBytes = size(settings, "messages.max_bytes");
    options.hookPostsPerMinute = settings.integer("limits.hook_posts_per_minute");
    return options;
}

files::Thumbnailer::Options thumbnailerOptions(const HostSettings& settings, const fs::path& program)
{
    return {.program = helperProgram(program, "netbit-thumbnail"),
            .processes = static_cast<unsigned>(settings.integer("files.picture_processes")),
            .maxPixels = size(settings, "files.max_pixels")};
}

files::FileOptions fileOptions(const HostSettings& settings)
{
    return {.maxBytes = size(settings, "files.max_bytes"),
            .quotaBytes = size(settings, "files.quota_bytes"),
            .keepFreeBytes = size(settings, "files.keep_free_bytes"),
            .uploadsPerUser = static_cast<unsigned>(settings.integer("files.uploads_per_user")),
            .grace = seconds(settings.integer("files.grace_s"))};
}

projects::ProjectOptions projectOptions(const HostSettings& settings)
{
    projects::ProjectOptions options;
    options.graceMs = settings.integer("projects.grace_s") * 1'000;
    options.maxPushBytes = settings.integer("repositories.max_push_bytes");
    options.quotaBytes = settings.integer("repositories.quota_bytes");
    return options;
}

backup::ScheduleOptions backupOptions(const HostSettings& settings, const DataPaths& data)
{
    const auto& folder = settings.text("backup.directory");
    return {.folder = folder.empty() ? data.backups() : fs::path(folder),
            .every = hours(settings.integer("backup.every_hours")),
            .keep = static_cast<unsigned>(settings.integer("backup.keep")),
            .wholeEvery = static_cast<unsigned>(settings.integer("backup.whole_every"))};
}

events::EventOptions eventOptions(const HostSettings& settings)
{
    events::EventOptions options;
    options.tail = size(settings, "events.tail");
    options.retention = hours(settings.integer("events.retention_hours"));
    return options;
}

void applyLogLevel(const HostSettings& settings)
{
    const auto& level = settings.text("log.level");
    log::setLevel(level == "error"  ? log::Level::error
                  : level == "warn" ? log::Level::warn
                  : level == "info" ? log::Level::info
                                    : log::Level::debug);
}

loader::SettingSources pluginSettings(const Config& config)
{
    loader::SettingSources sources;
    for (const auto& [key, setting] : config.plugins)
        sources[key] = loader::SettingSource{setting.value, setting.file, setting.line};
    return sources;
}

loader::PluginPolicy pluginPolicy(const HostSettings& settings)
{
    loader::PluginPolicy policy;
    policy.disabled = base::commaSeparated(settings.text("plugins.disabled"));
    policy.required = base::commaSeparated(settings.text("plugins.required"));
    policy.trial = seconds(settings.integer("plugins.trial_s"));
    policy.trialErrors = static_cast<unsigned>(settings.integer("plugins.trial_errors"));
    policy.patience = milliseconds(settings.integer("plugins.patience_ms"));
    return policy;
}

loader::LoaderOptions loaderOptions(const Config& config, const DataPaths& data, const fs::path& program)
{
    const auto& settings = config.host;
    loader::LoaderOptions options;
    const auto& folder = settings.text("plugins.directory");
    options.directories = {folder.empty() ? program / ".." / "lib" / "netbit" / "plugins" : fs::path(folder),
                           data.plugins()};
    options.installed = data.plugins();
    options.generations = data.generations();
    options.choices = data.pluginChoices();
    options.hostVersion = NETBIT_VERSION;
    options.policy = pluginPolicy(settings);
    options.plugins = config.options;
    for (auto& [id, plugin] : options.plugins)
        if (!plugin.record.file.empty())
            plugin.record.file = data.recording(plugin.record.file);
    options.isolation.program = helperProgram(program, "netbit-plugin-process");
    return options;
}

/// Ids for which the two say other things; where and in which words they say it does not count.
std::vector<std::string> changedOptions(const PluginOptionMap& before, const PluginOptionMap& after)
{
    std::vector<std::string> ids;
    const auto look = [&](const PluginOptionMap& some, const PluginOptionMap& others) {
        for (const auto& [id, one] : some) {
            const auto found = others.find(id);
            const auto other = found == others.end() ? loader::PluginOptions() : found->second;
            if ((one.isolated != other.isolated || one.record.file != other.record.file ||
                 one.record.mostBytes != other.record.mostBytes) &&
                std::find(ids.begin(), ids.end(), id) == ids.end())
                ids.push_back(id);
        }
    };
    look(before, after);
    look(after, before);
    return ids;
}

} // namespace

/// What each plugin costs and holds, by its id.
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

/// In the order of construction: what stands lower uses what stands higher.
struct Host::Parts {
    Parts(std::unique_ptr<DataDirectory> folder, std::unique_ptr<storage::Database> opened,
          std::unique_ptr<files::FileStore> fileStore, std::string signingSecret, const HostSettings& initial,
          const fs::path& program, std::vector<int> sockets)
        : settings(initial),
          data(std::move(folder)),
          database(std::move(opened)),
          writer(*database, {.maxBatch = size(initial, "writer.max_batch"), .maxQueued = size(initial, "writer.max_queued")}),
          profiles(*database, writer, users),
          auth(*database, writer, users, std::move(signingSecret), authOptions(initial)),
          events(*database, writer, eventOptions(initial)),
          chat(*database, writer, users, events, chatOptions(initial)),
          search(*database, writer, chat, users),
          fileService(*database, writer, std::move(fileStore), fileRules(), fileOptions(initial),
                      thumbnailerOptions(initial, program)),
          transfer(chat.core(), &fileService),
          projects(*database, writer, users, events),
          backups(data->root(), fileService, NETBIT_VERSION),
          backupSchedule(backups),
          cache(size(initial, "cache.plugin_quota_bytes")),
          inherited(std::move(sockets)),
          reactors(reactorCount(initial), &inherited),
          workers(static_cast<unsigned>(initial.integer("threads.workers")), size(initial, "threads.max_queued")),
          outgoingWorkers(4, 256),
          timers(workers),
          gate(auth, rateOptions(initial)),
          server(
              reactors, router, gate, [this](std::function<void()> task) { return workers.submit(std::move(task)); },
              edgeLimits(initial))
    {
    }

    files::FileRules fileRules()
    {
        return {.mayReadChat = [this](const auth::Principal& who, storage::Id id) { return chat.mayRead(who, id); },
                .maySeeUser = [this](const auth::Principal& who, storage::Id id) -> Result<void> {
                    const auto seen = auth.profile(who, id, true);
                    return seen ? Result<void>() : seen.error();
                }};
    }

    void indexIn(milliseconds delay)
    {
        timers.after(delay, [this] { indexIn(search.tend()); });
    }

    HostSettings settings;
    PluginOptionMap pluginOptions;
    std::unique_ptr<DataDirectory> data;
    std::unique_ptr<storage::Database> database;
    storage::Writer writer;
    services::users::UserDirectory users;
    services::users::Profiles profiles;
    auth::AuthService auth;
    events::EventLog events;
    services::operations::Operations operations;
    chat::ChatService chat;
    services::search::SearchService search;
    files::FileService fileService;
    services::transfer::TransferService transfer;
    projects::ProjectService projects;
    backup::BackupService backups;
    backup::BackupSchedule backupSchedule;
    std::mutex backupMutex; // guards backupWish
    backup::ScheduleOptions backupWish;
    services::cache::KeyValueCache cache;
    metrics::Registry metrics;
    net::InheritedSockets inherited;
    net::ReactorPool reactors;
    exec::WorkerPool workers;
    outgoing::CurlFetch fetch;
    exec::WorkerPool outgoingWorkers; ///< for what waits for other servers, so that nothing else waits for it
    exec::Timers timers;
    edge::Router router;
    Gate gate;
    edge::Server server;
    std::unique_ptr<border::Border> border;
    std::unique_ptr<loader::Loader> loader;
    std::uint16_t httpPort = 0;
    steady_clock::time_point started = steady_clock::now();
    std::atomic<bool> draining{false};
    bool serving = false;
    bool watched = false; // by the crash sentinel
    steady_clock::time_point lastBeat;
    std::shared_ptr<std::atomic<unsigned>> answers = std::make_shared<std::atomic<unsigned>>(0); // of reactors, to the last round
    steady_clock::time_point lastRound;

    /// Asks each reactor for a sign of life, once all have answered the round before.
    void askReactors(steady_clock::time_point now)
    {
        if (lastRound != steady_clock::time_point() && *answers < reactors.size())
            return;
        lastRound = now;
        *answers = 0;
        for (unsigned i = 0; i < reactors.size(); ++i)
            reactors.at(i).post([answers = answers] { answers->fetch_add(1); });
    }
};

Host::Host(fs::path dataDirectory, Surroundings surroundings)
    : _dataDirectory(fs::absolute(dataDirectory)), _around(std::move(surroundings))
{
}

Host::~Host() { stop(); }

Result<void> Host::start(const Config& config, const fs::path& programDirectory)
{
    applyLogLevel(config.host);
    if (auto checked = checkPluginSettings(config, programDirectory, _dataDirectory); !checked)
        return checked;
    auto folder = DataDirectory::open(_dataDirectory);
    if (!folder)
        return folder.error();
    auto secret = (*folder)->secret("access-token.key");
    if (!secret)
        return secret.error();
    storage::SqliteOptions options;
    options.path = (*folder)->database().string();
    options.readers = static_cast<unsigned>(config.host.integer("storage.readers"));
    options.cacheKib = config.host.integer("storage.cache_kib");
    auto database = storage::openSqlite(options);
    if (!database)
        return database.error();
    if (auto migrated = storage::migrate(**database, "netbit", storage::hostMigrations()); !migrated)
        return migrated;

    auto fileStore = files::FileStore::open((*folder)->files());
    if (!fileStore)
        return fileStore.error();

    _parts = std::make_unique<Parts>(std::move(*folder), std::move(*database), std::move(*fileStore), std::move(*secret),
                                     config.host, programDirectory, std::exchange(_around.sockets, {}));
    auto& parts = *_parts;
    parts.pluginOptions = config.options;
    parts.database->read([&](storage::Connection& connection) {
        parts.users.load(connection);
        parts.events.load(connection);
    });
    parts.auth.load();
    services::users::addUserOperations(parts.operations, parts.profiles);
    parts.auth.askProvidersBy([&parts](const base::FetchRequest& request) { return parts.fetch(request); },
                              [&parts](std::function<void()> task) { return parts.outgoingWorkers.submit(std::move(task)); });
    parts.auth.setOidc(oidcSettings(config));
    parts.auth.addOperations(parts.operations);
    parts.auth.onErased([&parts](storage::Id) { parts.chat.namesChanged(); });
    parts.chat.load();
    parts.search.load();
    parts.projects.setOptions(projectOptions(config.host));
    parts.projects.load();
    parts.projects.addOperations(parts.operations);
    services::pulls::addPullOperations(parts.operations, parts.projects.core());
    parts.transfer.keepProjectsIn(parts.projects.core());
    services::issues::addIssueOperations(parts.operations, parts.projects.core());
    parts.chat.core().spoken = [&parts](storage::Connection& connection, const storage::MessageRecord& message) {
        services::issues::lookIntoMessage(parts.projects.core(), connection, message);
    };
    services::search::addSearchOperations(parts.operations, parts.search);
    files::addFileOperations(parts.operations, parts.fileService);
    parts.writer.start();
    if (auto made = makeFirstAdmin(parts.auth, parts.users, *parts.data); !made)
        return made;
    parts.events.start();

    const auto ask = [this] { return facts(); };
    auto routes = publicRoutes(ask, parts.metrics, parts.router);
    auto admin = adminRoutes(ask, parts.auth, parts.chat, [this](std::string_view user) {
        if (user == "admin")
            forgetFirstAdmin(*_parts->data);
    });
    std::move(admin.begin(), admin.end(), std::back_inserter(routes));
    auto moving = transferRoutes(parts.auth, parts.transfer, [&parts](std::function<void()> task) {
        if (!parts.workers.submit(task))
            parts.timers.after(milliseconds(0), std::move(task)); // knocks until it is let in
    });
    std::move(moving.begin(), moving.end(), std::back_inserter(routes));
    auto saving = backupRoutes(parts.backups);
    std::move(saving.begin(), saving.end(), std::back_inserter(routes));
    auto docs = docsRoutes(parts.router, parts.operations);
    std::move(docs.begin(), docs.end(), std::back_inserter(routes));
    auto plugins = pluginRoutes({[this]() -> loader::Loader& { return *_parts->loader; }, _around.onControl, _around.reload});
    std::move(plugins.begin(), plugins.end(), std::back_inserter(routes));
    chat::addChatOperations(parts.operations, parts.chat);
    parts.border = std::make_unique<border::Border>(
        border::Services{parts.router, parts.reactors, *parts.database, parts.writer, parts.auth, parts.chat, parts.events, parts.operations,
                         parts.fileService, parts.cache, parts.workers, parts.timers, parts.metrics, NETBIT_VERSION,
                         helperProgram(programDirectory, "netbit-launch"), static_cast<unsigned>(config.host.integer("plugins.max_processes")),
                         [&data = *parts.data](const std::string& plugin) { return data.folderOf(plugin); }},
        std::move(routes));
    if (auto published = parts.border->publish(); !published)
        return published;

    // Ports first: one that is taken ends the start before any plugin has run.
    auto port = parts.server.listenTcp(config.host.text("http.address"), static_cast<std::uint16_t>(config.host.integer("http.port")));
    if (!port)
        return port.error();
    parts.httpPort = *port;
    if (auto listening = parts.server.listenUnix(parts.data->socket().string()); !listening)
        return listening;

    parts.reactors.start();
    parts.serving = true;
    parts.loader = std::make_unique<loader::Loader>(
        *parts.border, loaderOptions(config, *parts.data, programDirectory));
    if (auto noted = CrashSentinel::quarantine(parts.data->crash(), parts.data->pluginChoices()); !noted)
        return noted;
    if (auto armed = CrashSentinel::arm(parts.data->crash()); !armed)
        return armed;
    parts.watched = true;
    if (auto loaded = parts.loader->loadAll(pluginSettings(config)); !loaded)
        return loaded;
    parts.indexIn(milliseconds(0));
    parts.timers.every(seconds(1), [&parts] { parts.chat.sendDue(); });
    parts.timers.every(seconds(config.host.integer("files.collect_s")), [&parts] { parts.fileService.collect(); });
    parts.backupWish = backupOptions(config.host, *parts.data);
    parts.timers.every(seconds(60), [&parts] {
        std::unique_lock lock(parts.backupMutex); // backupWish
        const auto wish = parts.backupWish;
        lock.unlock();
        parts.backupSchedule.tend(wish);
    });
    parts.timers.every(hours(1), [&parts] {
        parts.auth.prune();
        parts.chat.prune();
        parts.events.prune();
        parts.projects.prune();
    });
    parts.metrics.sampled(metrics::Kind::counter, "netbit_http_requests_total", "HTTP requests read.",
                          [&parts] { return static_cast<double>(parts.server.counts().requests.load()); });
    parts.metrics.sampled(metrics::Kind::counter, "netbit_writer_jobs_total", "Writes taken.",
                          [&parts] { return static_cast<double>(parts.writer.counts().jobs.load()); });
    parts.metrics.sampled(metrics::Kind::counter, "netbit_writer_commits_total", "Transactions committed.",
                          [&parts] { return static_cast<double>(parts.writer.counts().commits.load()); });
    parts.metrics.sampled(metrics::Kind::gauge, "netbit_http_connections", "Open HTTP connections.",
                          [&parts] { return static_cast<double>(parts.server.openConnections()); });
    addPluginSeries(parts.metrics, *parts.loader);
    parts.server.start();
    for (const auto& unused : parts.inherited.unused())
        log::warn("host", "The service manager listens there, and nothing of this server does: its settings name another address, or the plugin is missing.",
                  {{"socket", unused}});
    log::info("host", "Serving", {{"http", std::to_string(parts.httpPort)}});
    return {};
}

Result<void> Host::reconfigure(const Config& config)
{
    auto& parts = *_parts;
    const auto changed = parts.settings.changed(config.host);
    for (const auto& key : changed)
        if (!isLive(key))
            log::warn("host", "This setting changes at the next start", {{"key", key}});
    for (const auto& id : changedOptions(parts.pluginOptions, config.options))
        log::warn("host", "This setting changes at the next start", {{"key", "plugin." + id + ".…"}});
    if (auto checked = parts.loader->reconfigure(pluginSettings(config), pluginPolicy(config.host)); !checked)
        return checked;
    applyLogLevel(config.host);
    parts.server.setLimits(edgeLimits(config.host));
    parts.gate.setRates(rateOptions(config.host));
    parts.auth.setOptions(authOptions(config.host));
    parts.auth.setOidc(oidcSettings(config));
    parts.chat.setOptions(chatOptions(config.host));
    parts.fileService.setOptions(fileOptions(config.host));
    parts.projects.setOptions(projectOptions(config.host));
    {
        const std::lock_guard lock(parts.backupMutex); // backupWish
        parts.backupWish = backupOptions(config.host, *parts.data);
    }
    for (const auto& key : changed)
        if (isLive(key)) // the others are compared with what is in force, the next time too
            parts.settings.take(key, config.host);
    parts.pluginOptions = config.options;
    return {};
}

milliseconds Host::tend()
{
    constexpr milliseconds beat(1'000);
    auto& parts = *_parts;
    const auto now = steady_clock::now();
    if (now - parts.lastBeat >= beat) {
        parts.lastBeat = now;
        parts.askReactors(now);
        const milliseconds hang(parts.settings.integer("plugins.hang_ms"));
        parts.border->watch(hang, static_cast<unsigned>(parts.settings.integer("threads.workers")));
        parts.workers.relieve(hang);
        parts.loader->judge(now);
    }
    const auto soon = parts.loader->tend();
    const auto next = std::chrono::ceil<milliseconds>(parts.lastBeat + beat - steady_clock::now());
    return std::clamp(soon ? std::min(*soon, next) : next, milliseconds(0), beat);
}

milliseconds Host::patience() const { return milliseconds(_parts->settings.integer("shutdown.patience_ms")); }

bool Host::responsive() const { return steady_clock::now() - _parts->lastRound < seconds(5); }

void Host::stop()
{
    if (!_parts)
        return;
    auto& parts = *_parts;
    parts.draining = true;
    const milliseconds patience(parts.settings.integer("shutdown.patience_ms"));
    parts.fetch.stop();
    parts.backups.stop();
    // Plugins first: a stream that only its plugin can end would hold up the draining for the whole patience.
    if (parts.loader)
        parts.loader->quiesceAll();
    if (parts.serving)
        parts.server.drain(patience);
    if (parts.loader)
        parts.loader->stopAll(patience);
    parts.timers.stop();
    parts.workers.stop();
    parts.outgoingWorkers.stop();
    parts.fileService.stop();
    parts.events.stop();
    parts.writer.stop();
    parts.loader.reset();
    parts.border.reset();
    if (parts.serving)
        parts.reactors.stop();
    if (parts.watched)
        CrashSentinel::disarm(parts.data->crash());
    _parts.reset();
}

Facts Host::facts() const
{
    const auto& parts = *_parts;
    Facts facts;
    facts.ports.emplace_back("http", parts.httpPort);
    if (parts.loader) {
        for (auto& status : parts.loader->status()) {
            facts.ports.insert(facts.ports.end(), status.ports.begin(), status.ports.end());
            facts.plugins.push_back(PluginFacts{status.id, status.version, status.state, status.detail, status.required,
                                                status.condition});
        }
    }
    facts.uptimeMs = std::chrono::duration_cast<milliseconds>(steady_clock::now() - parts.started).count();
    facts.users = static_cast<std::int64_t>(parts.users.size());
    facts.chats = static_cast<std::int64_t>(parts.chat.chatCount());
    facts.connections = parts.server.openConnections();
    facts.writerQueued = parts.writer.queued();
    facts.writerHealthy = parts.writer.healthy();
    facts.draining = parts.draining;
    return facts;
}

Result<void> checkPluginSettings(const Config& config, const fs::path& programDirectory, const fs::path& dataDirectory)
{
    return loader::checkAll(loaderOptions(config, DataPaths(fs::absolute(dataDirectory)), programDirectory), pluginSettings(config));
}

} // namespace netbit::app
