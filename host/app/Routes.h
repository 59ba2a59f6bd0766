#pragma once
// The host's own routes: health, metrics, what this server is, and the admin's door.

#include "base/Result.h"
#include "border/Generation.h"
#include "edge/FileReply.h"
#include "edge/Router.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace netbit::services::auth {
class AuthService;
}
namespace netbit::services::backup {
class BackupService;
}
namespace netbit::services::chat {
class ChatService;
}
namespace netbit::services::mail {
class MailService;
}
namespace netbit::services::metrics {
class Registry;
}
namespace netbit::services::transfer {
class TransferService;
}
namespace netbit::loader {
class Loader;
}

namespace netbit::app {

/// What the host tells about itself; gathered anew for each question.
struct PluginFacts {
    std::string id;
    std::string version;
    std::string state;
    std::string detail;
    bool required = false;
    border::Health condition = border::Health::good;
};

std::string_view conditionName(border::Health condition) noexcept; ///< "good", "degraded", "failed"

struct Facts {
    std::vector<PluginFacts> plugins;
    std::vector<std::pair<std::string, std::uint16_t>> ports; ///< "http", "tcp", "udp": really bound
    std::int64_t uptimeMs = 0;
    std::int64_t users = 0;
    std::int64_t chats = 0;
    std::int64_t connections = 0;
    std::size_t writerQueued = 0;
    bool writerHealthy = true;
    bool draining = false;
};

using AskFacts = std::function<Facts()>;

std::string notReady(const Facts& facts); ///< why not, or empty

/// /healthz, /readyz, /metrics, /api/server: for anyone.
std::vector<edge::Route> publicRoutes(AskFacts facts, services::metrics::Registry& metrics, edge::Router& router);

/// /admin/…: only through the Unix socket in the data directory. /api/admin/status, /api/admin/log: for admins.
/// `passwordSet` is told whose password was changed.
std::vector<edge::Route> adminRoutes(AskFacts facts, services::auth::AuthService& auth, services::chat::ChatService& chat,
                                     std::function<void(std::string_view username)> passwordSet);

/// /admin/import/records, /admin/export…
/// `onWorker`: for the bytes of files.
std::vector<edge::Route> transferRoutes(services::auth::AuthService& auth, services::transfer::TransferService& service,
                                        edge::OnWorker onWorker);

/// /admin/backup
std::vector<edge::Route> backupRoutes(services::backup::BackupService& service);

/// /admin/mail/test
/// `outgoing`: runs what waits for other servers; false: not now.
std::vector<edge::Route> mailRoutes(services::mail::MailService& service, std::function<bool(std::function<void()>)> outgoing);

/// How the routes reach the plugins.
struct PluginDoor {
    std::function<loader::Loader&()> loader;
    /// Runs it on the control thread, soon. False: the host stops, it will not run.
    std::function<bool(std::function<void()>)> onControl;
    std::function<base::Result<void>()> reload; ///< [control] settings and folders, anew
};

/// /admin/reload, /admin/plugins/…: install, enable, disable, reload, remove, plan, and what there is to know of each.
/// /api/admin/reload, /api/admin/plugins/…: of these enable, disable and reload, for admins.
std::vector<edge::Route> pluginRoutes(PluginDoor door);

struct PluginSetting;

/// How the routes reach the files of settings.
struct SettingsDoor {
    std::function<bool(std::function<void()>)> onControl; ///< as PluginDoor's
    std::function<base::Result<std::vector<PluginSetting>>(const std::string& id)> ofPlugin; ///< [control]
    std::function<base::Result<std::string>(const std::string& assignment)> write;           ///< [control]
};

/// /api/admin/plugins/{id}/settings, for admins: a plugin's own settings, and writing one into its file as `netbit config set`
/// does. Secrets are neither shown nor written.
std::vector<edge::Route> pluginSettingsRoutes(SettingsDoor door);

/// A setting in force that is not what the files, the environment and the command line say now.
struct SettingGap {
    std::string key;
    std::string running; ///< empty: the default; of a secret, that it is one
    std::string files;
    bool reloads = false; ///< `netbit reload` closes it; else a restart does
};

/// GET /admin/settings
/// `gaps` is asked on the control thread.
std::vector<edge::Route> settingsRoutes(std::function<bool(std::function<void()>)> onControl,
                                        std::function<base::Result<std::vector<SettingGap>>()> gaps);

/// The object of the ready file and of GET /admin/status.
std::string factsJson(const Facts& facts);
std::string pluginsJson(const Facts& facts);

/// A handler made of a function, for routes of the host itself.
std::shared_ptr<edge::RouteHandler> handler(std::function<edge::Outcome(edge::Exchange&)> function);

} // namespace netbit::app
