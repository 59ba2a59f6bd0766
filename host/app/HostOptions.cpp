#include "app/HostOptions.h"

#include "app/Programs.h"
#include "app/Version.h"
#include "app/config/MailKeys.h"
#include "base/CommaSeparated.h"
#include "edge/ClientAddress.h"
#include "services/log/LogFile.h"

#include <algorithm>
#include <chrono>
#include <sched.h>

namespace netbit::app {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace auth = services::auth;
namespace backup = services::backup;
namespace chat = services::chat;
namespace events = services::events;
namespace files = services::files;
namespace fs = std::filesystem;
namespace log = services::log;
namespace notify = services::notify;
namespace projects = services::projects;

std::size_t size(const HostSettings& settings, std::string_view key)
{
    return static_cast<std::size_t>(settings.integer(key));
}

namespace {

/// Cores this process may run on: what `taskset` and containers leave, not what the machine has.
unsigned usableCores()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

} // namespace

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
    limits.slowRequest = milliseconds(settings.integer("log.slow_request_ms"));
    if (auto proxies = edge::TrustedProxies::parse(settings.text("http.trusted_proxies"),
                                                   settings.text("http.proxy_header") == "forwarded");
        proxies && !proxies->empty()) // loadConfig has checked it
        limits.proxies = std::make_shared<const edge::TrustedProxies>(std::move(*proxies));
    limits.strictSeconds = settings.integer("http.hsts_s");
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

notify::NotifyOptions notifyOptions(const HostSettings& settings)
{
    notify::NotifyOptions options;
    options.level = notify::levelOf(settings.text("notifications.default_level")).value_or(options.level);
    options.kept = settings.integer("notifications.kept_per_user");
    options.simulatedEvents = settings.integer("notifications.simulated_events");
    return options;
}

services::delivery::DeliveryOptions deliveryOptions(const HostSettings& settings)
{
    services::delivery::DeliveryOptions options;
    options.allowInside = settings.text("webhooks.allow_inside") == "true";
    options.timeout = std::chrono::milliseconds(settings.integer("webhooks.timeout_ms"));
    options.disableAfterMs = settings.integer("webhooks.disable_after_h") * 3'600'000;
    options.contact = settings.text("push.contact");
    if (const auto& address = settings.text("oidc.public_url"); options.contact.empty() && address.starts_with("https://"))
        options.contact = address;
    return options;
}

services::mail::MailOptions mailOptions(const HostSettings& settings)
{
    return {.relay = mailRelay(settings), .from = settings.text("mail.from"), .publicUrl = settings.text("oidc.public_url")};
}

trace::RecorderOptions recorderOptions(const HostSettings& settings)
{
    const bool wanted = !settings.text("trace.endpoint").empty();
    return {.perMille = wanted ? settings.integer("trace.sample_permille") : 0,
            .followParent = settings.text("trace.follow_parent") == "true"};
}

trace::ExporterOptions exporterOptions(const HostSettings& settings)
{
    return {.endpoint = settings.text("trace.endpoint"), .token = settings.text("trace.token")};
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

base::Result<void> applyLog(const HostSettings& settings)
{
    log::Sink sink;
    if (const auto& path = settings.text("log.file"); !path.empty()) {
        auto opened = log::openLogFile({path, settings.integer("log.file_max_bytes"), static_cast<unsigned>(settings.integer("log.file_keep"))});
        if (!opened)
            return opened.error();
        sink = std::move(*opened);
    }
    log::setOutput(settings.text("log.format") == "json" ? log::Form::json : log::Form::text, std::move(sink));
    const auto& level = settings.text("log.level");
    log::setLevel(level == "error"  ? log::Level::error
                  : level == "warn" ? log::Level::warn
                  : level == "info" ? log::Level::info
                                    : log::Level::debug);
    return {};
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

std::vector<std::string> changedOptions(const PluginOptionMap& before, const PluginOptionMap& after)
{
    std::vector<std::string> ids;
    const auto look = [&](const PluginOptionMap& some, const PluginOptionMap& others) {
        for (const auto& [id, one] : some) {
            const auto found = others.find(id);
            const auto other = found == others.end() ? loader::PluginOptions() : found->second;
            if ((one.isolated != other.isolated || one.tls != other.tls || one.record.file != other.record.file ||
                 one.record.mostBytes != other.record.mostBytes) &&
                std::find(ids.begin(), ids.end(), id) == ids.end())
                ids.push_back(id);
        }
    };
    look(before, after);
    look(after, before);
    return ids;
}

} // namespace netbit::app
