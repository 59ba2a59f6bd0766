#pragma once
// Every key of the host: type, default, bounds, meaning. conf/netbit.properties documents the same (a test compares).

#include <cstdint>
#include <span>
#include <string_view>

namespace netbit::app {

enum class KeyType : std::uint8_t { integer, text, choice, flag };

struct HostKey {
    std::string_view name;
    KeyType type;
    std::string_view defaultValue;
    std::int64_t least = 0; ///< integer
    std::int64_t most = 0;
    std::string_view choices = {}; ///< choice: "a|b|c"
    bool live = false;             ///< SIGHUP applies it; else it needs a restart
};

std::span<const HostKey> hostKeys() noexcept;
const HostKey* findHostKey(std::string_view name) noexcept;
/// Whether SIGHUP applies it.
inline bool isLive(std::string_view name) noexcept
{
    const auto* const key = findHostKey(name);
    return key && key->live;
}

} // namespace netbit::app
