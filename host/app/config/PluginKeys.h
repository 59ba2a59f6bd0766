#pragma once
// What the host is told about one plugin beside the plugin's own settings: "plugin.<id>.isolate", "…tls", "…record",
// "…record_mb".

#include "base/Result.h"
#include "loader/Loader.h"

#include <map>
#include <string>
#include <string_view>

namespace netbit::app {

struct Setting;

using PluginOptionMap = std::map<std::string, loader::PluginOptions>; ///< by the plugin's id

/// Whether the key is one of these, well-formed or not.
bool isPluginOption(std::string_view key) noexcept;

/// Takes one setting into the map. An id may have dots: the last part of the key says what is set.
/// Error: invalid / bad_setting naming file, line and key.
base::Result<void> takePluginOption(const std::string& key, const Setting& setting, PluginOptionMap& into);

} // namespace netbit::app
