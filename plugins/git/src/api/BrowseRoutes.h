#pragma once
// Repositories as a client looks at them: each route below /api/projects/{user}/{project}/{repo}/ and /api/git/{user}/{repo}/.

#include "api/Opening.h"
#include "browse/Answer.h"

#include <netbit/draft/bodies.hpp>
#include <netbit/exec.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::git {

/// How a plugin adds a route.
using AddRoute = std::function<void(std::string_view method, std::string_view pattern, netbit::Access access,
                                    std::function<Result<void>(Request&)> handler, const RouteOptions& options)>;

/// Adds it in both places. `name`: "/contents".
void addBoth(const AddRoute& add, std::string_view method, std::string_view name, netbit::Access access,
             const std::function<Result<void>(Request&)>& handler, const RouteOptions& options);

class BrowseRoutes {
public:
    BrowseRoutes(Host host, Opening& opening, const Limits& limits)
        : _opening(opening), _bodies(host), _exec(host), _limits(limits)
    {
    }

    void add(const AddRoute& add); ///< [control] in start

private:
    using Handler = void (BrowseRoutes::*)(Later&, const Opened&) const;
    void one(const AddRoute& add, std::string_view name, Handler handler, std::string_view summary, std::string_view schema);

    void contents(Later& request, const Opened& opened) const;
    void raw(Later& request, const Opened& opened) const;
    void commits(Later& request, const Opened& opened) const;
    void commit(Later& request, const Opened& opened) const;
    void compare(Later& request, const Opened& opened) const;
    void branches(Later& request, const Opened& opened) const;
    void tags(Later& request, const Opened& opened) const;
    void blame(Later& request, const Opened& opened) const;
    void archive(Later& request, const Opened& opened) const;
    void readme(Later& request, const Opened& opened) const;
    void languages(Later& request, const Opened& opened) const;
    void search(Later& request, const Opened& opened) const;

    Opening& _opening;
    Bodies _bodies;
    Exec _exec;
    const Limits _limits;
};

/// The revision that is asked for, or the default branch's; null: no revision is asked for, and the repository is empty.
/// `pinned`: what a cursor says it was. Failure: notFound / revision_not_found.
Owned<git_commit> revisionOf(const Exchange& request, const Opened& opened, const Repository& repository,
                             const std::optional<Cursor>& pinned = std::nullopt);
std::string pathOf(const Exchange& request);

} // namespace netbit::git
