#pragma once
// Whether a data directory is whole, with or without a server that runs on it.

#include "base/Result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace netbit::cli::backup
{

struct DataReport {
    std::vector<std::string> faults; ///< what is lost or damaged, a sentence each
    std::vector<std::string> notes;  ///< what costs room only, or could not be looked at
    std::uint64_t files = 0;         ///< uploads that are good
    std::uint64_t repositories = 0;
    bool good() const noexcept { return faults.empty(); }
};

/// SQLite's own checks, foreign keys, the digest of every upload against its row, uploads without a row, and git fsck of each
/// repository. Writes nothing. Error: there is no database.
base::Result<DataReport> checkData(const std::filesystem::path& data);

/// SQLite's checks alone, of a file that nobody writes.
base::Result<DataReport> checkDatabase(const std::filesystem::path& file);

} // namespace netbit::cli::backup
