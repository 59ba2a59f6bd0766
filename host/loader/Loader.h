#pragma once
// Finds plugins, decides which may run, gives each a life, exchanges it for a newer one, and ends it.

#include "base/PluginChoices.h"
#include "base/Result.h"
#include "border/Border.h"
#include "border/Recorder.h"
#include "isolation/parent/Isolated.h"
#include "loader/Manifest.h"
#include "loader/Plan.h"
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

struct Found;

/// What conf says of one plugin under "plugin.<id>.", beside the plugin's own settings.
struct PluginOptions {
    bool isolated = false;        ///< runs in a process of its own
    border::RecordOptions record; ///< its file empty: it is not recorded
    bool tls = false;             ///< its TCP listeners speak TLS
    std::string place;            ///< where conf says so, for a complaint: "conf/netbit.properties:12: plugin.x.isolate: "
};

/// What may change while the host runs.
struct PluginPolicy {
    std::vector<std::string> disabled; ///< ids that are not loaded, by the configuration
    std::vector<std::string> required; ///< ids that must run, beside those whose manifest says so
    std::chrono::seconds trial{10};    ///< for which a new generation is on trial; 0: none is
    unsigned trialErrors = 20;         ///< per cent of its calls that may fail in this time
    std::chrono::milliseconds patience{10'000}; ///< for what is under way when a plugin is stopped or exchanged
};

struct LoaderOptions {
    std::vector<std::filesystem::path> directories; ///< where <id>.json and <id>.so lie; the first to have an id wins
    std::filesystem::path installed;                ///< the last of them, which install() writes to; empty: none
    std::filesystem::path generations;              ///< DATA/generations: a copy of each library that is loaded
    std::filesystem::path choices;                  ///< DATA/plugins.json (base/PluginChoices.h); empty: nothing is kept
    std::string hostVersion = "1.0.0";
    PluginPolicy policy;
    std::map<std::string, PluginOptions> plugins; ///< by id
    isolation::Options isolation; ///< of those that are isolated
    /// Libraries of a plugin's ended generations that are still in memory, because a call never came back or the system did
    /// not unmap them: with so many, it is not reloaded any more, except to go back to the version before.
    std::size_t mostMapped = 16;
};

struct PluginStatus {
    std::string id;
    std::string version;
    std::string state;  ///< live, restarting (its process), refused (before its code ran), blocked (by another), disabled
                        ///< (by the admin), quarantined (it crashed the server), failed, stopped, abandoned
    std::string detail; ///< empty, or why, in one sentence
    bool required = false;
    std::vector<std::pair<std::string, std::uint16_t>> ports; ///< its listeners by name, really bound
    border::Health condition = border::Health::good; ///< of one that is live
};

struct PluginInfo : PluginStatus {
    std::filesystem::path library; ///< where it lies
    std::string sha256;            ///< of the file there when it was last looked at
    bool installed = false;        ///< by install(), and not a part of the program
    std::uint64_t generation = 0;  ///< of one that is live: rises with each load
    bool onTrial = false;
    std::string history;           ///< empty, or the last change that went wrong, in one sentence
    std::vector<std::string> requires_;
    std::vector<std::string> requiredBy; ///< of the plugins that are known
    std::vector<std::string> provides;
    std::vector<std::string> services;
    std::vector<std::string> permissions;
    border::Ledger::Sums sums; ///< in all its generations
    border::Figures figures;   ///< of the one that is live
    std::vector<border::LongCall> longCalls;
};

/// [control] for everything that does not say [any].
class Loader {
public:
    Loader(border::Border& border, LoaderOptions options);
    ~Loader(); ///< stopAll() with a patience of one second if that was not called

    /// Discovers, orders, loads, starts. A plugin that cannot run leaves the others alone; see status().
    /// Error: unavailable / required_plugin_failed, naming each required plugin that does not run and why; invalid /
    /// bad_setting for a key that belongs to no known plugin (see checkAll); invalid / bad_plugin_choices.
    base::Result<void> loadAll(const SettingSources& settings);

    /// Reads the folders again: loads what is new, stops what went or is disabled now, exchanges what has another library,
    /// gives the rest its settings. Checks everything first. Error: invalid / bad_setting naming file, line and key, or what
    /// a plugin's configure said: the old settings are in force everywhere then, and nothing was loaded or stopped. A plugin
    /// that then does not start, or cannot be exchanged, is told to the log and in status().
    base::Result<void> reconfigure(const SettingSources& settings, PluginPolicy policy);
    base::Result<void> reconfigure(const SettingSources& settings) { return reconfigure(settings, _options.policy); }

    /// What would clash or break if these were installed together. Runs none of their code.
    Plan plan(const std::vector<Package>& packages, bool downgrade = false) const;
    /// Plans; then puts each into the folder `installed`, whole or not at all, and starts it, or exchanges the one that runs
    /// for it. Error: conflict / plan_failed with all sentences; or why it does not start: then everything is as before.
    base::Result<void> install(const std::vector<Package>& packages, bool downgrade = false);

    // Errors of these: notFound / no_such_plugin; conflict / required_by_others naming them, required_by_settings,
    // disabled_by_settings, part_of_the_program; and why it does not run or cannot be exchanged.
    base::Result<void> enable(const std::string& id); ///< lifts a quarantine too
    base::Result<void> disable(const std::string& id);
    base::Result<void> remove(const std::string& id); ///< its files; never its data

