#include "app/Host.h"

#include "app/CrashSentinel.h"
#include "app/DataDirectory.h"
#include "app/FirstAdmin.h"
#include "app/Gate.h"
#include "app/HostOptions.h"
#include "app/HostSeries.h"
#include "app/OpenApi.h"
#include "app/PluginSeries.h"
#include "app/Programs.h"
#include "app/TlsSetup.h"
#include "app/Version.h"
#include "app/config/HostKeys.h"
#include "app/config/Layers.h"
#include "base/CommaSeparated.h"
#include "base/Redact.h"
#include "border/Border.h"
#include "edge/Server.h"
#include "loader/Loader.h"
#include "net/InheritedSockets.h"
#include "net/Reactor.h"
#include "outgoing/CurlFetch.h"
#include "outgoing/CurlMailer.h"
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
#include "services/delivery/DeliveryService.h"
#include "services/issues/IssueService.h"
#include "services/log/Log.h"
#include "services/mail/MailService.h"
#include "services/metrics/Registry.h"
#include "services/notify/NotifyService.h"
#include "services/operations/Operations.h"
#include "services/projects/Core.h"
#include "services/projects/ProjectService.h"
#include "services/pulls/PullOperations.h"
#include "services/search/SearchOperations.h"
#include "services/search/SearchService.h"
#include "services/telling/Telling.h"
#include "services/transfer/HistoryOperations.h"
#include "services/transfer/TransferService.h"
#include "services/users/Profiles.h"
#include "services/users/UserDirectory.h"
#include "services/users/UserOperations.h"
#include "storage/Database.h"
#include "storage/Migrations.h"
#include "storage/Writer.h"

#include <algorithm>
#include <chrono>

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

constexpr hours ticketLife(12); // of the key that they are sealed with

void tellOfCollector(std::string_view reason)
{
    if (reason.empty())
        log::info("trace", "The collector takes traces again");
    else
        log::warn("trace", "The collector takes no traces", {{"reason", reason}});
}

} // namespace

