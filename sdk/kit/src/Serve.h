#pragma once
// What runs inside a table's function: nothing that it throws crosses the border, and what is the plugin's bug is told.

#include "Lane.h"
#include "Life.h"
#include "World.h"
#include "border/Convert.h"
#include "storage/Database.h"

#include <initializer_list>
#include <string>

namespace netbit::fake {

using border::absent;
using border::bytesOf;
using border::notNull;
using border::refuseArgument;
using border::str;
using border::structOf;
using border::textOf;

/// The life behind a host pointer, for a function of that name.
inline Life& lifeOf(const nb_host* host, std::string_view function)
{
    if (!host || !host->implementation)
        refuseArgument("host", "is null");
    auto& life = Life::of(host);
    if (life.state() == Life::State::destroyed)
        life.world().violation(std::string(function) + " was called after destroy.");
    return life;
}

/// Complains unless this is one of these threads. Gives whether it is.
inline bool only(Life& life, std::string_view function, std::initializer_list<Lane> lanes)
{
    for (const auto lane : lanes)
        if (lane == here())
            return true;
    life.world().violation(std::string(function) + " was called on " + nameOf(here()) + ", where it must not be.");
    return false;
}

template <class F>
std::int32_t serve(World* world, std::string_view name, nb_error* error, F&& function) noexcept
{
    return border::answer(error, [&]() -> base::Result<void> {
        try {
            return function();
        } catch (const border::BadArgument& bad) {
            if (world)
                world->violation(std::string(name) + ": " + bad.error.detail);
            return bad.error;
        }
    });
}

/// A function that takes the host first.
template <class F>
std::int32_t served(const nb_host* host, std::string_view name, nb_error* error, F&& function) noexcept
{
    auto* const world = host && host->implementation ? &Life::of(host).world() : nullptr;
    return serve(world, name, error, [&]() -> base::Result<void> {
        auto& life = lifeOf(host, name);
        const std::lock_guard lock(life.world().mutex);
        if (auto wanted = life.world().failureOf(name))
            return *wanted;
        return function(life);
    });
}

} // namespace netbit::fake
