#pragma once
// The one door between the host and its plugins: makes generations, and puts the routes of the live ones in front of the
// router. Everything here is [control] unless it says otherwise.

#include "base/Result.h"
#include "border/Breaker.h"
#include "border/Generation.h"
#include "border/Services.h"
#include "edge/Router.h"

#include <memory>
#include <vector>

namespace netbit::border {

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

    /// The staged generation goes live: its routes join (those of `replaced` leave in the same swap), its listeners
    /// accept. Error: nothing has changed.
    base::Result<void> admit(const std::shared_ptr<Generation>& generation, const Generation* replaced = nullptr);

    /// Its routes leave the router. Requests that found them before are answered still.
    void withdraw(const Generation& generation);

    const std::vector<std::shared_ptr<Generation>>& live() const noexcept { return _live; }

private:
    base::Result<std::shared_ptr<const edge::RouteTable>> tableOf(std::string_view without,
                                                                  const std::vector<edge::Route>* more) const;

    Services _services;
    std::vector<edge::Route> _hostRoutes;
    BreakerOptions _breaker;
    std::vector<std::shared_ptr<Generation>> _live;
};

} // namespace netbit::border
