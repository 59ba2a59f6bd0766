#pragma once
// Which handler answers a method and a path. The table is immutable and swapped whole.

#include "base/Result.h"
#include "base/SharedCell.h"
#include "edge/Exchange.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::edge {

enum class Outcome : std::uint8_t {
    replied,    ///< reply(), problem() or stream() was called, or the exchange was kept to be answered later
    wouldBlock, ///< not answered: call again on a worker
};

class RouteHandler {
public:
    virtual ~RouteHandler() = default;
    /// On the reactor when the route is fast, else on a worker. An exception becomes a 500.
    virtual Outcome handle(Exchange& exchange) = 0;
};

/// Who may call. The edge stores it; the Gate decides.
enum class Access : std::uint8_t { undeclared = 0, anyone, user, admin, local };

struct Route {
    std::string method;  ///< GET, POST… (HEAD follows GET, OPTIONS is answered by the edge)
    std::string pattern; ///< "/api/chats/{id}/messages"; a last segment "{rest...}" takes what remains
    Access access = Access::undeclared;
    bool fast = false;   ///< reads memory only: runs on the reactor
    bool streamed = false; ///< the handler is called with the head, and takes the body as it comes (Exchange::receive)
    std::size_t maxBodyBytes = 0; ///< 0: the edge's default
    std::string owner;   ///< plugin id, for errors and metrics
    std::string summary; ///< one line for the API documentation
    std::string operation; ///< the host's operation that it is, or empty; for the documentation too
    std::string schema;    ///< JSON object as nb_route::schema has it, or empty
    std::optional<std::vector<std::string>> query; ///< the only parameters that the query may have; nothing: any
    std::string challenge; ///< WWW-Authenticate of a 401; empty: Bearer (git's routes want Basic)
    std::shared_ptr<RouteHandler> handler;
};

struct Match {
    const Route* route = nullptr;                ///< nullptr: see allow
    std::vector<std::pair<std::string_view, std::string_view>> params; ///< names from the pattern, raw values
    std::string allow;                           ///< methods the path knows, for 405; empty means 404
};

class RouteTable {
public:
    /// Error: conflict / duplicate_route naming both owners; invalid / bad_pattern; invalid / access_undeclared.
    /// A literal segment is tried before a parameter.
    static base::Result<std::shared_ptr<const RouteTable>> build(std::vector<Route> routes);
    virtual ~RouteTable() = default;
    Match match(std::string_view method, std::string_view path) const
    {
        Match found;
        match(method, path, found);
        return found;
    }
    /// The same into a Match whose memory is used again.
    virtual void match(std::string_view method, std::string_view path, Match& found) const = 0;
    virtual const std::string& allMethods() const noexcept = 0; ///< Allow of `OPTIONS *`
    virtual const std::vector<Route>& routes() const noexcept = 0;
};

class Router {
public:
    std::shared_ptr<const RouteTable> table() const noexcept { return _table.load(); }
    void swap(std::shared_ptr<const RouteTable> table) noexcept { _table.store(std::move(table)); }

private:
    base::SharedCell<const RouteTable> _table;
};

/// Decides whether a request may reach its route, before its handler sees it; sets exchange.principal.
/// Runs on the reactor: memory only. `wouldBlock` sends the request to a worker, where it is asked again.
class Gate {
public:
    virtual ~Gate() = default;
    virtual base::Result<void> admit(Exchange& exchange, const Route& route) = 0;
};

} // namespace netbit::edge
