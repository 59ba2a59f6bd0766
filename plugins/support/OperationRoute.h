#pragma once
// A route that is one operation of a host's service: what the request says becomes the operation's arguments.

#include <netbit/draft/operations.hpp>
#include <netbit/http.hpp>

#include <string_view>
#include <vector>

namespace netbit::support {

struct OperationRoute {
    std::string_view operation;
    std::vector<std::string_view> params; ///< of the path, each an argument of that name; texts that live on
    int status = 200;                     ///< of the answer; 204: without what the operation gave; a replayed 201 becomes 200
    /// Of what was made: "/api/chats/{id}", with the id and the path's parameters in their places; "{url}": what it says itself
    /// in its member url. Empty: no Location.
    std::string_view location{};
    /// Of a list: the query parameter by which a client goes on, from the id that the operation gave. Empty: no Link.
    std::string_view next{};
    bool secret = false; ///< the answer must not stay in any cache
    bool bodyless = false; ///< whatever the body is, it is not looked at: all arguments stand in the query
};

/// [worker] Calls the operation with the body's members, the path's parameters and the query's, as the caller. Answers now or
/// later. Returns an error, with nothing answered, for a body that is no JSON object. Where the path names a project or repository
/// by a name of before, it leads on to the new one: 301 to who reads, 308 to who writes.
Result<void> operate(const OperationRoute& route, const Operations& operations, const Principal& caller, Request& request);

/// What the documentation needs to know of it, added to the route's options.
RouteOptions documented(const OperationRoute& route, RouteOptions options = worker());

} // namespace netbit::support
