#pragma once
// A plugin's settings after they were checked against its manifest: typed, complete, immutable.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace netbit::border {

using SettingValue = std::variant<std::string, std::int64_t, double, bool>;

/// By key without the plugin's prefix. Every key of the manifest is there, with its default where nothing else was set.
using Settings = std::map<std::string, SettingValue, std::less<>>;
using SettingsPtr = std::shared_ptr<const Settings>;

} // namespace netbit::border
