#include "services/backup/BackupSchedule.h"

#include "base/Time.h"
#include "services/log/Log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <unistd.h>

namespace netbit::services::backup {

namespace {

namespace fs = std::filesystem;
using base::fault;
using base::Result;
using base::Status;

constexpr std::string_view prefix = "netbit-";
constexpr std::string_view whole = "-whole.tar";
constexpr std::string_view more = "-more.tar";

bool isWhole(const std::string& name) { return name.ends_with(whole); }

/// netbit-20261128T213000Z-whole.tar: the order of names is that of time.
std::vector<std::string> archivesIn(const fs::path& folder)
{
    std::vector<std::string> out;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (const auto name = it->path().filename().string(); name.starts_with(prefix) && (name.ends_with(whole) || name.ends_with(more)))
            out.push_back(name);
    std::sort(out.begin(), out.end());
    return out;
}

std::string stamp(base::Millis at)
{
    std::string out;
    for (const char c : base::rfc3339(at).substr(0, 19))
        if (c != '-' && c != ':')
            out += c;
    return out + 'Z';
}

Result<void> append(int file, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto done = ::write(file, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fault(errno == ENOSPC || errno == EDQUOT ? Status::storageFull : Status::unavailable, "write_failed", std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return {};
}

/// All but the newest `keep`, and but those that these need. One that cannot be read needs nothing, and is kept: somebody has
/// to look at it.
void letGo(const fs::path& folder, unsigned keep)
{
    auto names = archivesIn(folder);
    if (names.size() <= keep)
        return;
    std::set<std::string> needed(names.end() - keep, names.end());
    for (auto it = names.end() - keep; it != names.end(); ++it)
        if (const auto manifest = base::readBackup(folder / *it))
            for (const auto& entry : manifest->entries)
                if (!entry.in.empty())
                    needed.insert(entry.in);
    for (const auto& name : names)
        if (!needed.contains(name)) {
            std::error_code error;
            fs::remove(folder / name, error);
            log::info("backup", "An old backup is let go", {{"file", (folder / name).string()}});
        }
}

} // namespace

bool BackupSchedule::tend(const ScheduleOptions& options)
{
    const auto now = std::chrono::steady_clock::now();
    if (options.every.count() == 0 || now < _notBefore)
        return false;
    const auto there = archivesIn(options.folder);
    const auto due = base::now() - std::chrono::duration_cast<std::chrono::milliseconds>(options.every).count();
    if (!there.empty() && there.back().substr(0, prefix.size() + 16) > std::string(prefix) + stamp(due))
        return false;
    const auto written = writeOne(options, there);
    if (!written) {
        _notBefore = now + std::chrono::hours(1);
        log::error("backup", "No backup was written", {{"folder", options.folder.string()}, {"why", written.error().detail}});
        return false;
    }
    log::info("backup", "A backup was written and read back", {{"file", *written}});
    letGo(options.folder, options.keep);
    return true;
}

Result<std::string> BackupSchedule::writeOne(const ScheduleOptions& options, const std::vector<std::string>& there)
{
    std::error_code error;
    fs::create_directories(options.folder, error);
    Known known;
    const auto lastWhole = std::find_if(there.rbegin(), there.rend(), isWhole);
    const bool onTop = lastWhole != there.rend() && lastWhole - there.rbegin() + 1 < static_cast<std::ptrdiff_t>(options.wholeEvery);
    if (onTop) {
        auto manifest = base::readBackup(options.folder / there.back());
        if (!manifest)
            return manifest.error();
        for (auto& entry : manifest->entries)
            if (base::backupImmutable(entry.path)) {
                entry.in = entry.in.empty() ? there.back() : entry.in;
                const auto path = entry.path;
                known.emplace(path, std::move(entry));
            }
    }
    const auto file = options.folder / (std::string(prefix) + stamp(base::now()) + std::string(onTop ? more : whole));
    const auto part = file.string() + ".part";
    const base::Descriptor out(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out)
        return fault(Status::unavailable, "write_failed", part + ": " + std::strerror(errno) + '.');
    Result<void> appended;
    auto written = _service.write(known, [&](std::string_view bytes) {
        appended = append(out.get(), bytes);
        return appended.ok();
    });
    if (!appended)
        written = fault(appended.status(), "write_failed", part + ": " + appended.error().detail + '.');
    if (written && ::fsync(out.get()) != 0)
        written = fault(Status::unavailable, "write_failed", part + ": " + std::strerror(errno) + '.');
    if (written) {
        const auto manifest = base::readBackup(part);
        written = manifest ? base::walkBackup(part, *manifest, [this](const auto&, std::string_view) {
                                 return _service.stopped() ? Result<void>(fault(Status::closed, "cut_short", "The server ends.")) : Result<void>();
                             })
                           : Result<void>(manifest.error());
    }
    if (written && ::rename(part.c_str(), file.c_str()) != 0)
        written = fault(Status::unavailable, "write_failed", file.string() + ": " + std::strerror(errno) + '.');
    if (!written) {
        ::unlink(part.c_str());
        return written.error();
    }
    return file.string();
}

} // namespace netbit::services::backup
