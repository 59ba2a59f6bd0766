#pragma once
// The loader's door: a plugin whose library runs in a process of its own, seen from here as an entry like any library's.

#include "base/Result.h"
#include "border/Breaker.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <sys/types.h>

struct nb_plugin_entry;

namespace netbit::isolation {

/// How children are kept. The defaults are what netbitd uses; tests are less patient.
struct Options {
    std::filesystem::path program; ///< netbit-plugin-process
    /// A child that answers neither a heartbeat nor a call of its life for so long is ended.
    std::chrono::milliseconds patience{10'000};
    unsigned mostCrashes = 10; ///< within a minute; one more, and it stays down
    std::chrono::milliseconds firstPause{10}; ///< before a restart; doubles with each crash of the last minute
    std::chrono::milliseconds longestPause{5'000};
    unsigned workers = 4; ///< threads of the child for worker handlers, tasks and timers
    border::BreakerOptions breaker;
};

/// What the manifest and the loader say of the plugin.
struct Subject {
    std::string id;
    std::string version;
    std::string hostVersion;
    std::string sha256;            ///< of the library, or empty
    std::filesystem::path library; ///< as installed
    std::filesystem::path copy;    ///< where the copy that is loaded goes; copies for restarts lie beside it
    std::set<std::string, std::less<>> services; ///< that the manifest wants
};

enum class ChildState : std::uint8_t { starting, live, restarting, failed, ended };

struct ChildFacts {
    ChildState state = ChildState::starting;
    pid_t pid = 0; ///< 0: there is none now
    std::uint64_t restarts = 0;
    std::string trouble; ///< how the last child ended, in one sentence; empty: none has
    std::string refusing; ///< why requests are refused though there is a child, in one sentence; empty: they are not
};

/// Its child lives from launch() to the plugin's destroy. The entry's calls are those of a plugin against the SDK: routes,
/// listeners and the rest that the child asks for are registered on its behalf, and kept while a child that has crashed is
/// replaced behind them.
class Isolated {
    struct Key { }; // only launch() makes one

public:
    /// The services that the entry's calls need of its host, beside those that the manifest wants.
    static std::set<std::string, std::less<>> servicesNeeded();

    /// Starts the child and has it load the library.
    /// Error: what loader::Library::load says; unavailable / no_process: there is no child to be had.
    static base::Result<std::unique_ptr<Isolated>> launch(Subject subject, Options options);

    explicit Isolated(Key);
    ~Isolated(); ///< ends the child if destroy was not called
    Isolated(const Isolated&) = delete;
    Isolated& operator=(const Isolated&) = delete;

    /// [control] Its create must be called once, on this thread, before any other plugin's.
    const nb_plugin_entry& entry() noexcept;

    ChildFacts facts() const; ///< [any]

private:
    struct Parts;
    std::unique_ptr<Parts> _parts;
};

} // namespace netbit::isolation
