#include "loader/Loader.h"

#include "border/Entry.h"
#include "loader/Order.h"
#include "loader/Parts.h"
#include "services/log/Log.h"

#include <algorithm>
#include <set>

namespace netbit::loader {

namespace {

using base::fault;
using base::Status;
namespace log = services::log;

constexpr std::string_view source = "loader";

/// A plugin is as its process is: "live" would be no truth while that is away.
void tellOfChild(PluginStatus& status, const isolation::ChildFacts& child)
{
    using isolation::ChildState;
    if (status.state == "live" && child.state == ChildState::restarting)
        status.state = "restarting";
    else if (status.state == "live" && child.state == ChildState::failed)
        status.state = "failed";
    auto facts = std::string("Isolated");
    if (child.pid > 0)
        facts += ", process " + std::to_string(child.pid);
    if (child.restarts > 0)
        facts += ", restarted " + std::to_string(child.restarts) + (child.restarts == 1 ? " time" : " times");
    facts += '.';
    if (!child.trouble.empty())
        facts += (child.state == ChildState::live ? " Last time: " : " ") + child.trouble;
    status.detail = status.detail.empty() ? facts : status.detail + ' ' + facts;
}

bool listed(const std::vector<std::string>& ids, std::string_view id)
{
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

Loader::Loader(border::Border& border, LoaderOptions options) : _border(border), _options(std::move(options)) {}

Loader::~Loader() { stopAll(std::chrono::seconds(1)); }

base::Result<void> Loader::loadAll(const SettingSources& settings)
{
    removeOldCopies();
    discover();
    order();
    _settings = settings;
    const auto known = knownIds();
    for (const auto& [key, place] : settings)
        if (ownerOf(key, known).empty())
            log::warn(source, placeOf(key, place) + "no plugin that is installed has this setting");
    for (const auto& plugin : _plugins)
        if (plugin->state == "found")
            load(*plugin, settings, known);

    std::string missing;
    for (const auto& id : _options.required)
        if (!find(id))
            missing += (missing.empty() ? "" : " ") + ("The required plugin " + id) + " is not installed.";
    for (const auto& plugin : _plugins)
        if (!plugin->runs() && mustRun(*plugin))
            missing += (missing.empty() ? "" : " ") + ("The required plugin " + plugin->id) + " is " + plugin->state + ": " +
                       plugin->detail;
    if (!missing.empty())
        return fault(Status::unavailable, "required_plugin_failed", missing);
    return {};
}

/// The admin's word goes over the manifest's: a disabled plugin is not missed.
bool Loader::mustRun(const Plugin& plugin) const
{
    if (listed(_options.required, plugin.id))
        return true;
    return plugin.state != "disabled" && plugin.manifest && plugin.manifest->mustRun;
}

/// What an earlier run, or one that crashed, has left.
void Loader::removeOldCopies()
{
    std::error_code failure;
    std::filesystem::create_directories(_options.generations, failure);
    for (const auto& entry : std::filesystem::directory_iterator(_options.generations, failure))
        if (entry.path().extension() == ".so")
            std::filesystem::remove(entry.path(), failure);
}

void Loader::discover()
{
    for (const auto& directory : _options.directories) {
        std::error_code failure;
        std::vector<std::filesystem::path> manifests;
        for (const auto& entry : std::filesystem::directory_iterator(directory, failure))
            if (entry.path().extension() == ".json")
                manifests.push_back(entry.path());
        if (failure && failure != std::errc::no_such_file_or_directory)
            log::warn(source, "A folder of plugins cannot be read.",
                      {{"folder", directory.string()}, {"why", failure.message()}});
        std::sort(manifests.begin(), manifests.end());
        for (const auto& manifest : manifests)
            take(manifest);
    }
}

void Loader::take(const std::filesystem::path& manifestFile)
{
    auto plugin = std::make_unique<Plugin>();
    plugin->id = manifestFile.stem().string();
    plugin->library = manifestFile;
    plugin->library.replace_extension(".so");
    if (find(plugin->id)) {
        log::info(source, "A plugin of this name was found before; this one is left alone.",
                  {{"manifest", manifestFile.string()}});
        return;
    }
    const auto refuse = [&](const std::string& why) {
        plugin->state = "refused";
        plugin->detail = why;
    };
    if (auto manifest = readManifest(manifestFile); !manifest) {
        refuse(manifest.error().detail);
    } else {
        plugin->manifest = std::move(*manifest);
        if (const auto fits = checkManifest(*plugin->manifest, manifestFile); !fits)
            refuse(fits.error().detail);
    }
    if (plugin->state == "found" && listed(_options.disabled, plugin->id)) {
        plugin->state = "disabled";
        plugin->detail = "plugins.disabled names it.";
    }
    if (plugin->state == "refused")
        log::error(source, "A plugin was refused.", {{"plugin", plugin->id}, {"why", plugin->detail}});
    const std::lock_guard lock(_mutex);
    _plugins.push_back(std::move(plugin));
}

/// Whether this host can run what lies there, as far as the manifest tells.
base::Result<void> Loader::checkManifest(const Manifest& manifest, const std::filesystem::path& file) const
{
    const auto refused = [](const std::string& why) { return fault(Status::invalid, "refused", why); };
    const auto host = Version::parse(_options.hostVersion);
    if (manifest.id != file.stem().string())
        return refused(file.string() + ": the manifest of " + manifest.id + " must be called " + manifest.id + ".json.");
    if (!border::abiFits(manifest.abiMajor, manifest.abiMinor))
        return refused("The manifest says ABI " + std::to_string(manifest.abiMajor) + '.' +
                       std::to_string(manifest.abiMinor) + ", this host has ABI " + border::hostAbi() + '.');
    if (!host || compare(*host, manifest.minHost) < 0)
        return refused("It needs NetBit " + manifest.minHost.text() + " or newer, this is " + _options.hostVersion + '.');
    auto library = file;
    if (!std::filesystem::exists(library.replace_extension(".so")))
        return refused("There is no library " + library.string() + '.');
    return {};
}

/// Puts the plugins in the order of loading, those that cannot run last.
void Loader::order()
{
    std::map<std::string, Manifest> manifests;
    std::set<std::string> refused;
    for (const auto& plugin : _plugins)
        if (plugin->state == "found")
            manifests.emplace(plugin->id, *plugin->manifest);
        else
            refused.insert(plugin->id);
    const auto found = orderOf(manifests, refused);
    for (const auto& [id, why] : found.blocked)
        note(*find(id), "blocked", why);
    const auto rank = [&](const std::unique_ptr<Plugin>& plugin) {
        return std::find(found.ids.begin(), found.ids.end(), plugin->id) - found.ids.begin();
    };
    const std::lock_guard lock(_mutex);
    std::stable_sort(_plugins.begin(), _plugins.end(),
                     [&](const auto& left, const auto& right) { return rank(left) < rank(right); });
}

void Loader::load(Plugin& plugin, const SettingSources& settings, const std::vector<std::string>& known)
{
    for (const auto& [needed, range] : plugin.manifest->required)
        if (const auto* const other = find(needed); !other || !other->runs()) {
            note(plugin, "blocked",
                 plugin.id + " → " + needed + ": " + needed + " is " + (other ? other->state : "not installed") +
                     (other && !other->detail.empty() ? ": " + other->detail : "."));
            return;
        }
    auto checked = checkSettings(*plugin.manifest, settings, known);
    if (!checked) {
        note(plugin, "failed", checked.error().detail);
        return;
    }
    std::string state = "failed";
    auto life = bring(*plugin.manifest, plugin.library, *checked, state);
    if (!life) {
        note(plugin, state, life.error().detail);
        return;
    }
    if (auto admitted = _border.admit((*life)->generation); !admitted) {
        finish(std::move(*life), std::chrono::milliseconds(0));
        note(plugin, "failed", admitted.error().detail);
        return;
    }
    {
        const std::lock_guard lock(_mutex);
        plugin.settings = std::move(*checked);
        plugin.life = std::move(*life);
    }
    note(plugin, "live", "");
}

base::Result<std::unique_ptr<Loader::Life>> Loader::bring(const Manifest& manifest, const std::filesystem::path& file,
                                                          border::SettingsPtr settings, std::string& state)
{
    const auto sequence = ++_sequence;
    const auto copy = _options.generations / (manifest.id + '-' + std::to_string(sequence) + ".so");
    const auto refused = [&](const base::Error& why) {
        std::error_code ignored;
        std::filesystem::remove(copy, ignored);
        state = "refused";
        return why;
    };
    const auto options = _options.plugins.find(manifest.id);
    auto life = std::make_unique<Life>();
    border::GenerationSpec spec;
    if (options != _options.plugins.end() && options->second.isolated) {
        isolation::Subject subject;
        subject.id = manifest.id;
        subject.version = manifest.version.text();
        subject.hostVersion = _options.hostVersion;
        subject.sha256 = manifest.sha256;
        subject.library = file;
        subject.copy = copy;
        subject.services.insert(manifest.services.begin(), manifest.services.end());
        auto isolated = isolation::Isolated::launch(std::move(subject), _options.isolation);
        if (!isolated)
            return refused(isolated.error());
        life->isolated = std::move(*isolated);
        spec.services = isolation::Isolated::servicesNeeded();
    } else {
        auto library = Library::load(file, copy, manifest);
        if (!library)
            return refused(library.error());
        life->library = std::move(*library);
    }

    spec.id = manifest.id;
    spec.version = manifest.version.text();
    spec.sequence = sequence;
    spec.services.insert(manifest.services.begin(), manifest.services.end());
    spec.permissions.insert(manifest.permissions.begin(), manifest.permissions.end());
    spec.routes = manifest.routes;
    spec.provides.insert(manifest.provides.begin(), manifest.provides.end());
    for (const auto* const named : {&manifest.required, &manifest.optional})
        for (const auto& [id, range] : *named)
            spec.uses.insert(id);
    spec.settings = settings;
    life->generation = _border.make(std::move(spec));

    auto& generation = *life->generation;
    auto result = generation.create(life->entry());
    if (result)
        result = generation.configure(settings);
    if (result)
        result = generation.start();
    if (result)
        return life;
    state = "failed";
    finish(std::move(life), std::chrono::milliseconds(0));
    return result.error();
}

base::Result<void> Loader::reconfigure(const SettingSources& settings)
{
    const auto known = knownIds();
    std::vector<std::pair<Plugin*, border::SettingsPtr>> changes;
    for (const auto& plugin : _plugins) {
        if (!plugin->manifest)
            continue;
        auto checked = checkSettings(*plugin->manifest, settings, known);
        if (!checked)
            return checked.error();
        if (plugin->runs() && **checked != *plugin->settings)
            changes.emplace_back(plugin.get(), std::move(*checked));
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
        auto& [plugin, wanted] = changes[i];
        auto result = plugin->life->generation->configure(wanted);
        if (result)
            continue;
        // All or none: those that took the new settings get the old ones again.
        while (i-- > 0) {
            auto& changed = *changes[i].first;
            if (auto back = changed.life->generation->configure(changed.settings); !back)
                log::error(source, "A plugin did not take its old settings again.",
                           {{"plugin", changed.id}, {"why", back.error().detail}});
        }
        return fault(result.status(), result.error().code, plugin->id + ": " + result.error().detail);
    }
    for (auto& [plugin, wanted] : changes)
        plugin->settings = wanted;
    _settings = settings;
    return {};
}

void Loader::quiesceAll()
{
    for (auto plugin = _plugins.rbegin(); plugin != _plugins.rend(); ++plugin)
        if ((*plugin)->life)
            (*plugin)->life->generation->quiesce();
}

void Loader::stopAll(std::chrono::milliseconds patience)
{
    for (auto plugin = _plugins.rbegin(); plugin != _plugins.rend(); ++plugin)
        if ((*plugin)->life)
            end(**plugin, patience);
    endReplaced();
}

void Loader::end(Plugin& plugin, std::chrono::milliseconds patience)
{
    const auto generation = plugin.life->generation; // status() reads it until it has ended
    const auto ending = generation->end(patience);
    std::unique_ptr<Life> life;
    {
        const std::lock_guard lock(_mutex);
        life = std::move(plugin.life);
    }
    letGo(std::move(life), ending);
    if (ending == border::Ending::abandoned)
        note(plugin, "abandoned", "A call into it has not come back.");
    else
        note(plugin, "stopped", "");
}

std::vector<PluginStatus> Loader::status() const
{
    std::vector<PluginStatus> out;
    const std::lock_guard lock(_mutex);
    for (const auto& plugin : _plugins) {
        PluginStatus one{plugin->id, {}, plugin->state, plugin->detail, false, {}, {}};
        if (plugin->manifest) {
            one.version = plugin->manifest->version.text();
            one.required = mustRun(*plugin);
        }
        if (plugin->life) {
            one.ports = plugin->life->generation->ports();
            one.condition = plugin->life->generation->condition();
            if (one.detail.empty())
                one.detail = plugin->life->generation->trouble();
            if (plugin->life->isolated)
                tellOfChild(one, plugin->life->isolated->facts());
        }
        out.push_back(std::move(one));
    }
    return out;
}

std::vector<std::string> Loader::knownIds() const
{
    std::vector<std::string> ids;
    for (const auto& plugin : _plugins)
        ids.push_back(plugin->id);
    return ids;
}

Loader::Plugin* Loader::find(std::string_view id) const
{
    for (const auto& plugin : _plugins)
        if (plugin->id == id)
            return plugin.get();
    return nullptr;
}

base::Result<void> checkAll(const LoaderOptions& options, const SettingSources& settings)
{
    std::vector<Manifest> manifests;
    std::vector<std::string> known;
    for (const auto& directory : options.directories) {
        std::error_code failure;
        for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
            if (entry.path().extension() != ".json")
                continue;
            known.push_back(entry.path().stem().string());
            if (auto manifest = readManifest(entry.path()))
                manifests.push_back(std::move(*manifest)); // one that is refused is told of when plugins are loaded
        }
    }
    for (const auto& [key, place] : settings)
        if (ownerOf(key, known).empty())
            return fault(Status::invalid, "bad_setting",
                         placeOf(key, place) + "There is no such setting, and no plugin of this name is installed.");
    for (const auto& [id, option] : options.plugins)
        if (std::find(known.begin(), known.end(), id) == known.end())
            return fault(Status::invalid, "bad_setting", option.place + "No plugin of this name is installed.");
    for (const auto& manifest : manifests)
        if (auto checked = checkSettings(manifest, settings, known); !checked)
            return checked.error();
    return {};
}

void Loader::note(Plugin& plugin, std::string_view state, std::string detail)
{
    const bool well = state == "live" || state == "stopped";
    log::write(well ? log::Level::info : log::Level::error, source, "A plugin is " + std::string(state) + '.',
               well ? std::vector<log::Field>{{"plugin", plugin.id}}
                    : std::vector<log::Field>{{"plugin", plugin.id}, {"why", detail}});
    const std::lock_guard lock(_mutex);
    plugin.state = state;
    plugin.detail = std::move(detail);
}

} // namespace netbit::loader
