#pragma once
// From text in a file to a typed setting, against the plugin's manifest.

#include "base/Result.h"
#include "border/Settings.h"
#include "loader/Manifest.h"

#include <map>
#include <string>

namespace netbit::loader {

/// One `key = value` and where it stands.
struct SettingSource {
    std::string value;
    std::string file; ///< path, or "--set"
    int line = 0;     ///< 1…; 0: no line
};

/// By full key: "tcp.port".
using SettingSources = std::map<std::string, SettingSource>;

/// "conf/plugins/tcp.properties:3: tcp.port: ", or "--set tcp.port: ".
std::string placeOf(const std::string& key, const SettingSource& source);

/// The settings of one plugin: what stands under its id, and defaults for the rest.
/// Error: invalid / bad_setting; its detail names file, line and key.
base::Result<border::SettingsPtr> checkSettings(const Manifest& manifest, const SettingSources& sources,
                                                const std::vector<std::string>& knownPlugins);

/// That every key belongs to a plugin. Error: invalid / bad_setting; its detail names file, line and key.
base::Result<void> checkKeys(const SettingSources& sources, const std::vector<std::string>& knownPlugins);

/// The plugin that a key belongs to: the longest id that the key starts with. Empty: none.
std::string ownerOf(const std::string& key, const std::vector<std::string>& knownPlugins);

} // namespace netbit::loader
