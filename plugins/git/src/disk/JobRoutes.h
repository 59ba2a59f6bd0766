#pragma once
// The routes that put work on a repository: import, fork, mirror, upkeep; and what has become of it.

#include "disk/Upkeep.h"
#include "transport/Access.h"

#include <netbit/http.hpp>

#include <functional>

namespace netbit::git {

/// All [worker], as route handlers.
class JobRoutes {
public:
    JobRoutes(Tools& tools, Jobs& jobs, Upkeep& upkeep) : _tools(tools), _jobs(jobs), _upkeep(upkeep) {}

    Result<void> list(Request& request) const;
    Result<void> importBundle(Request& request) const;
    Result<void> importUrl(Request& request) const;
    Result<void> fork(Request& request) const;
    Result<void> setMirror(Request& request) const;
    Result<void> upkeep(Request& request) const;

private:
    struct Found {
        Later request;
        Principal caller;
        Access access;
    };
    enum class Need { read, manage };
    void find(Request& request, Need need, std::function<void(Found)> then) const;
    void startImport(Found found, std::vector<std::string> options, std::string from, std::function<void()> clear) const;
    void copyInto(std::int64_t fork, const Principal& caller, const Access& source) const;
    static void answer(Later& request, const Result<std::int64_t>& job);

    class BundleTaking;
    Tools& _tools;
    Jobs& _jobs;
    Upkeep& _upkeep;
};

} // namespace netbit::git
