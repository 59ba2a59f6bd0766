#pragma once
// What can be said of a plugin's files before any of its code runs.

#include "Findings.h"
#include "loader/Manifest.h"

#include <filesystem>
#include <optional>

namespace netbit::check {

/// Nothing: its code must not be run, and the findings say why.
std::optional<loader::Manifest> lookAtFiles(const std::filesystem::path& library, const std::filesystem::path& manifest,
                                            Findings& findings);

} // namespace netbit::check
