#include "app/HostParts.h"

#include "app/HostOptions.h"
#include "app/Version.h"
#include "app/config/HostKeys.h"
#include "app/config/Layers.h"
#include "base/Redact.h"
#include "services/log/Log.h"
#include "storage/Migrations.h"

namespace netbit::app {

using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace auth = services::auth;
namespace files = services::files;
namespace log = services::log;

namespace {

void tellOfCollector(std::string_view reason)
{
    if (reason.empty())
        log::info("trace", "The collector takes traces again");
    else
        log::warn("trace", "The collector takes no traces", {{"reason", reason}});
}

} // namespace

Result<Host::Parts::Store> Host::Parts::open(const std::filesystem::path& dataDirectory, const HostSettings& settings)
{
    Store store;
    auto folder = DataDirectory::open(dataDirectory);
    if (!folder)
        return folder.error();
    store.data = std::move(*folder);
    for (const auto& [name, secret] : {std::pair("access-token.key", &store.signingSecret), {"push.key", &store.pushSecret},
                                       {"mail.key", &store.mailKey}}) {
        auto found = store.data->secret(name);
        if (!found)
            return found.error();
        *secret = std::move(*found);
    }
    storage::SqliteOptions options;
    options.path = store.data->database().string();
    options.readers = static_cast<unsigned>(settings.integer("storage.readers"));
    options.cacheKib = settings.integer("storage.cache_kib");
    options.slow = milliseconds(settings.integer("log.slow_statement_ms"));
    options.onSlow = [](std::string_view sql, milliseconds time) {
        log::warn("sql", "A statement was slow", {{"ms", std::to_string(time.count())}, {"sql", sql}});
    };
    auto database = storage::openSqlite(options);
    if (!database)
        return database.error();
    store.database = std::move(*database);
    if (auto migrated = storage::migrate(*store.database, "netbit", storage::hostMigrations()); !migrated)
        return migrated.error();
    auto fileStore = files::FileStore::open(store.data->files());
    if (!fileStore)
        return fileStore.error();
    store.files = std::move(*fileStore);
    return store;
}

Host::Parts::Parts(Store store, const HostSettings& initial, const std::filesystem::path& program, std::vector<int> sockets)
    : settings(initial),
      data(std::move(store.data)),
      database(std::move(store.database)),
      writer(*database, {.maxBatch = size(initial, "writer.max_batch"), .maxQueued = size(initial, "writer.max_queued")}),
      profiles(*database, writer, users),
      auth(*database, writer, users, std::move(store.signingSecret), authOptions(initial)),
      events(*database, writer, eventOptions(initial)),
      chat(*database, writer, users, events, chatOptions(initial)),
      search(*database, writer, chat, users),
      fileService(*database, writer, std::move(store.files), fileRules(), fileOptions(initial),
                  thumbnailerOptions(initial, program)),
      transfer(chat.core(), &fileService),
      projects(*database, writer, users, events),
      notify(projects.core(), chat.core()),
      delivery(notify.core(), [this](const base::FetchRequest& request) { return fetch(request); }, store.pushSecret),
      mail(notify.core(), mailer, std::move(store.mailKey)),
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

Result<void> Host::Parts::listen(const HostSettings& wanted)
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
    return server.listenUnix(data->socket().string());
}

std::vector<SettingGap> Host::Parts::gaps(const Config& now) const
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

void Host::Parts::askReactors(steady_clock::time_point now)
{
    if (lastRound != steady_clock::time_point() && *answers < reactors.size())
        return;
    lastRound = now;
    *answers = 0;
    for (unsigned i = 0; i < reactors.size(); ++i)
        reactors.at(i).post([answers = answers] { answers->fetch_add(1); });
}

void Host::Parts::indexIn(milliseconds delay)
{
    timers.after(delay, [this] { indexIn(search.tend()); });
}

files::FileRules Host::Parts::fileRules()
{
    return {.mayReadChat = [this](const auth::Principal& who, storage::Id id) { return chat.mayRead(who, id); },
            .maySeeUser = [this](const auth::Principal& who, storage::Id id) -> Result<void> {
                const auto seen = auth.profile(who, id, true);
                return seen ? Result<void>() : seen.error();
            }};
}

} // namespace netbit::app
