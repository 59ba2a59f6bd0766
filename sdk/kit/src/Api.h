#pragma once
// What every function of netbit/kit.h does at its door: arguments are looked at, and nothing is thrown through it.

#include "World.h"
#include "border/Convert.h"

#include <memory>

struct nb_kit {
    std::unique_ptr<netbit::fake::World> world;
};

namespace netbit::border {

// As in border/Sizes.h: up to the last member of 1.0.
template <>
inline constexpr std::size_t leastSize<nb_kit_options> = offsetof(nb_kit_options, body_bytes) + sizeof(nb_kit_options::body_bytes);
template <>
inline constexpr std::size_t leastSize<nb_kit_request> = offsetof(nb_kit_request, peer) + sizeof(nb_kit_request::peer);

} // namespace netbit::border

namespace netbit::fake {

using border::absent;
using border::bytesOf;
using border::notNull;
using border::refuseArgument;
using border::str;
using border::structOf;

template <class F>
std::int32_t atDoor(nb_kit* kit, nb_error* error, F&& function) noexcept
{
    return border::answer(error, [&]() -> base::Result<void> { return function(*notNull(kit, "kit").world); });
}

template <class F>
void atDoor(nb_kit* kit, F&& function) noexcept
{
    border::quietly([&] { function(*notNull(kit, "kit").world); });
}

/// The settings as the real host takes them from its files.
base::Result<border::SettingsPtr> settingsOf(const loader::Manifest& manifest, const nb_kit_setting* given,
                                             std::size_t count);
/// Everything about a library before it is loaded: manifest, settings.
base::Result<std::unique_ptr<World>> worldOf(const nb_kit_options& options);

} // namespace netbit::fake
