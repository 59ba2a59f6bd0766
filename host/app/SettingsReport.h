#pragma once
// What `netbit config get`, `set` and `diff` say: each setting with where it comes from, what it would be otherwise, and what
// a change of it needs.

#include "app/config/ConfigLoader.h"
#include "base/Result.h"
#include "loader/Manifest.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::app {

struct SettingFacts {
    std::string key;
    std::string value;    ///< as it is written; of a secret: that it is one
    std::string standard; ///< the default
    std::string place;    ///< "conf/netbit.properties:12", "NETBIT_HTTP__PORT", "--set", "default"
    bool reloads = false; ///< `netbit reload` applies a change; else it needs a restart
};

/// One of a plugin's own settings, with what may stand there.
struct PluginSetting {
    std::string name; ///< in the manifest; the key is "<plugin id>.<name>"
    loader::SettingRule rule;
    SettingFacts facts;
    bool secret = false; ///< its value is told to nobody
};

class SettingsReport {
public:
    /// Reads the plugins' manifests, and loads none.
    SettingsReport(const Config& config, const std::filesystem::path& programDirectory,
                   const std::filesystem::path& dataDirectory);

    /// Error: invalid / bad_setting, when there is no such setting.
    base::Result<SettingFacts> find(const std::string& key) const;
    /// Those of a plugin, by name. Error: notFound / no_such_plugin.
    base::Result<std::vector<PluginSetting>> ofPlugin(const std::string& id) const;
    /// All that is not as it would be by itself, by key.
    std::vector<SettingFacts> changed() const;

private:
    struct Standard {
        std::string value;
        bool reloads;
    };
    /// The default of a key that there is.
    base::Result<Standard> standardOf(const std::string& key) const;

    const Config& _config;
    std::map<std::string, std::map<std::string, loader::SettingRule>> _plugins; // by id and name
};

/// Writes the setting into the file that it belongs to, after all has been checked as a start would. Gives what to say.
/// Error: nothing was written.
base::Result<std::string> writeSetting(const ConfigSources& sources, const std::string& assignment,
                                       const std::filesystem::path& programDirectory, const std::filesystem::path& dataDirectory);

} // namespace netbit::app
