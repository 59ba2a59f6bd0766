#pragma once
// Where the programs are that netbitd starts.

#include <filesystem>
#include <string_view>

namespace netbit::app {

/// Beside netbitd, as in a build; else in ../libexec/netbit, as installed.
std::filesystem::path helperProgram(const std::filesystem::path& programDirectory, std::string_view name);

} // namespace netbit::app
