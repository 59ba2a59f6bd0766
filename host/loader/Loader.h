#pragma once
// Finds plugins, decides which may run, gives each a life, exchanges it for a newer one, and ends it.

#include "base/Result.h"
#include "border/Border.h"
#include "isolation/parent/Isolated.h"
#include "loader/Manifest.h"
#include "loader/SettingsCheck.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace netbit::loader {

/// What conf says of one plugin under "plugin.<id>.", beside the plugin's own settings.
struct PluginOptions {
    bool isolated = false;        ///< runs in a process of its own
    std::filesystem::path record; ///< not empty: its calls over the border are written there
    std::string place;            ///< where conf says so, for a complaint: "conf/netbit.properties:12: plugin.x.isolate: "
};

struct LoaderOptions {
    std::vector<std::filesystem::path> directories; ///< where <id>.json and <id>.so lie; the first to have an id wins
    std::filesystem::path generations;              ///< DATA/generations: a copy of each library that is loaded
    std::string hostVersion = "1.0.0";
    std::vector<std::string> disabled; ///< ids that are not loaded
    std::vector<std::string> required; ///< ids that must run, beside those whose manifest says so
    std::map<std::string, PluginOptions> plugins; ///< by id
    isolation::Options isolation; ///< of those that are isolated
    /// Libraries of ended generations that are still in memory, because a call never came back or the system did not unmap
    /// them: with so many, nothing is reloaded.
    std::size_t mostMapped = 16;
};

struct PluginStatus {
    std::string id;
    std::string version;
    std::string state;  ///< live, restarting (its process), refused (before its code ran), blocked (by another), disabled
                        ///< (by the admin), failed, stopped, abandoned
    std::string detail; ///< empty, or why, in one sentence
    bool required = false;
    std::vector<std::pair<std::string, std::uint16_t>> ports; ///< its listeners by name, really bound
    border::Health condition = border::Health::good; ///< of one that is live
};

/// [control] for everything but status().
class Loader {
public:
    Loader(border::Border& border, LoaderOptions options);
    ~Loader(); ///< stopAll() with a patience of one second if that was not called

    /// Discovers, orders, loads, starts. A plugin that cannot run leaves the others alone; see status(). A setting of no
    /// known plugin is logged.
    /// Error: unavailable / required_plugin_failed, naming each required plugin that does not run and why.
    base::Result<void> loadAll(const SettingSources& settings);

    /// Checks everything first. Error: invalid / bad_setting naming file, line and key, or what a plugin's configure said;
    /// the old settings are in force everywhere then.
    base::Result<void> reconfigure(const SettingSources& settings);

    /// Exchanges a plugin that is live for what lies in its files now, changed or not: the manifest is read again, a copy of
    /// the library is started beside the old generation, and takes its place in one step. Connections, streams,
    /// subscriptions and timers move (netbit/handover.h). Returns then: the old generation finishes what it has begun in the
    /// background (see tend()), and is ended at the latest after `patience`. Several may be at it at the same time.
    /// Error: nothing has changed, and its detail says why: notFound / no_such_plugin; conflict / not_live,
    /// not_reloadable, dependency, too_many_mapped; what is wrong with the files or the settings; what create, configure
    /// or start said.
    base::Result<void> reload(const std::string& id, std::chrono::milliseconds patience);
    /// Goes on with the generations that were replaced, and ends those that are done. Gives after how long it wants to be
    /// called again; nothing: there is none.
    std::optional<std::chrono::milliseconds> tend();
    std::size_t draining() const noexcept { return _replaced.size(); } ///< replaced, and not ended yet
    /// Libraries of this process that cannot be unmapped any more; see LoaderOptions::mostMapped.
    static std::size_t mappedForGood();

    /// Tells every plugin that it will be ended soon, the last started first.
    void quiesceAll();
    /// Ends every plugin, the last started first. `patience` is for each.
    void stopAll(std::chrono::milliseconds patience);

    std::vector<PluginStatus> status() const; ///< [any], in the order of loading

private:
    struct Life;
    struct Plugin;
    struct Replaced;

    void discover();
    void take(const std::filesystem::path& manifestFile);
    base::Result<void> checkManifest(const Manifest& manifest, const std::filesystem::path& file) const;
    void order();
    bool mustRun(const Plugin& plugin) const;
    void removeOldCopies();
    void load(Plugin& plugin, const SettingSources& settings, const std::vector<std::string>& known);
    /// A new life, started and staged. It is not live yet: so a reload can replace the old one in one step.
    base::Result<std::unique_ptr<Life>> bring(const Manifest& manifest, const std::filesystem::path& file,
                                              border::SettingsPtr settings, std::string& state);
    // Reload.cpp
    base::Result<void> exchange(Plugin& plugin, const Manifest& manifest, const std::filesystem::path& file,
                                std::chrono::milliseconds patience);
    base::Result<void> fitsTheOthers(const Manifest& manifest) const;
    void endReplaced();
    /// Ends a life that is no plugin's any more.
    static void finish(std::unique_ptr<Life> life, std::chrono::milliseconds patience);
    static void letGo(std::unique_ptr<Life> life, border::Ending ending);

    void end(Plugin& plugin, std::chrono::milliseconds patience);
    std::vector<std::string> knownIds() const;
    Plugin* find(std::string_view id) const;
    void note(Plugin& plugin, std::string_view state, std::string detail);

    border::Border& _border;
    LoaderOptions _options;
    SettingSources _settings; // in force
    std::uint64_t _sequence = 0;
    std::vector<std::unique_ptr<Replaced>> _replaced; // the oldest first
    mutable std::mutex _mutex; // guards _plugins, and of each what status() reads
    std::vector<std::unique_ptr<Plugin>> _plugins; // in the order of loading
};

/// Checks the settings of every plugin that lies in the folders, without loading any.
/// Error: invalid / bad_setting naming file, line and key.
base::Result<void> checkAll(const LoaderOptions& options, const SettingSources& settings);

} // namespace netbit::loader
