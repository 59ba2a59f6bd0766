#pragma once
// Backups by themselves: one each so many hours, every so many of them whole, the oldest let go.

#include "services/backup/BackupService.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace netbit::services::backup {

struct ScheduleOptions {
    std::filesystem::path folder;
    std::chrono::hours every{0}; ///< 0: never
    unsigned keep = 14;          ///< archives; with those that they need
    unsigned wholeEvery = 7;     ///< the others have what is new
};

class BackupSchedule {
public:
    explicit BackupSchedule(BackupService& service) : _service(service) {}

    /// [worker, one at a time] Writes one if it is time to, reads it back whole, then lets old ones go. What goes wrong is logged,
    /// and tried again after an hour. Gives whether one was written.
    bool tend(const ScheduleOptions& options);

private:
    base::Result<std::string> writeOne(const ScheduleOptions& options, const std::vector<std::string>& there);

    BackupService& _service;
    std::chrono::steady_clock::time_point _notBefore{};
};

} // namespace netbit::services::backup
