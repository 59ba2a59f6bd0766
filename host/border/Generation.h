#pragma once
// One loaded life of a plugin. Its routes, listeners, timers, streams and subscriptions belong to it and end with it.

#include "base/Result.h"
#include "border/Breaker.h"
#include "border/Figures.h"
#include "border/Ledger.h"
#include "border/Settings.h"
#include "edge/Router.h"
#include <netbit/http.h>
#include <netbit/plugin.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nb_subscription;

namespace netbit::border {

class Border;
class Recorder;
struct Holdings;
struct Services;

/// What the manifest and the loader say about it.
struct GenerationSpec {
    std::string id;
    std::string version;
    std::uint64_t sequence = 0;                        ///< rises with each load of this process
    std::set<std::string, std::less<>> services;       ///< ids it may fetch; body, log and config are always there
    std::set<std::string, std::less<>> permissions;    ///< "auth.impersonate", "events.all"
    std::vector<std::string> routes;                   ///< "GET /a/{b}" or "/a" (and below); empty: any
    std::set<std::string, std::less<>> provides;       ///< tables it may offer
    std::set<std::string, std::less<>> uses;           ///< plugins whose tables it may ask for: required, optional
    SettingsPtr settings;
    std::shared_ptr<Recorder> recorder; ///< nullptr: it is not recorded
};

/// What the names of a plugin's tables begin with: "p_<id>_".
std::string sqlPrefixOf(const std::string& id);
extern const std::string_view sqlService; ///< what a manifest wants that has tables

/// What Generation::end() came to.
enum class Ending : std::uint8_t {
    clean,     ///< the library may be closed
    abandoned, ///< a call never came back: nothing was destroyed, and the library must stay mapped
};

/// In the plugin's own words. The numbers are those of netbit/health.h.
enum class Health : std::uint8_t { good = 0, degraded = 1, failed = 2 };

class Generation : public std::enable_shared_from_this<Generation> {
public:
    enum class State : std::uint8_t { loaded, created, starting, staged, live, replaced, draining, stopped, abandoned };

    Generation(Border& border, GenerationSpec spec, BreakerOptions breaker, std::shared_ptr<Ledger> ledger);
    ~Generation();
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    static Generation& of(const nb_host* host) noexcept { return *static_cast<Generation*>(host->implementation); }

    // Facts: [any].
    const std::string& id() const noexcept { return _spec.id; }
    const char* name() const noexcept { return _name; } ///< the id, good for ever
    const std::string& version() const noexcept { return _spec.version; }
    std::uint64_t sequence() const noexcept { return _spec.sequence; }
    const std::string& sqlPrefix() const noexcept { return _sqlPrefix; } ///< "p_<id>_"
    State state() const noexcept { return _state.load(std::memory_order_acquire); }
    bool draining() const noexcept { return state() >= State::draining; }
    /// Live, or replaced and still answering what it has begun.
    bool serves() const noexcept { return state() == State::live || state() == State::replaced; }
    std::int64_t inFlight() const noexcept { return _inFlight.load(std::memory_order_acquire); }
    Ledger& ledger() noexcept { return *_ledger; }
    const Ledger& ledger() const noexcept { return *_ledger; }
    Figures figures() const;
    Health health() const noexcept { return _health.load(std::memory_order_relaxed); } ///< what it said
    /// What it said, or worse: failed with an open breaker or too many calls that do not come back, degraded with some.
    Health condition() const noexcept;
    /// So many of its calls do not come back that it gets no new requests.
    bool overhung() const noexcept { return _overhung.load(std::memory_order_relaxed); }
    bool grants(std::string_view service) const;
    bool permits(std::string_view permission) const { return _spec.permissions.contains(permission); }
    bool provides(std::string_view table) const { return _spec.provides.contains(table); }
    bool uses(std::string_view plugin) const { return _spec.uses.contains(plugin); }
    bool declares(std::string_view method, std::string_view pattern) const;
    Breaker& breaker() noexcept { return _breaker; }
    /// Empty: its condition is good. Else one sentence why not.
    std::string trouble() const;
    /// Listeners by name with the port that was really bound.
    std::vector<std::pair<std::string, std::uint16_t>> ports() const;

