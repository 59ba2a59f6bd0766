#include "app/SettingsReport.h"

#include "app/DataDirectory.h"
#include "app/Host.h"
#include "app/HostOptions.h"
#include "app/config/HostKeys.h"
#include "app/config/Layers.h"
#include "app/config/SettingsFile.h"
#include "base/Redact.h"
#include "base/WholeFile.h"
#include "loader/Scan.h"
#include "loader/SettingsCheck.h"

#include <sys/stat.h>
#include <unistd.h>

namespace netbit::app {

using base::Result;
using base::Status;
namespace fs = std::filesystem;

namespace {

base::Error unknown(const std::string& key)
{
    return base::fault(Status::invalid, "bad_setting", key + ": There is no such setting.");
}

std::string placeOf(const Setting& setting)
{
    return setting.line == 0 ? setting.file : setting.file + ':' + std::to_string(setting.line);
}

SettingFacts factsOf(const std::string& key, const Setting* given, const std::string& standard, bool reloads)
{
    SettingFacts facts{key, given ? given->value : standard, standard, given ? placeOf(*given) : "default", reloads};
    if (given && isSecretKey(key) && !isReference(given->value))
        facts.value = base::leftOut;
    return facts;
}

/// Under the same owner and mode, whole or not at all.
Result<void> replaceFile(const fs::path& file, const std::string& text)
{
    struct stat before{};
    const bool there = ::stat(file.c_str(), &before) == 0;
    const auto target = there ? fs::canonical(file) : file; // a link stays one
    const auto beside = target.string() + ".edited";
    if (auto written = base::writeWhole(beside, text, there ? before.st_mode & 07777U : 0644U); !written)
        return written;
    // The owner first: to give a file away takes some bits of its mode.
    if (there && (::chown(beside.c_str(), before.st_uid, before.st_gid) != 0 ||
                  ::chmod(beside.c_str(), before.st_mode & 07777U) != 0)) {
        ::unlink(beside.c_str());
        return base::fault(Status::unavailable, "write_failed",
                           target.string() + " would change its owner or its mode; it stays as it was.");
    }
    std::error_code error;
    fs::rename(beside, target, error);
    return error ? Result<void>(base::fault(Status::unavailable, "write_failed", target.string() + ": " + error.message() + "."))
                 : Result<void>();
}

} // namespace

SettingsReport::SettingsReport(const Config& config, const fs::path& programDirectory, const fs::path& dataDirectory)
    : _config(config)
{
    const auto options = loaderOptions(config, DataPaths(fs::absolute(dataDirectory)), programDirectory);
    for (const auto& found : loader::scan(options.directories, options.hostVersion)) {
        auto& rules = _plugins[found.id];
        if (found.manifest)
            rules = found.manifest->config;
    }
}

Result<SettingsReport::Standard> SettingsReport::standardOf(const std::string& key) const
{
    if (const auto* const host = findHostKey(key))
        return Standard{std::string(host->defaultValue), host->live};
    if (isPluginOption(key)) {
        static const std::map<std::string, std::string, std::less<>> options{
            {"isolate", "no"}, {"tls", "false"}, {"record", ""}, {"record_mb", "64"}};
        const auto option = options.find(std::string_view(key).substr(key.rfind('.') + 1));
        return option == options.end() ? Result<Standard>(unknown(key)) : Standard{option->second, false};
    }
    if (isOidcProviderKey(key)) {
        OidcProviderMap scratch;
        if (!_config.given.contains(key))
            if (auto taken = takeOidcProviderKey(key, {"", "", 0}, scratch);
                !taken && taken.error().detail.ends_with("There is no such setting."))
                return unknown(key);
        return Standard{"", true};
    }
    std::vector<std::string> ids;
    for (const auto& [id, rules] : _plugins)
        ids.push_back(id);
    const auto owner = loader::ownerOf(key, ids);
    if (owner.empty())
        return unknown(key);
    const auto& rules = _plugins.at(owner);
    const auto found = rules.find(key.substr(owner.size() + 1));
    return found == rules.end() ? Result<Standard>(unknown(key))
                                : Standard{loader::settingText(found->second.defaultValue), true};
}

Result<SettingFacts> SettingsReport::find(const std::string& key) const
{
    const auto standard = standardOf(key);
    if (!standard)
        return standard.error();
    const auto given = _config.given.find(key);
    return factsOf(key, given == _config.given.end() ? nullptr : &given->second, standard->value, standard->reloads);
}

Result<std::vector<PluginSetting>> SettingsReport::ofPlugin(const std::string& id) const
{
    const auto plugin = _plugins.find(id);
    if (plugin == _plugins.end())
        return base::fault(Status::notFound, "no_such_plugin", "There is no plugin " + id + '.');
    std::vector<PluginSetting> out;
    for (const auto& [name, rule] : plugin->second) {
        const auto key = id + '.' + name;
        auto facts = find(key);
        if (!facts)
            return facts.error();
        const bool secret = isSecretKey(key);
        if (secret && !facts->value.empty())
            facts->value = base::leftOut;
        out.push_back({name, rule, std::move(*facts), secret});
    }
    return out;
}

std::vector<SettingFacts> SettingsReport::changed() const
{
    std::vector<SettingFacts> all;
    for (const auto& [key, setting] : _config.given) {
        const auto standard = standardOf(key);
        if (!standard) // of a plugin that was there once
            all.push_back(factsOf(key, &setting, "", true));
        else if (standard->value != setting.value)
            all.push_back(factsOf(key, &setting, standard->value, standard->reloads));
    }
    return all;
}

Result<std::string> writeSetting(const ConfigSources& sources, const std::string& assignment, const fs::path& programDirectory,
                                 const fs::path& dataDirectory)
{
    const auto equals = assignment.find('=');
    if (sources.file.empty() || equals == std::string::npos || equals == 0)
        return base::fault(Status::invalid, "bad_setting", "Write key=value, and --config FILE.");
    const auto key = assignment.substr(0, equals);
    const auto value = assignment.substr(equals + 1);
    // As --set it is checked like any other value, by all that a start looks at.
    auto wished = sources;
    wished.overrides.push_back(assignment);
    const auto next = loadConfig(wished);
    if (!next)
        return next.error();
    if (auto checked = checkSettings(*next, programDirectory, dataDirectory); !checked)
        return checked.error();
    const auto facts = SettingsReport(*next, programDirectory, dataDirectory).find(key);
    if (!facts)
        return facts.error();

    // Where it is set already; else in its plugin's own file, if that is there.
    auto plain = sources;
    plain.environment.clear();
    plain.overrides.clear();
    const auto before = loadConfig(plain);
    fs::path file = sources.file;
    if (const auto own = sources.file.parent_path() / "plugins" / (key.substr(0, key.find('.')) + ".properties"); fs::exists(own))
        file = own;
    if (before)
        if (const auto given = before->given.find(key); given != before->given.end())
            file = given->second.file;
    const auto text = base::readWhole(file);
    if (!text)
        return text.error();
    const auto edited = withSetting(*text, key, value);
    if (!edited)
        return edited.error();
    if (auto written = replaceFile(file, edited->text); !written)
        return written.error();

    auto said = file.string() + ':' + std::to_string(edited->line) + ": " + key + " = " + value + "\n" +
                (facts->reloads ? "`netbit reload` applies it.\n" : "It applies from the next start on.\n");
    if (const auto now = loadConfig(sources))
        if (const auto given = now->given.find(key); given != now->given.end() && given->second.file != file.string())
            said += placeOf(given->second) + " goes over it.\n";
    return said;
}

} // namespace netbit::app
