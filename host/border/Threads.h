#pragma once
// Which kind of thread this is, where a rule depends on it.

#include "border/Services.h"
#include "net/Reactor.h"

namespace netbit::border {

inline bool onReactor(const Services& services) noexcept
{
    for (unsigned i = 0; i < services.reactors.size(); ++i)
        if (services.reactors.at(i).here())
            return true;
    return false;
}

} // namespace netbit::border
