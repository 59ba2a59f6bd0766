#include "app/config/PluginKeys.h"

#include "app/config/ConfigLoader.h"

#include <charconv>

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
    auto& options = into[key.substr(section.size(), end - section.size())];
    options.place = settingPlace(setting, key);
    if (what == "isolate") {
        if (setting.value != "no" && setting.value != "process")
            return refused("\"" + setting.value + "\" is none of no|process.");
        options.isolated = setting.value == "process";
    } else if (what == "tls") {
        if (setting.value != "true" && setting.value != "false")
            return refused("\"" + setting.value + "\" is none of true|false.");
        options.tls = setting.value == "true";
    } else if (what == "record") {
        options.record.file = setting.value;
    } else if (what == "record_mb") {
        std::size_t megabytes = 0;
        const auto* const last = setting.value.data() + setting.value.size();
        const auto [rest, failure] = std::from_chars(setting.value.data(), last, megabytes);
        if (failure != std::errc() || rest != last || megabytes < 1 || megabytes > 4096)
            return refused("\"" + setting.value + "\" is no number from 1 to 4096.");
        options.record.mostBytes = megabytes << 20;
    } else {
        return refused("There is no such setting.");
    }
    if (options.isolated && !options.record.file.empty())
        return refused("A plugin in a process of its own cannot be recorded.");
    return {};
}

} // namespace netbit::app
