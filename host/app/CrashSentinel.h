#pragma once
// DATA/crash: when a signal ends the process, the name of the plugin whose call was under way is written there, so that the
// next start can do without it.

#include "base/PluginChoices.h"
#include "base/Result.h"

#include <filesystem>
#include <optional>
#include <string>

namespace netbit::app {

/// What the run before has left.
struct LastCrash {
    std::string plugin; ///< empty: it was outside of any plugin
    base::Crash crash;
};

/// [control] Before plugins are loaded.
class CrashSentinel {
public:
    /// What stands in the file: nothing after a run that ended well, or was killed.
    static std::optional<LastCrash> read(const std::filesystem::path& file);
    /// If the run before crashed inside of a plugin, that is quarantined from here on (`choices`, DATA/plugins.json).
    /// Error: that file cannot be read or written.
    static base::Result<void> quarantine(const std::filesystem::path& file, const std::filesystem::path& choices);
    /// Empties the file, keeps it open, and takes SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT: the handler writes one line and
    /// lets the default action happen, so that a core can be dumped. For the life of the process.
    /// Error: unavailable / crash_file.
    static base::Result<void> arm(const std::filesystem::path& file);
    /// Nothing more is written there: the process ends as it should. The file goes away.
    static void disarm(const std::filesystem::path& file);
};

} // namespace netbit::app
