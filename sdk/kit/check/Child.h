#pragma once
// The rounds in a process of their own: a plugin that crashes or hangs brings that down, and is told here.

#include "Rounds.h"

#include <chrono>

namespace netbit::check {

/// Error of the system: throws std::system_error.
void runRoundsInChild(const RoundOptions& options, const loader::Manifest& manifest, std::chrono::seconds patience,
                      Findings& findings);

} // namespace netbit::check
