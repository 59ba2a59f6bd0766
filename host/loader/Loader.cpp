#include "loader/Loader.h"

#include "base/WholeFile.h"
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
    auto facts = child.refusing + (child.refusing.empty() ? "Isolated" : " Isolated");
    if (child.pid > 0)
        facts += ", process " + std::to_string(child.pid);
    if (child.restarts > 0)
        facts += ", restarted " + std::to_string(child.restarts) + (child.restarts == 1 ? " time" : " times");
    facts += '.';
    if (!child.trouble.empty())
        facts += (child.state == ChildState::live ? " Last time: " : " ") + child.trouble;
    status.detail = status.detail.empty() ? facts : status.detail + ' ' + facts;
}

/// Conffiles outlive their packages: the settings of a plugin that was there once are no mistake.
void addOnceKnown(std::vector<std::string>& ids, const base::PluginChoices& choices, const std::vector<std::string>& disabled)
{
    ids.insert(ids.end(), choices.disabled.begin(), choices.disabled.end());
    ids.insert(ids.end(), choices.known.begin(), choices.known.end());
    for (const auto& [id, crash] : choices.quarantined)
        ids.push_back(id);
    ids.insert(ids.end(), disabled.begin(), disabled.end());
}

} // namespace

Loader::Loader(border::Border& border, LoaderOptions options) : _border(border), _options(std::move(options)) {}

Loader::~Loader() { stopAll(std::chrono::seconds(1)); }

