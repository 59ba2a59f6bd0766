#pragma once
// What is in a backup: a tar archive of the data directory, whose last entry, MANIFEST, lists every file with its size and
// SHA-256. An incremental one lists all files too; "in" names the archive, in the same folder, that has the bytes of those whose
// path says what they hold (uploads, objects of git), so each archive needs the ones that it names, and no other.

#include "base/Result.h"
#include "base/Tar.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::base {

struct BackupEntry {
    std::string path; ///< relative, in the data directory
    std::uint64_t size = 0;
    std::string sha256; ///< hex
    std::string in;     ///< the archive that has it; empty: this one
};

struct BackupManifest {
    std::string madeAt; ///< RFC 3339; everything acknowledged before is in it
    std::string version; ///< of the server
    std::vector<BackupEntry> entries;
};

constexpr std::string_view backupManifest = "MANIFEST";

/// One line; readBackupEntry() reads it back. Error: malformed / bad_archive.
std::string backupEntryLine(const BackupEntry& entry);
Result<BackupEntry> readBackupEntry(std::string_view line);
/// The whole text of MANIFEST, sealed with a digest of itself.
std::string backupManifestText(const BackupManifest& manifest);

/// Whether the same path always holds the same bytes: uploads lie under their digest, as do objects of git.
bool backupImmutable(std::string_view path) noexcept;

/// Reads the list, and looks whether the archive has exactly what it says; the bytes are not read.
Result<BackupManifest> readBackup(const std::filesystem::path& archive);

/// Calls `take` for each file of the backup with its entry, and its bytes piece by piece (then with an empty piece: it was
/// whole), wherever they are. Every digest is checked. Errors: malformed / bad_archive naming the file; notFound / no_archive
/// for a missing earlier one; what `take` returns.
using BackupTake = std::function<Result<void>(const BackupEntry&, std::string_view piece)>;
Result<void> walkBackup(const std::filesystem::path& archive, const BackupManifest& manifest, const BackupTake& take);

} // namespace netbit::base
