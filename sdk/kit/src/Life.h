#pragma once
// One load of the plugin's library, from create to destroy: what it registers and holds.

#include "Lane.h"
#include "base/Result.h"
#include "border/Settings.h"
#include "edge/Router.h"
#include "loader/Library.h"
#include <netbit/auth.h>
#include <netbit/http.h>
#include <netbit/plugin.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nb_listener;
struct nb_subscription;
struct nb_timer;
struct nb_stream;
struct nb_request;
struct nb_lease;
struct nb_intake;

namespace netbit::fake {

class World;

/// Tells whoever watches the world which call is under way, and which again when it has returned.
class CallName {
public:
    CallName(World& world, std::string_view name);
    ~CallName();
    CallName(const CallName&) = delete;
    CallName& operator=(const CallName&) = delete;

private:
    World& _world;
    std::string_view _before;
};

/// A route as the plugin gave it.
struct RouteCalls {
    nb_handler_fn handler = nullptr;
    void* user = nullptr;
    int32_t (*thaw)(void*, nb_stream*, const nb_frozen*, nb_stream_calls*, void**) = nullptr;
};

/// How many counted handles are alive. Shared, since one that leaks may outlive its life.
using Alive = std::shared_ptr<std::atomic<std::int64_t>>;

class Life {
public:
    enum class State : std::uint8_t { loaded, created, starting, staged, live, draining, stopped, destroyed };

    Life(World& world, std::unique_ptr<loader::Library> library, std::filesystem::path copy);
    ~Life();
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

    static Life& of(const nb_host* host) noexcept { return *static_cast<Life*>(host->implementation); }

    World& world() noexcept { return _world; }
    const std::string& id() const noexcept;
    const nb_host* host() const noexcept { return &_host; }
    const nb_plugin_entry& entry() const noexcept { return _library->entry(); } ///< until it is ended
    bool pinned() const noexcept { return _library->pinned(); }                 ///< until it is ended
    State state() const noexcept { return _state; }
    bool live() const noexcept { return _state == State::live; }
    bool ending() const noexcept { return _state >= State::draining; }
    bool grants(std::string_view service) const;
    bool declares(std::string_view method, std::string_view pattern) const;

    base::Result<void> create();
    base::Result<void> configure();
    base::Result<void> start();
    void goLive();
    /// quiesce, what waits, stop, destroy, the library closed. Tells what is left as violations.
    void end();

    /// One call into the plugin, on such a thread. False: it threw, which is a violation.
    template <class F>
    bool call(Lane lane, std::string_view name, F&& function)
    {
        const LaneScope scope(lane);
        const CallName named(_world, name);
        try {
            std::forward<F>(function)();
            return true;
        } catch (const std::exception& error) {
            threw(name, error.what());
        } catch (...) {
            threw(name, "something that is no std::exception");
        }
        return false;
    }

    base::Result<void> addRoute(edge::Route route, RouteCalls calls);
    const edge::RouteTable* routes() const noexcept { return _table.get(); }
    const RouteCalls& callsOf(const edge::Route& route) const;

    // Everything registered, in the order of that; kept until the end so that a handle used too late is found to be so.
    std::vector<std::unique_ptr<nb_listener>> listeners;
    std::vector<std::unique_ptr<nb_timer>> timers;
    std::vector<std::unique_ptr<nb_subscription>> subscriptions;
    std::vector<std::unique_ptr<nb_stream>> streams;
    std::vector<std::unique_ptr<nb_request>> requests;
    std::vector<std::unique_ptr<nb_intake>> intakes;
    std::vector<std::unique_ptr<nb_lease>> leases;
    std::map<std::string, std::pair<const void*, void*>, std::less<>> offers;
    std::optional<std::pair<nb_provider_calls, void*>> provider; ///< of logins
    const Alive bodies = std::make_shared<std::atomic<std::int64_t>>(0);
    const Alive principals = std::make_shared<std::atomic<std::int64_t>>(0);
    std::int64_t connections = 0; ///< references that the plugin has retained

private:
    base::Result<void> lifeCall(const char* name, int32_t (*function)(nb_plugin*, nb_error*));
    void threw(std::string_view name, std::string_view what);
    std::string _threw; ///< the words of the last exception that got out
    void answerRest();
    void tellHeld();
    void unload();

    World& _world;
    std::unique_ptr<loader::Library> _library;
    std::filesystem::path _copy;
    nb_host _host{};
    nb_plugin_calls _table_{};
    nb_plugin* _plugin = nullptr;
    State _state = State::loaded;
    std::vector<edge::Route> _routes;
    std::vector<RouteCalls> _calls; // as _routes
    std::shared_ptr<const edge::RouteTable> _table;
};

} // namespace netbit::fake
