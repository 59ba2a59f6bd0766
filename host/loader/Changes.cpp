// Plugins that come and go while the host runs.
#include "loader/Loader.h"

#include "loader/Parts.h"
#include "services/log/Log.h"

#include <algorithm>
#include <map>
#include <set>

namespace netbit::loader {

namespace {

namespace fs = std::filesystem;
namespace log = services::log;
using base::fault;
using base::Result;
using base::Status;

constexpr std::string_view source = "loader";

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

base::Error noSuch(const std::string& id)
{
    return fault(Status::notFound, "no_such_plugin", "There is no plugin " + id + '.');
}

} // namespace

// What is there, and what the admin wants of it.

bool Loader::isInstalled(const Plugin& plugin) const
{
    return !_options.installed.empty() && plugin.library.parent_path() == _options.installed;
}

void Loader::markChosen(Plugin& plugin) const
{
    if (plugin.state != "found")
        return;
    const auto crash = _choices.quarantined.find(plugin.id);
    if (listed(_options.policy.disabled, plugin.id)) {
        plugin.state = "disabled";
        plugin.detail = "plugins.disabled names it.";
    } else if (_choices.disabled.contains(plugin.id)) {
        plugin.state = "disabled";
        plugin.detail = "`netbit plugin disable` has stopped it; `netbit plugin enable` starts it.";
    } else if (crash != _choices.quarantined.end()) {
        plugin.state = "quarantined";
        plugin.detail = base::sentenceOf(crash->second);
    }
}

/// Of a plugin that does not run: what its files and the admin say about it now.
void Loader::look(Plugin& plugin, Found found)
{
    std::string digest;
    if (found.refused.empty())
        if (auto computed = digestOf(found))
            digest = std::move(*computed);
    const std::lock_guard lock(_mutex);
    plugin.manifestFile = std::move(found.manifestFile);
    plugin.library = std::move(found.library);
    plugin.manifest = std::move(found.manifest);
    plugin.digest = std::move(digest);
    plugin.state = found.refused.empty() ? "found" : "refused";
    plugin.detail = std::move(found.refused);
    markChosen(plugin);
    if (plugin.state == "refused" || plugin.state == "quarantined")
        log::error(source, "A plugin is " + plugin.state + '.', {{"plugin", plugin.id}, {"why", plugin.detail}});
}

Result<void> Loader::keepChoices(base::PluginChoices choices)
{
    if (!_options.choices.empty())
        if (auto written = choices.write(_options.choices); !written)
            return written;
    _choices = std::move(choices);
    return {};
}

/// That these plugins have been here once.
void Loader::remember()
{
    auto choices = _choices;
    for (const auto& plugin : _plugins)
        choices.known.insert(plugin->id);
    if (choices.known.size() == _choices.known.size())
        return;
    if (auto kept = keepChoices(std::move(choices)); !kept)
        log::warn(source, "It cannot be kept which plugins are known.", {{"why", kept.error().detail}});
}

std::vector<std::string> Loader::dependantsOf(std::string_view id) const
{
    std::vector<std::string> out;
    for (const auto& plugin : _plugins)
        if (plugin->runs() && plugin->manifest->required.contains(std::string(id)))
            out.push_back(plugin->id);
    return out;
}

Result<void> Loader::mayStop(const Plugin& plugin, std::string_view verb) const
{
    if (listed(_options.policy.required, plugin.id))
        return fault(Status::conflict, "required_by_settings",
                     plugin.id + " cannot be " + std::string(verb) +
                         ": plugins.required names it, and netbitd does not run without it.");
    if (const auto others = dependantsOf(plugin.id); !others.empty())
        return fault(Status::conflict, "required_by_others",
                     plugin.id + " cannot be " + std::string(verb) + ": it is required by " + joined(others) + '.');
    return {};
}

void Loader::forget(const std::string& id)
{
    const std::lock_guard lock(_mutex);
    std::erase_if(_plugins, [&](const auto& plugin) { return plugin->id == id; });
}

// Starting.

Result<void> Loader::startOne(Plugin& plugin)
{
    order();
    if (plugin.state == "found")
        load(plugin);
    if (plugin.runs())
        return {};
    return fault(Status::unavailable, "plugin_not_live", plugin.id + " is " + plugin.state + ": " + plugin.detail);
}

/// Those that waited for another that runs by now.
void Loader::startWaiting()
{
    for (bool more = true; more;) {
        const auto running = [this] {
            return std::count_if(_plugins.begin(), _plugins.end(), [](const auto& plugin) { return plugin->runs(); });
        };
        const auto before = running();
        {
            const std::lock_guard lock(_mutex);
            for (const auto& plugin : _plugins)
                if (plugin->state == "blocked" &&
                    std::all_of(plugin->manifest->required.begin(), plugin->manifest->required.end(),
                                [this](const auto& needed) {
                                    const auto* const other = find(needed.first);
                                    return other && other->runs();
                                }))
                    plugin->state = "found";
        }
        order();
        startAllFound();
        more = running() > before;
    }
}

// What the admin asks for.

Result<void> Loader::enable(const std::string& id)
{
    auto* const plugin = find(id);
    if (!plugin)
        return noSuch(id);
    if (listed(_options.policy.disabled, id))
        return fault(Status::conflict, "disabled_by_settings",
                     "plugins.disabled names " + id + "; take it out there, and send SIGHUP.");
    auto choices = _choices;
    if (choices.disabled.erase(id) + choices.quarantined.erase(id) > 0)
        if (auto kept = keepChoices(std::move(choices)); !kept)
            return kept;
    if (plugin->runs())
        return {};
    look(*plugin, examine(plugin->manifestFile, _options.hostVersion));
    auto started = startOne(*plugin);
    if (started)
        startWaiting();
    return started;
}

Result<void> Loader::disable(const std::string& id)
{
    auto* const plugin = find(id);
    if (!plugin)
        return noSuch(id);
    if (auto may = mayStop(*plugin, "disabled"); !may)
        return may;
    auto choices = _choices;
    if (choices.disabled.insert(id).second)
        if (auto kept = keepChoices(std::move(choices)); !kept)
            return kept;
    if (plugin->life)
        end(*plugin, _options.policy.patience);
    look(*plugin, examine(plugin->manifestFile, _options.hostVersion));
    log::info(source, "A plugin is disabled.", {{"plugin", id}});
    return {};
}

Result<void> Loader::remove(const std::string& id)
{
    auto* const plugin = find(id);
    if (!plugin)
        return noSuch(id);
    if (!isInstalled(*plugin))
        return fault(Status::conflict, "part_of_the_program",
                     id + " was not put there by `netbit plugin install` (" + plugin->library.string() +
                         "); `netbit plugin disable` stops it.");
    if (auto may = mayStop(*plugin, "removed"); !may)
        return may;
    if (plugin->life)
        end(*plugin, _options.policy.patience);
    auto choices = _choices;
    choices.disabled.erase(id);
    choices.quarantined.erase(id);
    choices.known.insert(id);
    if (auto kept = keepChoices(std::move(choices)); !kept)
        return kept;
    std::error_code failure;
    // The manifest first: a library alone is nothing.
    for (const auto& file : {plugin->manifestFile, plugin->library})
        if (fs::remove(file, failure); failure)
            return fault(Status::unavailable, "write_failed", file.string() + ": " + failure.message());
    forget(id);
    log::info(source, "A plugin was removed; its data stays.", {{"plugin", id}});
    return {};
}

// SIGHUP.

void Loader::stopWithDependants(Plugin& plugin)
{
    for (const auto& id : dependantsOf(plugin.id)) {
        auto& other = *find(id);
        stopWithDependants(other);
        note(other, "blocked", id + " → " + plugin.id + ": " + plugin.id + " does not run any more.");
    }
    if (plugin.life)
        end(plugin, _options.policy.patience);
}

Result<void> Loader::reconfigure(const SettingSources& settings, PluginPolicy policy)
{
    auto all = scan(_options.directories, _options.hostVersion);
    const auto foundOf = [&](const std::string& id) {
        return std::find_if(all.begin(), all.end(), [&](const Found& found) { return found.id == id; });
    };
    std::vector<std::string> known = knownIds();
    for (const auto& found : all)
        known.push_back(found.id);
    known.insert(known.end(), policy.disabled.begin(), policy.disabled.end());
    if (auto checked = checkKeys(settings, known); !checked)
        return checked;

    // Everything is checked, and whoever stays is configured, before anything is stopped or loaded.
    std::vector<std::pair<Plugin*, border::SettingsPtr>> changes;
    std::set<std::string> others; // with another library
    for (const auto& found : all) {
        if (!found.manifest)
            continue;
        auto checked = checkSettings(*found.manifest, settings, known);
        if (!checked)
            return checked.error();
        auto* const plugin = find(found.id);
        if (!plugin || !plugin->runs() || listed(policy.disabled, found.id))
            continue;
        const auto digest = digestOf(found.library);
        if (!digest || *digest != plugin->digest) {
            others.insert(found.id);
            // The one that runs must do with the settings too: it stays if the other does not start.
            checked = checkSettings(*plugin->manifest, settings, known);
            if (!checked)
                continue;
        }
        if (**checked != *plugin->settings)
            changes.emplace_back(plugin, std::move(*checked));
    }
    if (auto configured = configureAll(changes); !configured)
        return configured;
    _settings = settings;
    _options.policy = std::move(policy);

    std::vector<std::string> ids;
    for (const auto& plugin : _plugins)
        ids.push_back(plugin->id);
    for (const auto& id : ids) {
        auto& plugin = *find(id);
        const auto found = foundOf(id);
        if (found == all.end()) {
            log::info(source, "A plugin is gone from its folder.", {{"plugin", id}});
            stopWithDependants(plugin);
            forget(id);
        } else if (listed(_options.policy.disabled, id) && plugin.life) {
            stopWithDependants(plugin);
            look(plugin, std::move(*found));
        } else if (others.contains(id) && plugin.runs()) {
            if (auto done = upgrade(plugin, *found, _options.policy.patience); !done)
                log::error(source, "A plugin was not exchanged.", {{"plugin", id}, {"why", done.error().detail}});
        } else if (!plugin.life) {
            look(plugin, std::move(*found));
        }
    }
    for (auto& found : all)
        if (!found.id.empty() && !find(found.id))
            add(std::move(found));
    order();
    startAllFound();
    remember();
    return {};
}

} // namespace netbit::loader
