#include "app/config/PluginKeys.h"

#include "app/config/ConfigLoader.h"

namespace netbit::app {

namespace {

constexpr std::string_view section = "plugin.";

} // namespace

bool isPluginOption(std::string_view key) noexcept { return key.starts_with(section); }

base::Result<void> takePluginOption(const std::string& key, const Setting& setting, PluginOptionMap& into)
{
    const auto refused = [&](std::string_view why) {
        return base::fault(base::Status::invalid, "bad_setting", settingPlace(setting, key) + std::string(why));
    };
    const auto end = key.rfind('.');
    if (end < section.size() + 1)
        return refused("There is no such setting; write plugin.<id>.isolate.");
    const auto what = std::string_view(key).substr(end + 1);
    if (what != "isolate")
        return refused("There is no such setting.");
    if (setting.value != "no" && setting.value != "process")
        return refused("\"" + setting.value + "\" is none of no|process.");
    auto& options = into[key.substr(section.size(), end - section.size())];
    options.place = settingPlace(setting, key);
    options.isolated = setting.value == "process";
    return {};
}

} // namespace netbit::app
