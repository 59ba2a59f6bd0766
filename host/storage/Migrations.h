#pragma once
// Numbered steps of a schema: each runs once, in order, and is remembered with the digest of its text.

#include "base/Result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

class Database;

struct Migration {
    int number; ///< 1, 2, 3 … without a gap
    std::string_view name;
    std::string_view sql;
};

/// Runs what is missing for `owner` ("netbit" or a plugin's id), all in one transaction; before the writer starts, or
/// on its thread. Tables touched must start with `tablePrefix` when that is not empty. Error: conflict /
/// migration_changed (a step already applied has another text now), conflict / database_newer (the database knows a
/// step that this build does not), or what the engine says, with the step's number and name.
base::Result<void> migrate(Database& database, std::string_view owner, std::span<const Migration> steps,
                           std::string_view tablePrefix = {});

/// Names of the steps that the database has of `owner`, in order. [any but a thread inside of a read]
std::vector<std::string> appliedMigrations(Database& database, std::string_view owner);

/// The host's own schema.
std::span<const Migration> hostMigrations() noexcept;

} // namespace netbit::storage