/// In the order of construction: what stands lower uses what stands higher.
struct Host::Parts {
    Parts(std::unique_ptr<DataDirectory> folder, std::unique_ptr<storage::Database> opened,
          std::unique_ptr<files::FileStore> fileStore, std::string signingSecret, const std::string& pushSecret, std::string mailKey,
          const HostSettings& initial, const fs::path& program, std::vector<int> sockets)
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
          notify(projects.core(), chat.core()),
          delivery(notify.core(), [this](const base::FetchRequest& request) { return fetch(request); }, pushSecret),
          mail(notify.core(), mailer, std::move(mailKey)),
          backups(data->root(), fileService, NETBIT_VERSION),
          backupSchedule(backups),
          cache(size(initial, "cache.plugin_quota_bytes")),
          inherited(std::move(sockets)),
          reactors(reactorCount(initial), &inherited),
          workers(static_cast<unsigned>(initial.integer("threads.workers")), size(initial, "threads.max_queued")),
          outgoingWorkers(4, 256),
          exporter(recorder, [this](const base::FetchRequest& request) { return fetch(request); }, NETBIT_VERSION, &tellOfCollector),
          deliveryWorkers(4, 1'024),
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

    /// Where people come in.
    Result<void> listen(const HostSettings& wanted)
    {
        const auto& address = wanted.text("http.address");
        const auto first = static_cast<std::uint16_t>(wanted.integer("http.port"));
        auto port = wanted.text("http.tls") == "true" ? server.listenTls(address, first, tls) : server.listenTcp(address, first);
        if (!port)
            return port.error();
        httpPort = *port;
        if (const auto second = wanted.integer("http.tls_port"); second >= 0) {
            port = server.listenTls(address, static_cast<std::uint16_t>(second), tls);
            if (!port)
                return port.error();
            httpsPort = *port;
        }
        return {};
    }

    /// What is in force and what the files say: the host's keys by value, the others as they are written.
    std::vector<SettingGap> gaps(const Config& now) const
    {
        std::vector<SettingGap> found;
        const auto shown = [](const std::string& key, const std::string& value) {
            return isSecretKey(key) && !value.empty() && !isReference(value) ? std::string(base::leftOut) : value;
        };
        for (const auto& key : settings.changed(now.host))
            found.push_back({key, shown(key, settings.text(key)), shown(key, now.host.text(key)), isLive(key)});
        const auto writtenIn = [](const SettingMap& some, const std::string& key) {
            const auto at = some.find(key);
            return at == some.end() ? std::string() : at->second.value;
        };
        const auto look = [&](const SettingMap& some, bool ofNow) {
            for (const auto& [key, setting] : some) {
                const auto before = writtenIn(given, key);
                const auto after = writtenIn(now.given, key);
                if (findHostKey(key) || before == after || (ofNow && given.contains(key)))
                    continue;
                found.push_back({key, shown(key, before), shown(key, after), !isPluginOption(key)});
            }
        };
        look(given, false);
        look(now.given, true);
        return found;
    }

    HostSettings settings;
    SettingMap given; ///< as it was written when it was taken in
    PluginOptionMap pluginOptions;
    std::unique_ptr<DataDirectory> data;
    std::unique_ptr<storage::Database> database;
    metrics::Registry metrics; // counts what the writer does
    trace::Recorder recorder;  // outlives whatever has a span
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
    services::notify::NotifyService notify;
    services::delivery::DeliveryService delivery;
    outgoing::CurlMailer mailer;
    services::mail::MailService mail;
    backup::BackupService backups;
    backup::BackupSchedule backupSchedule;
    std::mutex backupMutex; // guards backupWish
    backup::ScheduleOptions backupWish;
    services::cache::KeyValueCache cache;
    net::InheritedSockets inherited;
    net::ReactorPool reactors;
    exec::WorkerPool workers;
    outgoing::CurlFetch fetch;
    exec::WorkerPool outgoingWorkers; ///< for what waits for other servers, so that nothing else waits for it
    trace::Exporter exporter;
    exec::WorkerPool deliveryWorkers; ///< the same, for servers that users name: those that are slow hold up no sign-in
    exec::Timers timers;
    const std::shared_ptr<net::TlsCell> tls = std::make_shared<net::TlsCell>(); ///< empty as long as nothing speaks TLS
    edge::Router router;
    Gate gate;
    edge::Server server;
    std::unique_ptr<border::Border> border;
    std::unique_ptr<loader::Loader> loader;
    std::uint16_t httpPort = 0;
    std::optional<std::uint16_t> httpsPort;
    steady_clock::time_point started = steady_clock::now();
    std::atomic<bool> draining{false};
    bool serving = false;
    bool watched = false; // by the crash sentinel
    steady_clock::time_point lastBeat;
    steady_clock::time_point renewed = steady_clock::now(); ///< the key for TLS session tickets
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
    if (auto applied = applyLog(config.host); !applied)
        return applied;
    if (auto checked = checkPluginSettings(config, programDirectory, _dataDirectory); !checked)
        return checked;
    auto tls = tlsOf(config);
    if (!tls)
        return tls.error();
    auto folder = DataDirectory::open(_dataDirectory);
    if (!folder)
        return folder.error();
    auto secret = (*folder)->secret("access-token.key");
    if (!secret)
        return secret.error();
    const auto pushSecret = (*folder)->secret("push.key");
    if (!pushSecret)
        return pushSecret.error();
    auto mailKey = (*folder)->secret("mail.key");
    if (!mailKey)
        return mailKey.error();
    storage::SqliteOptions options;
    options.path = (*folder)->database().string();
    options.readers = static_cast<unsigned>(config.host.integer("storage.readers"));
    options.cacheKib = config.host.integer("storage.cache_kib");
    options.slow = milliseconds(config.host.integer("log.slow_statement_ms"));
    options.onSlow = [](std::string_view sql, milliseconds time) {
        log::warn("sql", "A statement was slow", {{"ms", std::to_string(time.count())}, {"sql", sql}});
    };
    auto database = storage::openSqlite(options);
    if (!database)
        return database.error();
    if (auto migrated = storage::migrate(**database, "netbit", storage::hostMigrations()); !migrated)
        return migrated;

    auto fileStore = files::FileStore::open((*folder)->files());
    if (!fileStore)
        return fileStore.error();

    _parts = std::make_unique<Parts>(std::move(*folder), std::move(*database), std::move(*fileStore), std::move(*secret),
                                     *pushSecret, std::move(*mailKey), config.host, programDirectory,
                                     std::exchange(_around.sockets, {}));
    auto& parts = *_parts;
    parts.pluginOptions = config.options;
    parts.given = config.given;
    takeTls(*parts.tls, *tls);
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
    parts.auth.onErased([&parts](storage::Id) {
        parts.chat.namesChanged();
        parts.notify.forget();
    });
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
    services::telling::tellOf(parts.projects.core(), parts.chat.core());
    parts.notify.setOptions(notifyOptions(config.host));
    parts.notify.load();
    parts.notify.addOperations(parts.operations);
    parts.delivery.setOptions(deliveryOptions(config.host));
    parts.delivery.addOperations(parts.operations);
    parts.mail.setOptions(mailOptions(config.host));
    parts.mail.addOperations(parts.operations);
    services::search::addSearchOperations(parts.operations, parts.search);
    files::addFileOperations(parts.operations, parts.fileService);
    parts.recorder.setOptions(recorderOptions(config.host));
    parts.exporter.setOptions(exporterOptions(config.host));
    parts.server.setRecorder(parts.recorder);
    parts.operations.setRecorder(parts.recorder);
    parts.writer.onCommit(commitSeries(parts.metrics));
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
    auto looking = settingsRoutes(_around.onControl, [this]() -> Result<std::vector<SettingGap>> {
        const auto now = _around.settings();
        if (!now)
            return now.error();
        return _parts->gaps(*now);
    });
    std::move(looking.begin(), looking.end(), std::back_inserter(routes));
    auto docs = docsRoutes(parts.router, parts.operations);
    std::move(docs.begin(), docs.end(), std::back_inserter(routes));
    auto plugins = pluginRoutes({[this]() -> loader::Loader& { return *_parts->loader; }, _around.onControl, _around.reload});
    std::move(plugins.begin(), plugins.end(), std::back_inserter(routes));
    auto wishes = pluginSettingsRoutes({_around.onControl, _around.pluginSettings, _around.write});
    std::move(wishes.begin(), wishes.end(), std::back_inserter(routes));
    chat::addChatOperations(parts.operations, parts.chat);
    services::transfer::addHistoryOperations(parts.operations, parts.chat);
    parts.border = std::make_unique<border::Border>(
        border::Services{parts.router, parts.reactors, *parts.database, parts.writer, parts.auth, parts.chat, parts.events, parts.operations,
                         parts.fileService, parts.cache, parts.workers, parts.timers, parts.metrics, NETBIT_VERSION,
                         helperProgram(programDirectory, "netbit-launch"), static_cast<unsigned>(config.host.integer("plugins.max_processes")),
                         [&data = *parts.data](const std::string& plugin) { return data.folderOf(plugin); },
                         [tls = parts.tls, options = config.options](const std::string& plugin) {
                             const auto found = options.find(plugin);
                             return found != options.end() && found->second.tls ? tls : nullptr;
                         }},
        std::move(routes));
    if (auto published = parts.border->publish(); !published)
        return published;

    // Ports first: one that is taken ends the start before any plugin has run.
    if (auto listening = parts.listen(config.host); !listening)
        return listening;
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
    // Before any plugin can make happen what these follow.
    parts.notify.start([&parts](milliseconds delay, std::function<void()> task) { parts.timers.after(delay, std::move(task)); });
    parts.timers.every(seconds(1), [&parts] { parts.notify.tend(); });
    parts.delivery.start([&parts](milliseconds delay, std::function<void()> task) {
        if (delay.count() == 0)
            return parts.deliveryWorkers.submit(std::move(task));
        parts.timers.after(delay, std::move(task));
        return true;
    });
    parts.timers.every(seconds(1), [&parts] { parts.delivery.tend(); });
    parts.mail.start([&parts](milliseconds delay, std::function<void()> task) {
        if (delay.count() == 0)
            return parts.outgoingWorkers.submit(std::move(task));
        parts.timers.after(delay, std::move(task));
        return true;
    });
    parts.timers.every(seconds(1), [&parts] { parts.mail.tend(); });
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
    parts.timers.every(hours(24), [&parts] { warnOfExpiry(parts.tls->load().get()); });
    parts.timers.every(hours(1), [&parts] {
        parts.auth.prune();
        parts.chat.prune();
        parts.events.prune();
        parts.projects.prune();
        parts.notify.forget(); // what is gone by now is quoted no longer
        parts.delivery.prune();
        parts.mail.prune();
    });
    addHostSeries(parts.metrics, ask, parts.server, parts.writer, parts.workers, parts.data->database());
    if (parts.tls->load())
        parts.metrics.sampled(metrics::Kind::gauge, "netbit_tls_certificate_expires_seconds",
                              "When the certificate in force runs out, the first of them, seconds since 1970.",
                              [&parts] { return static_cast<double>(firstExpiry(*parts.tls->load())); });
    addPluginSeries(parts.metrics, *parts.loader);
    addTraceSeries(parts.metrics, parts.recorder, parts.exporter);
    parts.timers.every(seconds(1), [&parts] {
        if (parts.recorder.on())
            parts.outgoingWorkers.submit([&parts] { parts.exporter.tend(); });
    });
    parts.server.setSlowRequest([](const edge::Exchange& exchange, int status, milliseconds time) {
        log::warn("http", "A request was slow",
                  {{"ms", std::to_string(time.count())}, {"method", exchange.method()}, {"route", exchange.route().pattern},
                   {"plugin", exchange.route().owner}, {"status", std::to_string(status)}, {"request_id", std::to_string(exchange.id())}});
    });
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
    if (auto applied = applyLog(config.host); !applied)
        return applied;
    const auto changed = parts.settings.changed(config.host);
    for (const auto& key : changed)
        if (!isLive(key))
            log::warn("host", "This setting changes at the next start", {{"key", key}});
    for (const auto& id : changedOptions(parts.pluginOptions, config.options))
        log::warn("host", "This setting changes at the next start", {{"key", "plugin." + id + ".…"}});
    auto tls = tlsOf(config, parts.tls->load().get());
    if (!tls)
        return tls.error();
    if (auto checked = parts.loader->reconfigure(pluginSettings(config), pluginPolicy(config.host)); !checked)
        return checked;
    takeTls(*parts.tls, *tls);
    parts.server.setLimits(edgeLimits(config.host));
    parts.gate.setRates(rateOptions(config.host));
    parts.auth.setOptions(authOptions(config.host));
    parts.auth.setOidc(oidcSettings(config));
    parts.chat.setOptions(chatOptions(config.host));
    parts.fileService.setOptions(fileOptions(config.host));
    parts.projects.setOptions(projectOptions(config.host));
    parts.notify.setOptions(notifyOptions(config.host));
    parts.delivery.setOptions(deliveryOptions(config.host));
    parts.mail.setOptions(mailOptions(config.host));
    parts.recorder.setOptions(recorderOptions(config.host));
    parts.exporter.setOptions(exporterOptions(config.host));
    {
        const std::lock_guard lock(parts.backupMutex); // backupWish
        parts.backupWish = backupOptions(config.host, *parts.data);
    }
    for (const auto& key : changed)
        if (isLive(key)) // the others are compared with what is in force, the next time too
            parts.settings.take(key, config.host);
    for (const auto& [key, setting] : config.given) // a plugin's option is in force from its next start on
        if (!isPluginOption(key))
            parts.given[key] = setting;
    std::erase_if(parts.given,
                  [&](const auto& each) { return !isPluginOption(each.first) && !config.given.contains(each.first); });
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
    if (const auto tls = parts.tls->load(); tls && now - parts.renewed >= ticketLife) {
        parts.renewed = now;
        if (auto next = tls->renewed())
            parts.tls->store(std::move(next));
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
    parts.delivery.stop();
    parts.mail.stop();
    parts.mailer.stop();
    parts.fetch.stop();
    parts.backups.stop();
    // Plugins first: a stream that only its plugin can end would hold up the draining for the whole patience.
    if (parts.loader)
        parts.loader->quiesceAll();
    if (parts.serving)
        parts.server.drain(patience);
    if (parts.loader)
        parts.loader->stopAll(patience);
    parts.notify.stop();
    parts.timers.stop();
    parts.workers.stop();
    parts.outgoingWorkers.stop();
    parts.deliveryWorkers.stop();
    parts.notify.finish();
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
    if (parts.httpsPort)
        facts.ports.emplace_back("https", *parts.httpsPort);
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

Result<void> checkSettings(const Config& config, const fs::path& programDirectory, const fs::path& dataDirectory)
{
    if (const auto tls = tlsOf(config); !tls)
        return tls.error();
    return checkPluginSettings(config, programDirectory, dataDirectory);
}

Result<void> checkPluginSettings(const Config& config, const fs::path& programDirectory, const fs::path& dataDirectory)
{
    return loader::checkAll(loaderOptions(config, DataPaths(fs::absolute(dataDirectory)), programDirectory), pluginSettings(config));
}

} // namespace netbit::app
