#pragma once
// Who may pass from the edge to a route.

#include "app/RateLimits.h"
#include "edge/Router.h"

namespace netbit::services::auth {
class AuthService;
}

namespace netbit::app {

/// Proves the bearer token of a request, holds it against what the route declares, and counts it. Memory only.
class Gate final : public edge::Gate {
public:
    Gate(services::auth::AuthService& auth, const RateOptions& rates) : _auth(auth) { _rates.set(rates); }
    void setRates(const RateOptions& rates) noexcept { _rates.set(rates); } ///< [any]
    base::Result<void> admit(edge::Exchange& exchange, const edge::Route& route) override;

private:
    base::Result<void> identify(edge::Exchange& exchange, const edge::Route& route);
    base::Result<void> count(edge::Exchange& exchange);

    services::auth::AuthService& _auth;
    RateLimits _rates;
};

} // namespace netbit::app