    /// Exchanges a plugin that is live for what lies in its files now, changed or not: the manifest is read again, a copy of
    /// the library is started beside the old generation, and takes its place in one step. Connections, streams,
    /// subscriptions and timers move (netbit/handover.h). Returns then: the old generation finishes what it has begun in the
    /// background (see tend()), and is ended at the latest after `patience`. Several may be at it at the same time.
    /// Error: nothing has changed, and its detail says why: notFound / no_such_plugin; conflict / not_live,
    /// not_reloadable, dependency, too_many_mapped; what is wrong with the files or the settings; what create, configure
    /// or start said.
    base::Result<void> reload(const std::string& id, std::chrono::milliseconds patience);
    base::Result<void> reload(const std::string& id) { return reload(id, _options.policy.patience); }
    /// Goes on with the generations that were replaced, and ends those that are done. Gives after how long it wants to be
    /// called again; nothing: there is none.
    std::optional<std::chrono::milliseconds> tend();
    std::size_t draining() const noexcept { return _replaced.size(); } ///< replaced, and not ended yet
    /// Libraries of this plugin that cannot be unmapped any more; see LoaderOptions::mostMapped.
    static std::size_t mappedForGood(const std::string& id);

    /// About once a second: ends trials, and goes back to the generation before where one has failed.
    void judge(std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());

    /// Tells every plugin that it will be ended soon, the last started first.
    void quiesceAll();
    /// Ends every plugin, the last started first. `patience` is for each.
    void stopAll(std::chrono::milliseconds patience);

    std::vector<PluginStatus> status() const; ///< [any], in the order of loading
    std::vector<PluginInfo> info() const;     ///< [any] the same with everything

private:
    struct Life;
    struct Plugin;
    struct Replaced;
    struct Trial;

    void discover();
    void add(Found found);
    void order();
    bool mustRun(const Plugin& plugin) const;
    void removeOldCopies();
    void load(Plugin& plugin);
    void startAllFound();
    base::Result<void> configureAll(const std::vector<std::pair<Plugin*, border::SettingsPtr>>& changes);
    /// A new life, started and staged. It is not live yet: so a reload can replace the old one in one step.
    base::Result<std::unique_ptr<Life>> bring(const Manifest& manifest, const std::filesystem::path& file,
                                              border::SettingsPtr settings, std::string& state);
    // Reload.cpp
    base::Result<void> exchange(Plugin& plugin, const Manifest& manifest, const std::filesystem::path& file,
                                std::chrono::milliseconds patience);
    base::Result<void> fitsTheOthers(const Manifest& manifest) const;
    /// Why it may not be reloaded any more, or empty; see LoaderOptions::mostMapped.
    std::string tooManyMapped(const std::string& id) const;
    void endReplaced();
    /// Ends a life that is no plugin's any more.
    static void finish(std::unique_ptr<Life> life, std::chrono::milliseconds patience);
    static void letGo(std::unique_ptr<Life> life, border::Ending ending);

    // Changes.cpp
    void look(Plugin& plugin, Found found);
    void markChosen(Plugin& plugin) const;
    base::Result<void> keepChoices(base::PluginChoices choices);
    void remember();
    base::Result<void> mayStop(const Plugin& plugin, std::string_view verb) const;
    std::vector<std::string> dependantsOf(std::string_view id) const; // that run
    void stopWithDependants(Plugin& plugin);
    base::Result<void> startOne(Plugin& plugin);
    void startWaiting();
    void forget(const std::string& id);
    bool isInstalled(const Plugin& plugin) const;

    // Install.cpp
    base::Result<void> upgrade(Plugin& plugin, const Found& found, std::chrono::milliseconds patience);
    base::Result<void> installOne(const Package& package);
    base::Result<void> place(const Package& package);
    void finishPlacing() const;
    void rollBack(Plugin& plugin, const std::string& why);

    PluginStatus statusOf(const Plugin& plugin) const; // with _mutex held
    void end(Plugin& plugin, std::chrono::milliseconds patience);
    std::vector<std::string> knownIds() const;
    /// Why a plugin with this manifest may have no tables beside the others; empty: it may, or wants none.
    std::string tablesClash(const Manifest& manifest, bool onlyWithRunning) const;
    Plugin* find(std::string_view id) const;
    void note(Plugin& plugin, std::string_view state, std::string detail);

    border::Border& _border;
    LoaderOptions _options;
    SettingSources _settings; // in force
    base::PluginChoices _choices;
    std::uint64_t _sequence = 0;
    std::vector<std::unique_ptr<Replaced>> _replaced; // the oldest first
    mutable std::mutex _mutex; // guards _plugins, and of each what status() reads
    std::vector<std::unique_ptr<Plugin>> _plugins; // in the order of loading
};

/// Checks the settings of every plugin that lies in the folders, without loading any. A key must belong to a plugin that is
/// there, or to one that was there once or is disabled: conffiles outlive their packages.
/// Error: invalid / bad_setting naming file, line and key.
base::Result<void> checkAll(const LoaderOptions& options, const SettingSources& settings);

} // namespace netbit::loader
