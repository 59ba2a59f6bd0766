#pragma once
// A data directory out of a backup.

#include "base/Backup.h"

#include <filesystem>

namespace netbit::cli::backup
{

/// Into a directory that is not there, or is empty: its owner then owns all. Everything is read and checked once before
/// anything is written; what cannot be finished is taken away again. Errors: those of base/Backup.h; conflict / not_empty;
/// storageFull, unavailable / write_failed.
base::Result<base::BackupManifest> restore(const std::filesystem::path& archive, const std::filesystem::path& data);

} // namespace netbit::cli::backup
