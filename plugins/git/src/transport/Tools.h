#pragma once
// What every request of git's needs.

#include "disk/Gate.h"
#include "disk/Git.h"
#include "disk/Store.h"

#include <netbit/auth.hpp>
#include <netbit/draft/bodies.hpp>
#include <netbit/draft/operations.hpp>
#include <netbit/exec.hpp>
#include <netbit/log.hpp>

namespace netbit::git {

struct Tools {
    explicit Tools(const Host& host, const std::string& folder)
        : auth(host), bodies(host), exec(host), log(host), operations(host), processes(host), git(folder), store(folder)
    {
    }

    Gate gate; // the last to go: whoever has a pass uses it
    Auth auth;
    Bodies bodies;
    Exec exec;
    Log log;
    Operations operations;
    Processes processes;
    Git git;
    Store store;
};

} // namespace netbit::git
