#pragma once
// What a plugin's library says about itself, before any of its calls is made.

#include "base/Result.h"
#include <netbit/plugin.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::border {

/// The name of the one symbol; its type is EntryFunction.
inline constexpr const char* entrySymbol = "netbit_plugin_entry";
using EntryFunction = const nb_plugin_entry*();

/// Asks the library, under guard, and checks the answer: magic, size, ABI, that id and version are the manifest's, that
/// there is a table of calls.
/// Error: invalid / bad_magic, bad_entry, abi_mismatch (with both versions).
base::Result<const nb_plugin_entry*> readEntry(EntryFunction& function, const std::string& id, std::string_view version);

std::string hostAbi(); ///< "1.0"
/// Whether this host can run plugins of that ABI.
bool abiFits(std::uint16_t major, std::uint16_t minor) noexcept;

} // namespace netbit::border
