// Plugins that are put into the host, exchanged for newer ones, and gone back from.
#include "loader/Loader.h"

#include "base/Digest.h"
#include "base/Time.h"
#include "base/WholeFile.h"
#include "loader/Order.h"
#include "loader/Parts.h"
#include "services/log/Log.h"

#include <algorithm>

namespace netbit::loader {

namespace {

namespace fs = std::filesystem;
namespace log = services::log;
using base::fault;
using base::Result;
using base::Status;

constexpr std::string_view source = "loader";
constexpr std::string_view next = ".next"; // of a file on its way into the folder
constexpr std::uint64_t leastCalls = 10;   // fewer say nothing about a rate

void removeQuietly(const fs::path& file)
{
    std::error_code ignored;
    fs::remove(file, ignored);
}

} // namespace

// Exchanging, on trial.

/// The generation that runs stays where the new one does not start.
Result<void> Loader::upgrade(Plugin& plugin, const Found& found, std::chrono::milliseconds patience)
{
    const auto failed = [&](base::Error why) -> Result<void> {
        {
            const std::lock_guard lock(_mutex);
            plugin.history = base::rfc3339(base::now()) + " It was not exchanged: " + why.detail;
        }
        log::error(source, "A plugin was not exchanged.", {{"plugin", plugin.id}, {"why", why.detail}});
        why.detail = plugin.id + (found.manifest ? ' ' + found.manifest->version.text() : std::string()) + " was not taken: " +
                     why.detail + " Version " + plugin.manifest->version.text() + " serves on.";
        return why;
    };
    if (!found.refused.empty())
        return failed(fault(Status::invalid, "refused", found.refused));
    if (const auto why = tooManyMapped(plugin.id); !why.empty())
        return failed(fault(Status::conflict, "too_many_mapped", why));
    auto digest = digestOf(found);
    if (!digest)
        return failed(digest.error());
    // The same library once more needs no trial: it is what one would go back to.
    std::optional<Trial> trial;
    if (*digest != plugin.digest && _options.policy.trial.count() > 0) {
        trial = Trial{std::chrono::steady_clock::now() + _options.policy.trial, *plugin.manifest, plugin.life->manifestText,
                      _options.generations / (plugin.id + '-' + std::to_string(plugin.life->generation->sequence()) + "-before.so")};
        std::error_code failure;
        fs::create_hard_link(plugin.life->copy, trial->library, failure);
        if (failure) {
            log::warn(source, "A new generation is not on trial, since the one before cannot be kept.",
                      {{"plugin", plugin.id}, {"why", failure.message()}});
            trial.reset();
        }
    }
    auto done = exchange(plugin, *found.manifest, found.library, patience);
    {
        const std::lock_guard lock(_mutex);
        plugin.digest = std::move(*digest); // also of one that does not start: it is tried again when it has changed
    }
    if (!done) {
        if (trial)
            removeQuietly(trial->library);
        return failed(done.error());
    }
    if (auto text = base::readWhole(found.manifestFile))
        plugin.life->manifestText = std::move(*text);
    {
        const std::lock_guard lock(_mutex);
        plugin.history.clear();
        std::swap(plugin.trial, trial);
    }
    if (trial) // the one before was on trial itself
        removeQuietly(trial->library);
    return {};
}

void Loader::judge(std::chrono::steady_clock::time_point now)
{
    for (const auto& plugin : _plugins) {
        if (!plugin->trial)
            continue;
        const auto sums = plugin->life->generation->ledger().sums();
        const bool tooMany = sums.errors * 100 >= std::uint64_t{_options.policy.trialErrors} * sums.calls;
        // An open breaker keeps requests from it, while its events and timers may go well: the share would never tell.
        if (const auto& breaker = plugin->life->generation->breaker(); breaker.open()) {
            rollBack(*plugin, "it failed " + std::to_string(breaker.inARow()) + " times in a row");
        } else if (sums.calls >= leastCalls && sums.errors > 0 && tooMany) {
            rollBack(*plugin, std::to_string(sums.errors) + " of its first " + std::to_string(sums.calls) + " calls failed");
        } else if (now >= plugin->trial->until) {
            removeQuietly(plugin->trial->library);
            const std::lock_guard lock(_mutex);
            plugin->trial.reset();
        }
    }
}

void Loader::rollBack(Plugin& plugin, const std::string& why)
{
    const auto trial = *plugin.trial;
    const auto bad = plugin.manifest->version.text();
    const auto library = plugin.library;
    auto done = exchange(plugin, trial.manifest, trial.library, _options.policy.patience);
    std::string sentence;
    if (!done) {
        sentence = "Version " + bad + " stays, although " + why + ", since it cannot be rolled back: " + done.error().detail;
    } else {
        plugin.life->manifestText = trial.manifestText;
        sentence = "Version " + bad + " was rolled back to " + trial.manifest.version.text() + ": " + why + '.';
        // In the program's own folder nothing is written: what lies there is tried again at the next start.
        if (library.parent_path() == _options.installed) {
            if (auto before = base::readWhole(trial.library); !before)
                sentence += " The files could not be put back: " + before.error().detail;
            else if (auto placed = place({plugin.id, trial.manifestText, std::move(*before)}); !placed)
                sentence += " The files could not be put back: " + placed.error().detail;
        }
    }
    log::error(source, sentence, {{"plugin", plugin.id}});
    auto digest = digestOf(library);
    removeQuietly(trial.library);
    const std::lock_guard lock(_mutex);
    plugin.library = library;
    if (digest)
        plugin.digest = std::move(*digest);
    plugin.history = base::rfc3339(base::now()) + ' ' + sentence;
    plugin.trial.reset();
}

// The folder that `netbit plugin install` writes to.

/// Both files lie there whole before the first takes its place, so that what is cut off can be finished or undone.
Result<void> Loader::place(const Package& package)
{
    std::error_code failure;
    fs::create_directories(_options.installed, failure);
    const auto library = _options.installed / (package.name + ".so");
    const auto manifest = _options.installed / (package.name + ".json");
    const auto nextOf = [](const fs::path& file) { return fs::path(file.string() + std::string(next)); };
    for (const auto& [file, bytes] : {std::pair(library, &package.library), {manifest, &package.manifest}})
        if (auto written = base::writeWhole(nextOf(file), *bytes); !written) {
            removeQuietly(nextOf(library));
            return written;
        }
    for (const auto& file : {library, manifest}) {
        fs::rename(nextOf(file), file, failure);
        if (failure)
            return fault(Status::unavailable, "write_failed", file.string() + ": " + failure.message());
    }
    return {};
}

/// What a host that was killed while it placed a plugin has left.
void Loader::finishPlacing() const
{
    std::error_code failure;
    if (_options.installed.empty())
        return;
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(_options.installed, failure))
        if (entry.path().extension() == next)
            left.push_back(entry.path());
    std::sort(left.begin(), left.end()); // x.json.next before x.so.next
    for (const auto& file : left) {
        auto target = file;
        target.replace_extension();
        auto library = target;
        library.replace_extension(".so");
        if (target.extension() == ".json" && !fs::exists(library.string() + std::string(next), failure))
            fs::rename(file, target, failure); // the library has its place already
        else
            removeQuietly(file);
    }
}