    // Its life: [control], in this order. An error of the first three leaves it to end().
    base::Result<void> create(const nb_plugin_entry& entry);
    /// Also later, with new settings: on an error the old ones are in force again.
    base::Result<void> configure(SettingsPtr settings);
    base::Result<void> start();
    /// Told by Border::admit: listeners accept, timers and subscriptions begin. Where there was a generation before, its
    /// sockets are taken over, its named subscriptions go on and its timers keep their beat.
    void goLive(Generation* before = nullptr);
    /// Told by Border::admit: the other one goes live in its place. It gets nothing new, and goes on with what it has begun.
    void giveWay(Generation& next);
    /// Of one that was replaced, again and again: goes on with handing over. True: nothing is left, it can be ended.
    bool tend();
    /// Tells the plugin that soon no more calls come, once: what it holds open by itself (event streams) it ends now.
    void quiesce();
    /// Quiesce, unless it was told; routes out; nothing new is taken; waits for what is in flight up to `patience`; stop; destroy.
    Ending end(std::chrono::milliseconds patience);

    // For the tables.
    Border& border() noexcept { return _border; }
    const Services& services() const noexcept;
    const nb_host* host() const noexcept { return &_host; }
    const std::shared_ptr<Recorder>& recorder() const noexcept { return _spec.recorder; }
    Holdings& holdings() noexcept { return *_holdings; }
    SettingsPtr settings() const; ///< [any]
    /// [any] Its folder in the data directory, made when it is not there. Good until destroy has returned.
    base::Result<std::string_view> folder();
    std::string spaceName() const { return _spec.id; } ///< of its cache and its migrations
    bool mayRegister() const noexcept { return state() == State::starting; }
    const std::vector<edge::Route>& routes() const noexcept { return _routes; } ///< [control]
    /// How streams that were begun on a route of the generation before go on here.
    struct Thaw {
        decltype(nb_route::thaw) function = nullptr;
        void* user = nullptr;
    };
    base::Result<void> stageRoute(edge::Route route, Thaw thaw); ///< [control], in start
    std::shared_ptr<nb_subscription> subscriptionNamed(std::string_view name) const; ///< [any] nullptr also for no name
    const Thaw* thawOf(std::string_view route) const noexcept; ///< [any] "GET /a/{b}"; nullptr: it has none

    /// [any] Counts something that a call into the plugin is still owed for, or that it still owes: a deferred request,
    /// a write's end, a posted task. False: too late, it was stopped.
    bool enter() noexcept;
    /// [any] The same for whoever is counted already: never refused.
    void enterAgain() noexcept { _inFlight.fetch_add(1, std::memory_order_seq_cst); }
    /// [any] Nothing of this object is touched afterwards.
    void leave() noexcept;

    /// [any] Told by Guard, and by whoever finds that a call went wrong.
    void failed(const char* call, std::string_view what) noexcept;
    /// [any] One more handler in a row that threw or returned NB_INTERNAL.
    void handlerFailed() noexcept;

    /// [any] What the plugin says about itself.
    void setHealth(Health health, std::string_view why);
    /// [control] How many of its calls do not come back, and whether that is too many.
    void setStuck(unsigned calls, bool tooMany) noexcept;

    /// [any] A line in the log about a bug of the plugin: the same line at most once a minute.
    void complain(std::string_view line) noexcept;

private:
    base::Result<void> life(const char* call, int32_t (*function)(nb_plugin*, nb_error*));
    bool waitIdle(std::chrono::milliseconds patience) const;
    void destroy();
    bool reachable() const;
    std::size_t moveOut();
    std::int64_t connections() const;

    Border& _border;
    GenerationSpec _spec;
    const char* const _name;
    std::string _sqlPrefix;
    const std::shared_ptr<Ledger> _ledger;
    nb_host _host{};
    nb_plugin_calls _table{};
    nb_plugin* _plugin = nullptr;
    Breaker _breaker;
    std::unique_ptr<Holdings> _holdings;
    std::vector<edge::Route> _routes;
    std::vector<std::weak_ptr<edge::RouteHandler>> _handlers; // of routes that were replaced; requests may hold them yet

    std::atomic<State> _state{State::loaded};
    std::atomic<bool> _shut{false}; // no call enters any more
    bool _quiesced = false;         // [control]
    std::chrono::steady_clock::time_point _replacedAt; // [control]
    std::map<std::string, Thaw, std::less<>> _thaws; // by route; not changed after start
    std::atomic<std::int64_t> _inFlight{0};
    std::atomic<Health> _health{Health::good};
    std::atomic<unsigned> _stuck{0};
    std::atomic<bool> _overhung{false};

    mutable std::mutex _mutex; // guards the members below
    SettingsPtr _settings;
    std::string _healthWhy;
    std::string _folder; // set once
    struct Said {
        std::chrono::steady_clock::time_point at;
        std::uint64_t silenced = 0;
    };
    std::map<std::string, Said, std::less<>> _said;
};

} // namespace netbit::border
