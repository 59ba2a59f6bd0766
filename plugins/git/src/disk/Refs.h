#pragma once
// What a push has changed, read from the repository itself.

#include "transport/Packets.h"

#include <netbit/result.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace netbit::git {

/// Those of the commands that have taken place, as the refs are now: a ref that has what the command wanted, or what came after it.
std::vector<Command> done(const std::filesystem::path& repository, const std::vector<Command>& commands);

/// The member "commands" of repositories.begin_push.
std::string commandsJson(const std::vector<Command>& commands);

/// The member "updated" of repositories.end_push: each with its kind, how many commits it brings and the newest of them.
std::string updatedJson(const std::filesystem::path& repository, const std::vector<Command>& updated);

/// Every branch and tag as a command that makes it; branches first, so many at most.
std::vector<Command> newRefs(const std::filesystem::path& repository, std::size_t most);

/// Files that a git that was killed has left: locks of refs, and packs that came half. No git may run in there.
void clearAfterKill(const std::filesystem::path& repository, const std::vector<Command>& commands);

} // namespace netbit::git
