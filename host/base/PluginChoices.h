#pragma once
// DATA/plugins.json: what an admin has decided about plugins with `netbit plugin …`, and which of them have crashed. The
// host writes it; the command line does when no host is running.

#include "base/Result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace netbit::base {

struct Crash {
    std::string call;    ///< that was under way: "handler"
    std::string signal;  ///< "SIGSEGV"
    std::int64_t at = 0; ///< ms since 1970
};

/// "The server crashed inside of its handler (SIGSEGV) at 2026-01-02T03:04:05.678Z; …": and what lifts it.
std::string sentenceOf(const Crash& crash);

struct PluginChoices {
    std::set<std::string> disabled;
    std::set<std::string> known; ///< were there once: their settings are no mistake, even when they are gone
    std::map<std::string, Crash> quarantined;

    /// No file: no choices. Error: invalid / bad_plugin_choices, naming the file.
    static Result<PluginChoices> read(const std::filesystem::path& file);
    /// The old file or the new one, never half of it (0600). Error: unavailable / plugin_choices, with the system's words.
    Result<void> write(const std::filesystem::path& file) const;
};

} // namespace netbit::base
