#pragma once
// Layered settings: built-in defaults, netbit.properties, plugins/*.properties beside it, the environment, then --set.

#include "app/config/OidcKeys.h"
#include "app/config/PluginKeys.h"
#include "base/Result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::app {

/// One `key = value` and where it stands, so that a fault can name file, line and key.
struct Setting {
    std::string value;
    std::string file; ///< path, or "--set", or the name of a variable
    int line = 0;     ///< 1…; 0: no line of a file
};

using SettingMap = std::map<std::string, Setting>;

struct ConfigSources {
    std::filesystem::path file;             ///< empty: defaults alone
    std::vector<std::string> overrides;   ///< "key=value"
    std::vector<std::string> environment{}; ///< "NETBIT_KEY=value" (config/Layers.h)
};

/// The host's own settings, checked: reading a key that hostKeys() does not list is a programmer's error.
class HostSettings {
public:
    explicit HostSettings(SettingMap values) : _values(std::move(values)) {}
    std::int64_t integer(std::string_view key) const;
    const std::string& text(std::string_view key) const;
    const Setting& at(std::string_view key) const; ///< with its place
    bool operator==(const HostSettings& other) const;

    /// Keys whose value differs in `next`.
    std::vector<std::string> changed(const HostSettings& next) const;
    void take(const std::string& key, const HostSettings& next) { _values[key] = next.at(key); }

private:
    SettingMap _values;
};

struct Config {
    HostSettings host;
    SettingMap plugins; ///< everything that is not the host's: "<plugin id>.key"; the loader checks it
    PluginOptionMap options; ///< "plugin.<id>.key"
    OidcProviderMap oidc;    ///< "oidc.<name>.key"
    SettingMap given;        ///< every key that some layer sets, as it is written there
};

/// Error: invalid / bad_setting; its detail names file, line and key.
base::Result<Config> loadConfig(const ConfigSources& sources);

/// "conf/netbit.properties:12: http.port: " or "--set http.port: "
std::string settingPlace(const Setting& setting, std::string_view key);

} // namespace netbit::app
