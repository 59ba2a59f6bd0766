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
        return refused("There is no such setting; write plugin.<id>.isolate or plugin.<id>.record.");
    const auto what = std::string_view(key).substr(end + 1);
    if (what != "isolate" && what != "record")
        return refused("There is no such setting.");
    if (what == "isolate" && setting.value != "no" && setting.value != "process")
        return refused("\"" + setting.value + "\" is none of no|process.");
    auto& options = into[key.substr(section.size(), end - section.size())];
    options.place = settingPlace(setting, key);
    if (what == "isolate")
        options.isolated = setting.value == "process";
    else
        options.record = setting.value;
    return {};
}

} // namespace netbit::app
