#include "app/Host.h"

#include "app/CrashSentinel.h"
#include "app/HostOptions.h"
#include "app/HostParts.h"
#include "app/TlsSetup.h"
#include "app/config/HostKeys.h"
#include "services/log/Log.h"

#include <algorithm>

namespace netbit::app {

using base::Result;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace fs = std::filesystem;
namespace log = services::log;

namespace {

constexpr hours ticketLife(12); // of the key that they are sealed with

} // namespace

Host::Host(fs::path dataDirectory, Surroundings surroundings)
    : _dataDirectory(fs::absolute(dataDirectory)), _around(std::move(surroundings))
{
}

Host::~Host() { stop(); }

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
