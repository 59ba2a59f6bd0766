#pragma once
// From settings to the options that each part of the host takes.

#include "app/DataDirectory.h"
#include "app/RateLimits.h"
#include "app/config/ConfigLoader.h"
#include "edge/Server.h"
#include "loader/Loader.h"
#include "services/auth/AuthService.h"
#include "services/backup/BackupSchedule.h"
#include "services/chat/ChatService.h"
#include "services/delivery/DeliveryService.h"
#include "services/events/EventLog.h"
#include "services/files/FileService.h"
#include "services/mail/MailService.h"
#include "services/notify/NotifyService.h"
#include "services/projects/Core.h"
#include "trace/Exporter.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::app {

std::size_t size(const HostSettings& settings, std::string_view key); ///< a setting that cannot be negative
unsigned reactorCount(const HostSettings& settings);
edge::Limits edgeLimits(const HostSettings& settings);
services::auth::AuthOptions authOptions(const HostSettings& settings);
services::auth::oidc::Settings oidcSettings(const Config& config);
RateOptions rateOptions(const HostSettings& settings);
services::chat::ChatOptions chatOptions(const HostSettings& settings);
services::files::Thumbnailer::Options thumbnailerOptions(const HostSettings& settings, const std::filesystem::path& program);
services::files::FileOptions fileOptions(const HostSettings& settings);
services::projects::ProjectOptions projectOptions(const HostSettings& settings);
services::notify::NotifyOptions notifyOptions(const HostSettings& settings);
services::delivery::DeliveryOptions deliveryOptions(const HostSettings& settings);
services::mail::MailOptions mailOptions(const HostSettings& settings);
trace::RecorderOptions recorderOptions(const HostSettings& settings);
trace::ExporterOptions exporterOptions(const HostSettings& settings);
services::backup::ScheduleOptions backupOptions(const HostSettings& settings, const DataPaths& data);
services::events::EventOptions eventOptions(const HostSettings& settings);
/// Level, form and place of the log. Error: the file cannot be written.
base::Result<void> applyLog(const HostSettings& settings);
loader::SettingSources pluginSettings(const Config& config);
loader::PluginPolicy pluginPolicy(const HostSettings& settings);
loader::LoaderOptions loaderOptions(const Config& config, const DataPaths& data, const std::filesystem::path& program);
/// Ids for which the two say other things; where and in which words they say it does not count.
std::vector<std::string> changedOptions(const PluginOptionMap& before, const PluginOptionMap& after);

} // namespace netbit::app
