#pragma once
// Everything put together: who is made of what, in which order it starts, and how it ends.

#include "app/Routes.h"
#include "app/config/ConfigLoader.h"
#include "base/Result.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace netbit::app {

class Host {
public:
    struct Surroundings {
        /// Runs something on the control thread, soon (see Control).
        std::function<bool(std::function<void()>)> onControl;
        /// [control] Reads the settings anew and applies them: what SIGHUP does.
        std::function<base::Result<void>()> reload;
        std::function<base::Result<Config>()> settings; ///< what the files say now; nothing is applied
        std::vector<int> sockets; ///< bound by the service manager; the host closes them
        /// [control] What a plugin may be told, and is, as the files say now.
        std::function<base::Result<std::vector<PluginSetting>>(const std::string& id)> pluginSettings;
        /// [control] Writes "key=value" into its file; nothing is applied. Gives what to say (writeSetting).
        std::function<base::Result<std::string>(const std::string& assignment)> write;
    };
    Host(std::filesystem::path dataDirectory, Surroundings surroundings);
    ~Host(); ///< stop() if that was not called

    /// [control] Opens the data directory, loads what must be in memory, loads the plugins, serves.
    /// Error: in words for the admin; nothing is left running.
    base::Result<void> start(const Config& config, const std::filesystem::path& programDirectory);

    /// [control] Applies what can change while running. Error: nothing was changed.
    base::Result<void> reconfigure(const Config& config);

    /// [control] What is to be done now and then: watches over calls and trials, ends generations that were replaced.
    /// Gives after how long it wants to be called again.
    std::chrono::milliseconds tend();

    /// [control] Takes nothing new, answers what is under way, writes what is queued, ends.
    void stop();

    Facts facts() const; ///< [any]
    /// [control] Whether every reactor has answered within the last seconds.
    bool responsive() const;
    /// [control] How long each part of stop() may take for what is under way.
    std::chrono::milliseconds patience() const;

private:
    struct Parts;
    std::vector<edge::Route> routes(); ///< the host's own

    std::unique_ptr<Parts> _parts;
    std::filesystem::path _dataDirectory;
    Surroundings _around;
};

/// What a start would say of the plugins' settings, without loading any.
base::Result<void> checkPluginSettings(const Config& config, const std::filesystem::path& programDirectory,
                                       const std::filesystem::path& dataDirectory);

/// What a start would say of settings that are well-formed: files that they name, and plugins' own.
base::Result<void> checkSettings(const Config& config, const std::filesystem::path& programDirectory,
                                 const std::filesystem::path& dataDirectory);

} // namespace netbit::app
