// One generation exchanged for the next: the new one is started beside the old, takes its place in one step, and the old
// one drains by itself.
#include "loader/Order.h"
#include "loader/Parts.h"
#include "services/log/Log.h"

#include <algorithm>

namespace netbit::loader {

namespace {

using base::fault;
using base::Status;
using Clock = std::chrono::steady_clock;
namespace log = services::log;

constexpr std::string_view source = "loader";

/// Nobody tells when the last call has left a generation: whoever leaves last must touch nothing of it. So it is looked at.
constexpr std::chrono::milliseconds lookAgain{10};

/// What may still be running must stay mapped until the process has ended, also while its statics are destroyed: so this
/// list is never destroyed itself.
template <class Kept>
std::size_t keepForGood(const std::string& id, std::unique_ptr<Kept> kept)
{
    static auto& all = *std::make_unique<std::map<std::string, std::vector<std::unique_ptr<Kept>>>>().release();
    auto& ofIt = all[id];
    if (kept)
        ofIt.push_back(std::move(kept));
    return ofIt.size();
}

} // namespace

base::Result<void> Loader::reload(const std::string& id, std::chrono::milliseconds patience)
{
    tend();
    auto* const plugin = find(id);
    if (!plugin)
        return fault(Status::notFound, "no_such_plugin", "There is no plugin " + id + '.');
    if (!plugin->runs())
        return fault(Status::conflict, "not_live", "The plugin " + id + " is " + plugin->state + ", not live.");
    return upgrade(*plugin, examine(plugin->manifestFile, _options.hostVersion), patience);
}

base::Result<void> Loader::exchange(Plugin& plugin, const Manifest& manifest, const std::filesystem::path& file,
                                    std::chrono::milliseconds patience)
{
    if (!plugin.manifest->reloadable || !manifest.reloadable)
        return fault(Status::conflict, "not_reloadable",
                     "The manifest of " + plugin.id + " says that it cannot be exchanged while the server runs.");
    if (const auto fits = fitsTheOthers(manifest); !fits)
        return fits;
    auto settings = checkSettings(manifest, _settings, knownIds());
    if (!settings)
        return settings.error();
    std::string state;
    auto life = bring(manifest, file, *settings, state);
    if (!life)
        return life.error();
    if (const auto admitted = _border.admit((*life)->generation, plugin.life->generation.get()); !admitted) {
        finish(std::move(*life), std::chrono::milliseconds(0));
        return admitted;
    }

    auto old = std::make_unique<Replaced>();
    old->until = Clock::now() + patience;
    {
        const std::lock_guard lock(_mutex);
        old->life = std::exchange(plugin.life, std::move(*life));
        plugin.settings = std::move(*settings);
        plugin.manifest = manifest;
        plugin.library = file;
    }
    log::info(source, "A plugin was exchanged.",
              {{"plugin", plugin.id},
               {"from", old->life->generation->version()},
               {"to", manifest.version.text()},
               {"generation", std::to_string(plugin.life->generation->sequence())}});
    _replaced.push_back(std::move(old));
    tend(); // most of what can move does so at once
    return {};
}

/// Whether what runs could be started again with it: others may require this plugin, and the new version may want others
/// than the one before.
base::Result<void> Loader::fitsTheOthers(const Manifest& manifest) const
{
    std::map<std::string, Manifest> together{{manifest.id, manifest}};
    for (const auto& other : _plugins)
        if (other->runs())
            together.emplace(other->id, *other->manifest);
    std::string why;
    for (const auto& [id, chain] : orderOf(together, {}).blocked)
        why += (why.empty() ? "" : " ") + chain;
    return why.empty() ? base::Result<void>() : fault(Status::conflict, "dependency", why);
}

std::optional<std::chrono::milliseconds> Loader::tend()
{
    std::vector<std::unique_ptr<Replaced>> done;
    std::erase_if(_replaced, [&](auto& old) {
        if (!old->life->generation->tend() && Clock::now() < old->until)
            return false;
        done.push_back(std::move(old));
        return true;
    });
    for (auto& old : done)
        finish(std::move(old->life), std::chrono::milliseconds(0));
    return _replaced.empty() ? std::nullopt : std::make_optional(lookAgain);
}

void Loader::endReplaced()
{
    for (auto& old : std::exchange(_replaced, {}))
        finish(std::move(old->life), std::chrono::milliseconds(0));
}

void Loader::finish(std::unique_ptr<Life> life, std::chrono::milliseconds patience)
{
    const auto ending = life->generation->end(patience);
    letGo(std::move(life), ending);
}

void Loader::letGo(std::unique_ptr<Life> life, border::Ending ending)
{
    if (ending == border::Ending::clean)
        return;
    const auto id = life->generation->id();
    const auto mapped = keepForGood(id, std::move(life));
    log::warn(source, "A library stays mapped, since a call into it has not come back.",
              {{"plugin", id}, {"mapped", std::to_string(mapped)}});
}

std::size_t Loader::mappedForGood(const std::string& id)
{
    return keepForGood(id, std::unique_ptr<Life>()) + Library::stillMapped(id);
}

std::string Loader::tooManyMapped(const std::string& id) const
{
    const auto mapped = mappedForGood(id);
    if (mapped < _options.mostMapped)
        return {};
    return std::to_string(mapped) + " libraries of earlier generations of " + id +
           " could not be unloaded; it is not exchanged again before the server was started again.";
}

} // namespace netbit::loader
