#pragma once
// The one door between the host and its plugins: makes generations, and puts the routes of the live ones in front of the
// router. Everything here is [control] unless it says otherwise.

#include "base/Result.h"
#include "base/SharedCell.h"
#include "border/Breaker.h"
#include "border/CallWatch.h"
#include "border/Generation.h"
#include "border/Provided.h"
#include "border/Services.h"
#include "edge/Router.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace netbit::border {

/// A route that a plugin will want.
struct Claim {
    std::string plugin;
    std::string method;
    std::string pattern;
};

/// Outlives every generation it made.
class Border {
public:
    /// The host's own routes are there from the first swap on, whatever the plugins do.
    Border(Services services, std::vector<edge::Route> hostRoutes, BreakerOptions breaker = {});
    ~Border();

    const Services& services() const noexcept { return _services; } ///< [any]

    std::shared_ptr<Generation> make(GenerationSpec spec);

    /// Puts the host's routes and those of all live generations in front of the router. Called once without a plugin by
    /// an app that wants its own routes served before any plugin is loaded.
    base::Result<void> publish();

    /// Whether the routes could be served together with what is live (a live generation of the same plugin aside, since
    /// it would be replaced). Error: conflict / duplicate_route naming the owner, invalid / bad_pattern,
    /// access_undeclared.
    base::Result<void> check(std::string_view plugin, const std::vector<edge::Route>& staged) const;

    /// Which of these could not be served together with what is live (the plugins named aside) and with each other, and why.
    std::vector<std::pair<Claim, std::string>> clashes(const std::set<std::string>& replaced,
                                                       const std::vector<Claim>& claims) const;

    /// The staged generation goes live: its routes join (those of `replaced` leave in the same swap), its listeners
    /// accept. The replaced one gives way: sockets, named subscriptions and the beat of timers are handed over here; it is to
    /// be tended and ended by the caller. Error: nothing has changed.
    base::Result<void> admit(const std::shared_ptr<Generation>& generation, Generation* replaced = nullptr);

    /// Its routes leave the router. Requests that found them before are answered still.
    void withdraw(const Generation& generation);

    const std::vector<std::shared_ptr<Generation>>& live() const noexcept { return _live; }
    std::shared_ptr<Generation> liveOf(std::string_view plugin) const; ///< nullptr: there is none

    /// [any] What plugins offer each other now.
    std::shared_ptr<const Provided> provided() const noexcept { return _provided.load(); }
    std::string ownerOfTable(std::string_view id) const; ///< [any] the plugin that provides it; empty: none

    /// [any] What a plugin has cost since the process started, in all its generations: never less than before.
    Ledger::Sums sums(std::string_view plugin) const;

    /// To be called about once a second: looks for calls that do not come back. A call that is `limit` old is told to the
    /// log; a plugin with `most` of them gets no new requests until some have come back.
    void watch(std::chrono::milliseconds limit, unsigned most);
    /// [any] Calls into a plugin that were at least that old at the last look.
    std::vector<LongCall> longCalls(std::string_view plugin) const;

private:
    base::Result<std::shared_ptr<const edge::RouteTable>> tableOf(std::string_view without,
                                                                  const std::vector<edge::Route>* more) const;

    void publishTables();

    Services _services;
    std::vector<edge::Route> _hostRoutes;
    BreakerOptions _breaker;
    std::vector<std::shared_ptr<Generation>> _live;
    base::SharedCell<const Provided> _provided{std::make_shared<const Provided>()};
    CallWatch _watch;
    std::atomic<std::int64_t> _longMs{0};
    std::set<std::uint64_t> _told; // numbers of calls that the log knows

    struct Account {
        Ledger::Sums closed; // of generations that are gone
        std::vector<std::shared_ptr<Ledger>> open;
    };
    mutable std::mutex _mutex; // guards _accounts
    mutable std::map<std::string, Account, std::less<>> _accounts;
};

} // namespace netbit::border
