#pragma once
// Writes a backup of the data directory while everybody goes on working. base/Backup.h says what is in one.

#include "base/Backup.h"
#include "base/Result.h"
#include "services/files/FileService.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace netbit::services::backup {

/// Files that an earlier backup has already, by their paths, with the archive that has their bytes.
using Known = std::map<std::string, base::BackupEntry, std::less<>>;

class BackupService {
public:
    BackupService(std::filesystem::path data, files::FileService& files, std::string version)
        : _data(std::move(data)), _files(files), _version(std::move(version))
    {
    }

    /// [worker] One at a time. First the database, as it is at one moment: everything acknowledged before is in it. Then what it
    /// names, which nobody removes meanwhile, and the repositories, which may be newer than the database. `sink`: the archive's
    /// bytes; false ends it. Errors: conflict / backup_running; storageFull; unavailable / read_failed; closed / cut_short.
    using Sink = std::function<bool(std::string_view)>;
    /// [any] For good: one that is being written ends at its next piece, with closed / cut_short.
    void stop() noexcept { _stopped = true; }
    bool stopped() const noexcept { return _stopped; }
    base::Result<void> write(const Known& known, const Sink& sink);

private:
    std::filesystem::path _data;
    files::FileService& _files;
    std::string _version;
    std::mutex _running;
    std::atomic<bool> _stopped{false};
};

} // namespace netbit::services::backup