base::Result<void> Loader::loadAll(const SettingSources& settings)
{
    removeOldCopies();
    if (!_options.choices.empty()) {
        auto choices = base::PluginChoices::read(_options.choices);
        if (!choices)
            return choices.error();
        _choices = std::move(*choices);
    }
    finishPlacing();
    discover();
    if (auto checked = checkKeys(settings, knownIds()); !checked)
        return checked;
    _settings = settings;
    remember();
    order();
    startAllFound();

    for (const auto& id : _options.policy.disabled)
        if (!find(id))
            log::warn(source, "plugins.disabled names a plugin that is not installed.", {{"plugin", id}});
    for (const auto& [id, option] : _options.plugins)
        if (!find(id))
            log::warn(source, option.place + "No plugin of this name is installed.", {{"plugin", id}});
    std::string missing;
    for (const auto& id : _options.policy.required)
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

void Loader::startAllFound()
{
    for (std::size_t i = 0; i < _plugins.size(); ++i)
        if (_plugins[i]->state == "found")
            load(*_plugins[i]);
}

/// The admin's word goes over the manifest's: a disabled plugin is not missed.
bool Loader::mustRun(const Plugin& plugin) const
{
    if (listed(_options.policy.required, plugin.id))
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
    std::vector<std::filesystem::path> hidden;
    for (auto& found : scan(_options.directories, _options.hostVersion, &hidden))
        add(std::move(found));
    for (const auto& manifest : hidden)
        log::info(source, "A plugin of this name was found before; this one is left alone.",
                  {{"manifest", manifest.string()}});
}

void Loader::add(Found found)
{
    auto plugin = std::make_unique<Plugin>();
    plugin->id = found.id;
    look(*plugin, std::move(found));
    const std::lock_guard lock(_mutex);
    _plugins.push_back(std::move(plugin));
}

/// Puts the plugins in the order of loading, those that cannot run last.
void Loader::order()
{
    std::map<std::string, Manifest> manifests;
    std::set<std::string> refused;
    for (const auto& plugin : _plugins)
        if (plugin->state == "found" || plugin->runs())
            manifests.emplace(plugin->id, *plugin->manifest);
        else
            refused.insert(plugin->id);
    const auto found = orderOf(manifests, refused);
    for (const auto& [id, why] : found.blocked)
        if (auto& plugin = *find(id); !plugin.runs())
            note(plugin, "blocked", why);
    const auto rank = [&](const std::unique_ptr<Plugin>& plugin) {
        return std::find(found.ids.begin(), found.ids.end(), plugin->id) - found.ids.begin();
    };
    const std::lock_guard lock(_mutex);
    std::stable_sort(_plugins.begin(), _plugins.end(),
                     [&](const auto& left, const auto& right) { return rank(left) < rank(right); });
}

/// A plugin may touch what begins with its prefix, so none may begin with another's: "org" would own "org.example".
std::string Loader::tablesClash(const Manifest& manifest, bool onlyWithRunning) const
{
    const auto hasTables = [](const Manifest& one) {
        return std::find(one.services.begin(), one.services.end(), border::sqlService) != one.services.end();
    };
    if (!hasTables(manifest))
        return {};
    const auto mine = border::sqlPrefixOf(manifest.id);
    for (const auto& other : _plugins) {
        if (other->id == manifest.id || !other->manifest || !hasTables(*other->manifest) || (onlyWithRunning && !other->runs()))
            continue;
        const auto theirs = border::sqlPrefixOf(other->id);
        if (mine.starts_with(theirs) || theirs.starts_with(mine))
            return "Its tables (" + mine + "…) could not be told from those of " + other->id + " (" + theirs + "…).";
    }
    return {};
}

void Loader::load(Plugin& plugin)
{
    for (const auto& [needed, range] : plugin.manifest->required)
        if (const auto* const other = find(needed); !other || !other->runs()) {
            note(plugin, "blocked",
                 plugin.id + " → " + needed + ": " + needed + " is " + (other ? other->state : "not installed") +
                     (other && !other->detail.empty() ? ": " + other->detail : "."));
            return;
        }
    if (const auto clash = tablesClash(*plugin.manifest, true); !clash.empty()) {
        note(plugin, "refused", clash);
        return;
    }
    auto checked = checkSettings(*plugin.manifest, _settings, knownIds());
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
    if (auto text = base::readWhole(plugin.manifestFile))
        (*life)->manifestText = std::move(*text);
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
    life->copy = copy;
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
    if (options != _options.plugins.end() && !options->second.record.file.empty()) {
        auto recorder = border::Recorder::begin(options->second.record, _border.services().database, manifest.id,
                                                manifest.version.text(), *settings);
        if (recorder)
            spec.recorder = std::move(*recorder);
        else
            log::warn(source, "It is not recorded.", {{"plugin", manifest.id}, {"why", recorder.error().detail}});
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

base::Result<void> Loader::configureAll(const std::vector<std::pair<Plugin*, border::SettingsPtr>>& changes)
{
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& [plugin, wanted] = changes[i];
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
    for (const auto& [plugin, wanted] : changes)
        plugin->settings = wanted;
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
        plugin.trial.reset();
    }
    letGo(std::move(life), ending);
    if (ending == border::Ending::abandoned)
        note(plugin, "abandoned", "A call into it has not come back.");
    else
        note(plugin, "stopped", "");
}

PluginStatus Loader::statusOf(const Plugin& plugin) const
{
    PluginStatus one;
    one.id = plugin.id;
    one.state = plugin.state;
    one.detail = plugin.detail;
    if (plugin.manifest) {
        one.version = plugin.manifest->version.text();
        one.required = mustRun(plugin);
    }
    if (plugin.life) {
        const auto& generation = *plugin.life->generation;
        one.version = generation.version();
        one.ports = generation.ports();
        one.condition = generation.condition();
        if (one.detail.empty())
            one.detail = generation.trouble();
        if (plugin.life->isolated)
            tellOfChild(one, plugin.life->isolated->facts());
    }
    return one;
}

std::vector<PluginStatus> Loader::status() const
{
    std::vector<PluginStatus> out;
    const std::lock_guard lock(_mutex);
    for (const auto& plugin : _plugins)
        out.push_back(statusOf(*plugin));
    return out;
}

std::vector<PluginInfo> Loader::info() const
{
    std::vector<PluginInfo> out;
    const std::lock_guard lock(_mutex);
    for (const auto& plugin : _plugins) {
        PluginInfo one;
        static_cast<PluginStatus&>(one) = statusOf(*plugin);
        one.library = plugin->library;
        one.sha256 = plugin->digest;
        one.installed = isInstalled(*plugin);
        one.history = plugin->history;
        one.onTrial = plugin->trial.has_value();
        one.sums = _border.sums(plugin->id);
        one.longCalls = _border.longCalls(plugin->id);
        if (plugin->manifest) {
            const auto& manifest = *plugin->manifest;
            for (const auto& [id, range] : manifest.required)
                one.requires_.push_back(id + ' ' + range.text());
            one.provides = manifest.provides;
            one.services = manifest.services;
            one.permissions = manifest.permissions;
        }
        for (const auto& other : _plugins)
            if (other->manifest && other->manifest->required.contains(plugin->id))
                one.requiredBy.push_back(other->id);
        if (plugin->life) {
            one.generation = plugin->life->generation->sequence();
            one.figures = plugin->life->generation->figures();
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
    addOnceKnown(ids, _choices, _options.policy.disabled);
    for (const auto& [id, option] : _options.plugins)
        ids.push_back(id);
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
    base::PluginChoices choices;
    if (!options.choices.empty()) {
        auto read = base::PluginChoices::read(options.choices);
        if (!read)
            return read.error();
        choices = std::move(*read);
    }
    const auto all = scan(options.directories, options.hostVersion);
    std::vector<std::string> known;
    for (const auto& found : all)
        known.push_back(found.id);
    addOnceKnown(known, choices, options.policy.disabled);
    for (const auto& [id, option] : options.plugins) // may be set before it is installed: so its first start is isolated
        known.push_back(id);
    if (auto checked = checkKeys(settings, known); !checked)
        return checked;
    for (const auto& found : all) // one that is refused is told of when plugins are loaded
        if (found.manifest)
            if (auto checked = checkSettings(*found.manifest, settings, known); !checked)
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
