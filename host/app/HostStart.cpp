#include "app/CrashSentinel.h"
#include "app/FirstAdmin.h"
#include "app/HostOptions.h"
#include "app/HostParts.h"
#include "app/HostSeries.h"
#include "app/OpenApi.h"
#include "app/PluginSeries.h"
#include "app/Programs.h"
#include "app/TlsSetup.h"
#include "app/Version.h"
#include "services/chat/ChatOperations.h"
#include "services/chat/Core.h"
#include "services/files/FileOperations.h"
#include "services/issues/IssueService.h"
#include "services/log/Log.h"
#include "services/projects/Core.h"
#include "services/pulls/PullOperations.h"
#include "services/search/SearchOperations.h"
#include "services/telling/Telling.h"
#include "services/transfer/HistoryOperations.h"
#include "services/users/UserOperations.h"

#include <iterator>

namespace netbit::app {

using base::Result;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace chat = services::chat;
namespace exec = services::exec;
namespace files = services::files;
namespace log = services::log;
namespace metrics = services::metrics;

Result<void> Host::start(const Config& config, const std::filesystem::path& programDirectory)
{
    if (auto applied = applyLog(config.host); !applied)
        return applied;
    if (auto checked = checkPluginSettings(config, programDirectory, _dataDirectory); !checked)
        return checked;
    auto tls = tlsOf(config);
    if (!tls)
        return tls.error();
    auto store = Parts::open(_dataDirectory, config.host);
    if (!store)
        return store.error();
    _parts = std::make_unique<Parts>(std::move(*store), config.host, programDirectory, std::exchange(_around.sockets, {}));
    auto& parts = *_parts;
    parts.pluginOptions = config.options;
    parts.given = config.given;
    takeTls(*parts.tls, *tls);
    parts.load(config);
    if (auto writing = parts.startWriting(); !writing)
        return writing;
    if (auto published = parts.publish(config, programDirectory, routes()); !published)
        return published;
    // Ports first: one that is taken ends the start before any plugin has run.
    if (auto listening = parts.listen(config.host); !listening)
        return listening;
    parts.reactors.start();
    parts.serving = true;
    if (auto loaded = parts.loadPlugins(config, programDirectory); !loaded)
        return loaded;
    parts.keepTime(config.host);
    parts.addSeries([this] { return facts(); });
    parts.server.start();
    for (const auto& unused : parts.inherited.unused())
        log::warn("host", "The service manager listens there, and nothing of this server does: its settings name another address, or the plugin is missing.",
                  {{"socket", unused}});
    log::info("host", "Serving", {{"http", std::to_string(parts.httpPort)}});
    return {};
}

std::vector<edge::Route> Host::routes()
{
    auto& parts = *_parts;
    const auto ask = [this] { return facts(); };
    std::vector<edge::Route> all;
    const auto add = [&](std::vector<edge::Route> some) { std::move(some.begin(), some.end(), std::back_inserter(all)); };
    add(publicRoutes(ask, parts.metrics, parts.router));
    add(adminRoutes(ask, parts.auth, parts.chat, [this](std::string_view user) {
        if (user == "admin")
            forgetFirstAdmin(*_parts->data);
    }));
    add(transferRoutes(parts.auth, parts.transfer, [&parts](std::function<void()> task) {
        if (!parts.workers.submit(task))
            parts.timers.after(milliseconds(0), std::move(task)); // knocks until it is let in
    }));
    add(backupRoutes(parts.backups));
    add(mailRoutes(parts.mail, [&parts](std::function<void()> task) { return parts.outgoingWorkers.submit(std::move(task)); }));
    add(settingsRoutes(_around.onControl, [this]() -> Result<std::vector<SettingGap>> {
        const auto now = _around.settings();
        if (!now)
            return now.error();
        return _parts->gaps(*now);
    }));
    add(docsRoutes(parts.router, parts.operations));
    add(pluginRoutes({[this]() -> loader::Loader& { return *_parts->loader; }, _around.onControl, _around.reload}));
    add(pluginSettingsRoutes({_around.onControl, _around.pluginSettings, _around.write}));
    return all;
}

void Host::Parts::load(const Config& config)
{
    database->read([&](storage::Connection& connection) {
        users.load(connection);
        events.load(connection);
    });
    auth.load();
    services::users::addUserOperations(operations, profiles);
    auth.askProvidersBy([this](const base::FetchRequest& request) { return fetch(request); },
                        [this](std::function<void()> task) { return outgoingWorkers.submit(std::move(task)); });
    auth.setOidc(oidcSettings(config));
    auth.addOperations(operations);
    auth.onErased([this](storage::Id) {
        chat.namesChanged();
        notify.forget();
    });
    chat.load();
    search.load();
    projects.setOptions(projectOptions(config.host));
    projects.load();
    projects.addOperations(operations);
    services::pulls::addPullOperations(operations, projects.core());
    transfer.keepProjectsIn(projects.core());
    services::issues::addIssueOperations(operations, projects.core());
    chat.core().spoken = [this](storage::Connection& connection, const storage::MessageRecord& message) {
        services::issues::lookIntoMessage(projects.core(), connection, message);
    };
    services::telling::tellOf(projects.core(), chat.core());
    notify.setOptions(notifyOptions(config.host));
    notify.load();
    notify.addOperations(operations);
    delivery.setOptions(deliveryOptions(config.host));
    delivery.addOperations(operations);
    mail.setOptions(mailOptions(config.host));
    mail.addOperations(operations);
    services::search::addSearchOperations(operations, search);
    files::addFileOperations(operations, fileService);
    chat::addChatOperations(operations, chat);
    services::transfer::addHistoryOperations(operations, chat);
    recorder.setOptions(recorderOptions(config.host));
    exporter.setOptions(exporterOptions(config.host));
    server.setRecorder(recorder);
    server.setSlowRequest([](const edge::Exchange& exchange, int status, milliseconds time) {
        log::warn("http", "A request was slow",
                  {{"ms", std::to_string(time.count())}, {"method", exchange.method()}, {"route", exchange.route().pattern},
                   {"plugin", exchange.route().owner}, {"status", std::to_string(status)}, {"request_id", std::to_string(exchange.id())}});
    });
    operations.setRecorder(recorder);
}

Result<void> Host::Parts::startWriting()
{
    writer.onCommit(commitSeries(metrics));
    writer.start();
    if (auto made = makeFirstAdmin(auth, users, *data); !made)
        return made;
    events.start();
    return {};
}

Result<void> Host::Parts::publish(const Config& config, const std::filesystem::path& program, std::vector<edge::Route> routes)
{
    border = std::make_unique<border::Border>(
        border::Services{router, reactors, *database, writer, auth, chat, events, operations, fileService, cache, workers, timers,
                         metrics, NETBIT_VERSION, helperProgram(program, "netbit-launch"),
                         static_cast<unsigned>(config.host.integer("plugins.max_processes")),
                         [&data = *data](const std::string& plugin) { return data.folderOf(plugin); },
                         [tls = tls, options = config.options](const std::string& plugin) {
                             const auto found = options.find(plugin);
                             return found != options.end() && found->second.tls ? tls : nullptr;
                         }},
        std::move(routes));
    return border->publish();
}

Result<void> Host::Parts::loadPlugins(const Config& config, const std::filesystem::path& program)
{
    loader = std::make_unique<loader::Loader>(*border, loaderOptions(config, *data, program));
    if (auto noted = CrashSentinel::quarantine(data->crash(), data->pluginChoices()); !noted)
        return noted;
    if (auto armed = CrashSentinel::arm(data->crash()); !armed)
        return armed;
    watched = true;
    const auto turnsOf = [this](exec::WorkerPool& pool) {
        return [this, &pool](milliseconds delay, std::function<void()> task) {
            if (delay.count() == 0)
                return pool.submit(std::move(task));
            timers.after(delay, std::move(task));
            return true;
        };
    };
    // Before any plugin can make happen what these follow.
    notify.start([this](milliseconds delay, std::function<void()> task) { timers.after(delay, std::move(task)); });
    timers.every(seconds(1), [this] { notify.tend(); });
    delivery.start(turnsOf(deliveryWorkers));
    timers.every(seconds(1), [this] { delivery.tend(); });
    mail.start(turnsOf(outgoingWorkers));
    timers.every(seconds(1), [this] { mail.tend(); });
    return loader->loadAll(pluginSettings(config));
}

void Host::Parts::keepTime(const HostSettings& wanted)
{
    indexIn(milliseconds(0));
    timers.every(seconds(1), [this] { chat.sendDue(); });
    timers.every(seconds(wanted.integer("files.collect_s")), [this] { fileService.collect(); });
    backupWish = backupOptions(wanted, *data);
    timers.every(seconds(60), [this] {
        std::unique_lock lock(backupMutex); // backupWish
        const auto wish = backupWish;
        lock.unlock();
        backupSchedule.tend(wish);
    });
    timers.every(hours(24), [this] { warnOfExpiry(tls->load().get()); });
    timers.every(hours(1), [this] {
        auth.prune();
        chat.prune();
        events.prune();
        projects.prune();
        notify.forget(); // what is gone by now is quoted no longer
        delivery.prune();
        mail.prune();
    });
    timers.every(seconds(1), [this] {
        if (recorder.on())
            outgoingWorkers.submit([this] { exporter.tend(); });
    });
}

void Host::Parts::addSeries(AskFacts ask)
{
    addHostSeries(metrics, std::move(ask), server, writer, workers, data->database());
    if (tls->load())
        metrics.sampled(metrics::Kind::gauge, "netbit_tls_certificate_expires_seconds",
                        "When the certificate in force runs out, the first of them, seconds since 1970.",
                        [this] { return static_cast<double>(firstExpiry(*tls->load())); });
    addPluginSeries(metrics, *loader);
    addTraceSeries(metrics, recorder, exporter);
    addOutboxSeries(metrics, mail, delivery);
}

} // namespace netbit::app
