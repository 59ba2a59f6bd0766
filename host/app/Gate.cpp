#include "app/Gate.h"

#include "services/auth/AuthService.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPBasicCredentials.h>
#include <algorithm>
#include <string>
#include <strings.h>

namespace netbit::app {

using base::Result;
using base::Status;
using edge::Access;

namespace {

bool isGit(const edge::Route& route) { return route.pattern.starts_with("/git/"); }

/// What follows the scheme, which compares without case; empty: it is another scheme.
std::string_view behind(std::string_view scheme, std::string_view authorization)
{
    if (authorization.size() <= scheme.size() || strncasecmp(authorization.data(), scheme.data(), scheme.size()) != 0)
        return {};
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
    return authorization;
}

/// Of `Authorization: Bearer …` (RFC 6750 section 2.1), and for git, which knows Basic alone (RFC 7617), the password there: a token
/// says whose it is, so the user name says nothing.
std::string tokenOf(std::string_view authorization, const edge::Route& route)
{
    const auto basic = isGit(route) ? behind("Basic ", authorization) : std::string_view();
    if (basic.empty())
        return std::string(behind("Bearer ", authorization));
    try {
        return Poco::Net::HTTPBasicCredentials(std::string(basic)).getPassword();
    } catch (const Poco::Exception&) { // no base64
        return {};
    }
}

/// Against what the route says that its query may have. A name that is percent-encoded is none of ours.
Result<void> checkQuery(const edge::Exchange& exchange, const edge::Route& route)
{
    const auto target = exchange.target();
    const auto mark = target.find('?');
    if (mark == target.npos || !route.query)
        return {};
    for (auto query = target.substr(mark + 1); !query.empty();) {
        const auto end = std::min(query.find('&'), query.size());
        const auto name = query.substr(0, std::min(query.find('='), end));
        query.remove_prefix(std::min(end + 1, query.size()));
        if (!name.empty() && std::find(route.query->begin(), route.query->end(), name) == route.query->end())
            return base::fault(Status::invalid, "unknown_parameter", "This route has no such query parameter.",
                               "/" + std::string(name));
    }
    return {};
}

/// What an access token needs for this request.
services::auth::Scope scopeFor(const edge::Exchange& exchange, const edge::Route& route)
{
    using services::auth::Scope;
    if (isGit(route))
        return Scope::git;
    const auto method = exchange.method();
    return method == "GET" || method == "HEAD" ? Scope::read : Scope::write;
}

} // namespace

Result<void> Gate::admit(edge::Exchange& exchange, const edge::Route& route)
{
    auto known = identify(exchange, route);
    if (known.status() == Status::wouldBlock)
        return known;
    if (auto counted = count(exchange); !counted) // also who is refused: guessing tokens is not free
        return counted;
    return known ? checkQuery(exchange, route) : known;
}

Result<void> Gate::count(edge::Exchange& exchange)
{
    if (exchange.local())
        return {};
    const auto now = RateLimits::Clock::now();
    const auto method = exchange.method();
    const auto* const principal = static_cast<const services::auth::Principal*>(exchange.principal.get());
    const bool allowed = principal ? _rates.takeForUser(principal->userId(), method != "GET" && method != "HEAD", now, exchange.gateHeaders)
                                   : _rates.takeForAddress(exchange.peer(), now, exchange.gateHeaders);
    if (allowed)
        return {};
    return base::fault(Status::rateLimited, "rate_limited", "This is too often; Retry-After says when to come back.");
}

Result<void> Gate::identify(edge::Exchange& exchange, const edge::Route& route)
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
    auto principal = _auth.verify(tokenOf(authorization, route));
    if (!principal)
        return principal.error();
    if ((*principal)->scopes() != services::auth::allScopes)
        if (auto scoped = services::auth::needs(**principal, scopeFor(exchange, route)); !scoped)
            return scoped;
    if (route.access == Access::admin && !(*principal)->admin())
        return base::fault(Status::forbidden, "admin_only", "Only an admin of this server may do this.");
    exchange.principal = std::move(*principal);
    return {};
}

} // namespace netbit::app
