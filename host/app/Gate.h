#pragma once
// Who may pass from the edge to a route.

#include "edge/Router.h"

namespace netbit::services::auth {
class AuthService;
}

namespace netbit::app {

/// Proves the bearer token of a request and holds it against what the route declares. Memory only.
class Gate final : public edge::Gate {
public:
    explicit Gate(services::auth::AuthService& auth) : _auth(auth) {}
    base::Result<void> admit(edge::Exchange& exchange, const edge::Route& route) override;

private:
    services::auth::AuthService& _auth;
};

} // namespace netbit::app
