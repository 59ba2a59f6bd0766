#pragma once
// The plugin that the host sees: what outlives a child, so that the next one can take its place.

#include "base/SharedCell.h"
#include "border/Breaker.h"
#include "isolation/parent/Isolated.h"
#include "isolation/parent/Tables.h"
#include "isolation/wire/Messages.h"

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::isolation::parent {

class Proxy;
class Session;

/// A route that a child has asked for. The host has it for as long as the generation lives.
struct Route {
    Route(Proxy& owner, std::uint32_t number) : proxy(owner), index(number) {}

    Proxy& proxy;
    const std::uint32_t index;
    std::string method, pattern;
    std::uint32_t access = 0, flags = 0, maxBodyBytes = 0;
    std::vector<std::string> params;       ///< names in the pattern
    std::atomic<std::uint64_t> servedBy{0}; ///< the session whose child has registered it
};

struct Listener {
    Listener(Proxy& owner, std::uint32_t number) : proxy(owner), index(number) {}

    Proxy& proxy;
    const std::uint32_t index;
    bool tcp = false;
    std::string name, address;
    std::uint32_t port = 0;   ///< as asked for
    std::size_t window = 0;   ///< bytes of a connection that may be on their way to its peer
    nb_listener* handle = nullptr;
    std::atomic<std::uint64_t> servedBy{0};
};

class Proxy {
public:
    Proxy(const Subject& itsSubject, const Options& itsOptions)
        : subject(itsSubject), options(itsOptions), breaker(itsOptions.breaker)
    {
    }

    const Subject& subject;
    const Options& options;
    border::Breaker breaker;
    /// From create on; null before. [any]
    const Tables* tables() const noexcept { return _tables.load(std::memory_order_acquire); }
    void setTables(std::unique_ptr<const Tables> tables) noexcept
    {
        _owned = std::move(tables);
        _tables.store(_owned.get(), std::memory_order_release);
    }

    /// The child that serves now. [any]
    std::shared_ptr<Session> live() const noexcept { return _live.load(); }
    void serveWith(std::shared_ptr<Session> session) noexcept { _live.store(std::move(session)); }

    // [control], or the keeper's thread while it brings up a child in a live generation. `first`: the host takes
    // registrations; afterwards a child can only have what the first one had.
    std::atomic<bool> first{true};
    std::int32_t addRoute(Session& session, const wire::AddRoute& wanted, std::uint32_t& index, nb_error& error);
    std::int32_t listen(Session& session, const wire::Listen& wanted, wire::Listening& out, nb_error& error);
    std::int32_t migrate(const wire::Migrate& wanted, nb_error& error);
    Listener* listener(std::uint32_t index); ///< null: there is none. [any] once live

    /// Where a subscription of that name stopped; nothing: it is new. [any]
    std::optional<std::int64_t> lastEvent(const std::string& name) const;
    void rememberEvent(const std::string& name, std::int64_t id);

    /// Answers for a plugin that is not there.
    void unavailable(nb_request* request) const;

private:
    static std::int32_t handle(void* user, nb_request* request);

    std::unique_ptr<const Tables> _owned;
    std::atomic<const Tables*> _tables{nullptr};
    base::SharedCell<Session> _live;
    std::deque<Route> _routes; // their places are the users that the host knows
    std::vector<std::pair<std::string, std::string>> _steps; // of the migrations that were run
    mutable std::mutex _mutex;                               // guards what follows
    std::deque<Listener> _listeners;
    std::map<std::string, std::int64_t> _lastEvents;
};

/// Fills an error as a plugin does, and gives its status.
std::int32_t refuse(nb_error& error, std::int32_t status, std::string_view code, std::string_view detail) noexcept;

} // namespace netbit::isolation::parent
