#pragma once
// Everything put together: who is made of what, in which order it starts, and how it ends.

#include "app/Routes.h"
#include "app/config/ConfigLoader.h"
#include "base/Result.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace netbit::app {

class Host {
public:
    /// `onControl` runs something on the control thread, soon (see Control).
    Host(std::filesystem::path dataDirectory, std::function<bool(std::function<void()>)> onControl);
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

private:
    struct Parts;
    std::unique_ptr<Parts> _parts;
    std::filesystem::path _dataDirectory;
    std::function<bool(std::function<void()>)> _onControl;
};

/// What a start would say of the plugins' settings, without loading any.
base::Result<void> checkPluginSettings(const Config& config, const std::filesystem::path& programDirectory,
                                       const std::filesystem::path& dataDirectory);

} // namespace netbit::app