Result<void> Loader::install(const std::vector<Package>& packages, bool downgrade)
{
    if (_options.installed.empty())
        return fault(Status::unsupported, "no_folder", "This host has no folder to install plugins into.");
    const auto planned = plan(packages, downgrade);
    if (!planned.good())
        return fault(Status::conflict, "plan_failed", planned.why());

    // Each behind what it requires of the others.
    std::map<std::string, Manifest> manifests;
    for (const auto& plugin : _plugins)
        if (plugin->manifest)
            manifests.insert_or_assign(plugin->id, *plugin->manifest);
    for (const auto& package : packages)
        manifests.insert_or_assign(package.name, *parseManifest(package.manifest));
    std::string live;
    for (const auto& id : orderOf(manifests, {}).ids) {
        const auto package = std::find_if(packages.begin(), packages.end(), [&](const auto& one) { return one.name == id; });
        if (package == packages.end())
            continue;
        const auto step = std::find_if(planned.plugins.begin(), planned.plugins.end(),
                                       [&](const auto& one) { return one.id == id; });
        if (step->action == "nothing")
            continue;
        if (auto done = installOne(*package); !done) {
            startWaiting();
            auto why = done.error();
            why.detail += live.empty() ? "" : " In place by now:" + live + '.';
            return why;
        }
        live += ' ' + package->name;
    }
    startWaiting();
    remember();
    return {};
}

Result<void> Loader::installOne(const Package& package)
{
    auto* plugin = find(package.name);
    const auto manifestFile = _options.installed / (package.name + ".json");
    const auto library = _options.installed / (package.name + ".so");
    Package before{package.name, {}, {}};
    if (plugin)
        for (const auto& [file, bytes] : {std::pair(manifestFile, &before.manifest), {library, &before.library}}) {
            auto read = base::readWhole(file);
            if (!read)
                return read.error();
            *bytes = std::move(*read);
        }
    if (auto placed = place(package); !placed)
        return placed;
    const auto undo = [&](const base::Error& why) -> Result<void> {
        if (before.manifest.empty()) {
            removeQuietly(manifestFile);
            removeQuietly(library);
        } else if (auto back = place(before); !back) {
            log::error(source, "The files of a plugin could not be put back.",
                       {{"plugin", package.name}, {"why", back.error().detail}});
        } else if (plugin) {
            const std::lock_guard lock(_mutex);
            plugin->digest = base::sha256Hex(before.library);
        }
        return why;
    };
    if (auto choices = _choices; choices.quarantined.erase(package.name) > 0)
        if (auto kept = keepChoices(std::move(choices)); !kept)
            return undo(kept.error());

    auto found = examine(manifestFile, _options.hostVersion);
    if (plugin && plugin->runs()) {
        if (auto done = upgrade(*plugin, found, _options.policy.patience); !done)
            return undo(done.error());
        return {};
    }
    if (plugin)
        look(*plugin, std::move(found));
    else
        add(std::move(found));
    plugin = find(package.name);
    if (plugin->state == "disabled")
        return {};
    auto started = startOne(*plugin);
    if (started)
        return {};
    auto undone = undo(started.error());
    if (before.manifest.empty())
        forget(package.name);
    else
        look(*plugin, examine(manifestFile, _options.hostVersion));
    return undone;
}

} // namespace netbit::loader
