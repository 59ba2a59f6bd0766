#pragma once
// What a host is besides its plugin: time, people, chats, events, a database. It outlives the plugin's generations.

#include "Chats.h"
#include "EventLog.h"
#include "Lane.h"
#include "MemoryDatabase.h"
#include "People.h"
#include "Queue.h"
#include "base/Result.h"
#include "border/Settings.h"
#include "loader/Manifest.h"
#include "services/cache/KeyValueCache.h"
#include "services/metrics/Registry.h"
#include <netbit/health.h>
#include <netbit/kit.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::fake {

class Life;
class Replay;

struct Limits {
    std::size_t cacheBytes = 1024 * 1024;
    std::size_t messageBytes = 16 * 1024;
    std::size_t bodyBytes = 1024 * 1024;
};

struct LogLine {
    std::uint32_t level = NB_LOG_INFO;
    std::string message;
    std::vector<std::pair<std::string, std::string>> fields;
    std::vector<nb_log_field> raw; // views of `fields`
};

/// A table that another plugin would offer.
struct Foreign {
    std::string plugin;
    const void* table = nullptr;
    void* user = nullptr;
};

/// For a program that must know what was going on when it, or the plugin, goes down.
class Watch {
public:
    virtual ~Watch() = default;
    virtual void underWay(std::string_view call) = 0; ///< which call into the plugin; empty: none any more
    virtual void closing() = 0;                       ///< the plugin is destroyed, its library still there
};

class World {
public:
    World(loader::Manifest manifest, std::filesystem::path library, border::SettingsPtr settings, Limits limits,
          std::int64_t nowMs);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // Its plugin's life.
    base::Result<void> load(); ///< the library, no call yet
    base::Result<void> start();
    base::Result<void> configure(border::SettingsPtr settings);
    base::Result<void> reload(const std::filesystem::path& library);
    void stop();
    Life* life() const noexcept { return _life.get(); }

    // Time and order.
    std::int64_t now() const noexcept { return _now; }
    std::size_t run();
    std::size_t advance(std::uint64_t ms);
    /// Runs one piece of what waits. False: nothing did.
    bool runOne();
    void setNow(std::int64_t now) noexcept { _now = now; } ///< nothing that is due runs

    bool permits(std::string_view permission) const; ///< the manifest says so
    /// The plugin's own, gone with this world; made at the first call.
    const std::string& folder();

    /// [any] One sentence on what the plugin did wrong.
    void violation(std::string sentence);
    const std::deque<std::string>& violations() const noexcept { return _violations; }
    void clearViolations();

    /// The error that the test wants of the next call of this function; nothing: none.
    std::optional<base::Error> failureOf(std::string_view function);
    static bool mayFail(std::string_view function) noexcept;
    void failNext(std::string function, base::Error error);

    /// Guards everything of the host against threads that a plugin's libraries have. Recursive: a call of the plugin that is
    /// made while a function of a table runs may call another.
    std::recursive_mutex mutex;

    const loader::Manifest manifest;
    const Limits limits;
    border::SettingsPtr settings;
    Queue queue;
    People people;
    MemoryDatabase database;
    EventLog events;
    Chats chats;
    std::unique_ptr<services::cache::KeyValueCache> cache;
    services::metrics::Registry metrics;
    std::deque<LogLine> log;
    std::uint32_t health = NB_HEALTH_GOOD;
    std::string healthWhy;
    std::map<std::string, Foreign, std::less<>> provided;
    std::uint64_t nextRequestId = 0;
    Watch* watch = nullptr;
    Replay* replay = nullptr; ///< what happens, and when, is in a recording
    std::string_view callUnderWay;

    // What the C functions give out lives here until the end.
    std::deque<std::unique_ptr<nb_kit_exchange>> exchanges;
    std::deque<std::unique_ptr<nb_kit_peer>> peers;
    std::deque<std::string> texts;

private:
    base::Result<std::unique_ptr<Life>> bring(const std::filesystem::path& library);
    /// The moment at which something is due next, not after `until`.
    std::optional<std::int64_t> nextDue(std::int64_t until) const;
    void handOver(Life& from, Life& to);

    std::filesystem::path _library;
    std::filesystem::path _folder; // of the copies, and in it the plugin's own
    std::string _own;              // that one; empty: not asked for
    unsigned _copies = 0;
    std::int64_t _now;
    std::unique_ptr<Life> _life;
    std::unique_ptr<Life> _old; // while a reload is under way
    std::vector<std::unique_ptr<Life>> _gone; // ended; what the test still looks at may point there
    std::deque<std::string> _violations;
    std::map<std::string, std::deque<base::Error>, std::less<>> _failures;
};

} // namespace netbit::fake
