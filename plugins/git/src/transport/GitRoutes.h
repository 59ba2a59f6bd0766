#pragma once
// The routes of git's smart HTTP (gitprotocol-http(5)). What a URL names is asked of the host, and is never a path or an option here.

#include "transport/Access.h"
#include "transport/Tools.h"

#include <functional>
#include <string_view>

namespace netbit::git {

/// All [worker], as route handlers.
class GitRoutes {
public:
    explicit GitRoutes(Tools& tools) : _tools(tools) {}

    /// GET …/info/refs?service=…
    Result<void> refs(Request& request) const;
    /// POST …/git-upload-pack
    Result<void> fetch(Request& request) const;
    /// POST …/git-receive-pack
    Result<void> push(Request& request) const;

private:
    struct Asked;
    using Then = void (GitRoutes::*)(Asked asked, const Access& access) const;

    Result<void> find(Request& request, bool pushes, Then then) const;
    void tellRefs(Asked asked, const Access& access) const;
    void serveFetch(Asked asked, const Access& access) const;
    void servePush(Asked asked, const Access& access) const;

    Tools& _tools;
};

} // namespace netbit::git
