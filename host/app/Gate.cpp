#include "app/Gate.h"

#include "services/auth/AuthService.h"

#include <algorithm>
#include <strings.h>

namespace netbit::app {

using base::Result;
using base::Status;
using edge::Access;

namespace {

/// The token of `Authorization: Bearer …` (RFC 6750 section 2.1); the scheme compares without case.
std::string_view bearer(std::string_view authorization)
{
    constexpr std::string_view scheme = "Bearer ";
    if (authorization.size() <= scheme.size() || strncasecmp(authorization.data(), scheme.data(), scheme.size()) != 0)
        return {};
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
    return authorization;
}

} // namespace

Result<void> Gate::admit(edge::Exchange& exchange, const edge::Route& route)
{
    if (route.access == Access::local) {
        // Not even the existence of the admin's door is told to the network.
        if (!exchange.local())
            return base::fault(Status::notFound, "not_found", "There is nothing at this path.");
        exchange.principal = _auth.localAdmin();
        return {};
    }
    const auto authorization = exchange.header("Authorization");
    if (authorization.empty()) {
        if (route.access == Access::anyone)
            return {};
        return base::fault(Status::unauthenticated, "unauthenticated", "This needs a signed-in user: send an Authorization header with a bearer token.");
    }
    auto principal = _auth.verify(bearer(authorization));
    if (!principal)
        return principal.error();
    if (route.access == Access::admin && !(*principal)->admin())
        return base::fault(Status::forbidden, "admin_only", "Only an admin of this server may do this.");
    exchange.principal = std::move(*principal);
    return {};
}

} // namespace netbit::app
