#pragma once
// The tables that plugins offer to each other.

#include "border/Generation.h"
#include <netbit/provide.h>

#include <map>
#include <memory>
#include <string>

/// One table of one generation. A lease is a count on that generation, so all leases of a table are one object.
struct nb_lease final {
    nb_lease(netbit::border::Generation& owner, std::string offered, const void* given, void* argument)
        : generation(owner), id(std::move(offered)), table(given), user(argument)
    {
    }
    netbit::border::Generation& generation;
    const std::string id;
    const void* const table;
    void* const user;
};

namespace netbit::border {

/// What is live, by id. Replaced whole, like the routes. The lease may be looked at only after the generation was entered.
struct Provided {
    struct One {
        std::shared_ptr<Generation> generation;
        nb_lease* lease = nullptr;
    };
    std::map<std::string, One, std::less<>> byId;
};

} // namespace netbit::border
