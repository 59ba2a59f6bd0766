// netbit backup, restore, verify.
#include "cli/Admin.h"
#include "cli/Commands.h"
#include "cli/backup/DataCheck.h"
#include "cli/backup/Restore.h"

#include "base/Backup.h"
#include "base/Descriptor.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace netbit::cli
{

namespace
{

namespace fs = std::filesystem;
using base::fault;
using base::Result;
using base::Status;

base::Error unwritable(const std::string& file)
{
    return fault(Status::storageFull, "unwritable", file + " cannot be written: " + std::strerror(errno != 0 ? errno : EIO) + '.');
}

/// What an earlier backup has and need not be sent again, as the server wants it.
Result<std::string> knownOf(const fs::path& earlier)
{
    auto manifest = base::readBackup(earlier);
    if (!manifest)
        return manifest.error();
    std::string out;
    for (auto& entry : manifest->entries) {
        if (!base::backupImmutable(entry.path))
            continue;
        if (entry.in.empty())
            entry.in = earlier.filename().string();
        out += base::backupEntryLine(entry);
    }
    return out;
}

Result<void> receive(const Arguments& arguments, const std::string& known, const std::string& file)
{
    const base::Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out)
        return unwritable(file);
    bool written = true;
    const auto reply = adminHttp(arguments).receive("/admin/backup", known, [&](std::string_view bytes) {
        while (written && !bytes.empty()) {
            const auto done = ::write(out.get(), bytes.data(), bytes.size());
            written = done >= 0 || errno == EINTR;
            bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(done, 0)));
        }
        return written;
    });
    if (!reply)
        return reply.error();
    if (reply->status != 200)
        return document(*reply).error();
    return written && ::fsync(out.get()) == 0 ? Result<void>() : unwritable(file);
}

/// Every byte of it, and of the earlier ones that it needs; the database is put beside it for a moment to be looked at.
Result<base::BackupManifest> checkArchive(const fs::path& archive)
{
    auto manifest = base::readBackup(archive);
    if (!manifest)
        return manifest;
    const auto copy = archive.string() + ".db-check";
    struct Removed {
        const std::string& path;
        ~Removed() { ::unlink(path.c_str()); }
    } const removed{copy};
    base::Descriptor out(::open(copy.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out)
        return unwritable(copy);
    auto walked = base::walkBackup(archive, *manifest, [&](const base::BackupEntry& entry, std::string_view piece) -> Result<void> {
        if (entry.path == "netbit.db")
            while (!piece.empty()) {
                const auto done = ::write(out.get(), piece.data(), piece.size());
                if (done < 0 && errno != EINTR)
                    return unwritable(copy);
                piece.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(done, 0)));
            }
        return {};
    });
    if (!walked)
        return walked.error();
    out.reset();
    const auto report = backup::checkDatabase(copy);
    if (!report)
        return report.error();
    if (!report->good())
        return fault(Status::malformed, "bad_archive", archive.string() + ": " + report->faults.front());
    return manifest;
}

std::uint64_t bytesOf(const base::BackupManifest& manifest)
{
    std::uint64_t sum = 0;
    for (const auto& entry : manifest.entries)
        sum += entry.size;
    return sum;
}

void tell(const Arguments& arguments, Terminal& terminal, const base::BackupManifest& manifest, std::string_view what)
{
    std::size_t earlier = 0;
    for (const auto& entry : manifest.entries)
        earlier += entry.in.empty() ? 0 : 1;
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(boost::json::object{{"made_at", manifest.madeAt},
                                                                   {"version", manifest.version},
                                                                   {"files", manifest.entries.size()},
                                                                   {"in_earlier_backups", earlier},
                                                                   {"bytes", bytesOf(manifest)}})
                     << '\n';
    else
        terminal.out << what << ": " << manifest.entries.size() << " files, " << bytesOf(manifest) << " bytes, as of " << manifest.madeAt
                     << (earlier > 0 ? ", " + std::to_string(earlier) + " of them in earlier backups" : "") << ". Every byte was checked.\n";
}

ExitCode makeBackup(const Arguments& arguments, Terminal& terminal)
{
    const fs::path file = fs::absolute(arguments.plain()[0]);
    std::string known;
    if (arguments.has("since")) {
        const fs::path earlier = fs::absolute(arguments.value("since"));
        if (earlier.parent_path().lexically_normal() != file.parent_path().lexically_normal() || earlier.filename() == file.filename())
            return complain(terminal, fault(Status::invalid, "wrong_usage",
                                            "An incremental backup lies beside the one that it builds upon, under another name."));
        auto list = knownOf(earlier);
        if (!list)
            return complain(terminal, list.error());
        known = std::move(*list);
    }
    const auto part = file.string() + ".part";
    auto done = receive(arguments, known, part);
    Result<base::BackupManifest> checked = done ? checkArchive(part) : Result<base::BackupManifest>(done.error());
    if (done && !checked && checked.error().code == "bad_archive")
        checked = fault(Status::closed, "cut_short",
                        "What the server sent is no whole backup; its log may say why. " + std::string(checked.error().detail));
    if (checked && ::rename(part.c_str(), file.c_str()) != 0)
        checked = unwritable(file);
    if (!checked) {
        ::unlink(part.c_str());
        return complain(terminal, checked.error());
    }
    tell(arguments, terminal, *checked, file.string());
    return success;
}

ExitCode restoreBackup(const Arguments& arguments, Terminal& terminal)
{
    if (!arguments.has("data"))
        return complain(terminal, fault(Status::invalid, "wrong_usage", "Say where it goes: netbit restore FILE --data DIR."));
    const auto manifest = backup::restore(fs::absolute(arguments.plain()[0]), fs::absolute(arguments.value("data")).lexically_normal());
    if (!manifest)
        return complain(terminal, manifest.error());
    tell(arguments, terminal, *manifest, arguments.value("data"));
    return success;
}

ExitCode verifyData(const Arguments& arguments, Terminal& terminal)
{
    const auto data = dataDirectory(arguments);
    const auto report = backup::checkData(data);
    if (!report)
        return complain(terminal, report.error());
    if (arguments.has("json")) {
        boost::json::array faults(report->faults.begin(), report->faults.end());
        boost::json::array notes(report->notes.begin(), report->notes.end());
        terminal.out << boost::json::serialize(boost::json::object{{"good", report->good()},
                                                                   {"faults", std::move(faults)},
                                                                   {"notes", std::move(notes)},
                                                                   {"files", report->files},
                                                                   {"repositories", report->repositories}})
                     << '\n';
    } else {
        for (const auto& sentence : report->faults)
            terminal.out << "FAULT  " << sentence << '\n';
        for (const auto& sentence : report->notes)
            terminal.out << "note   " << sentence << '\n';
        terminal.out << data << ": " << (report->good() ? "the database is good" : "something is wrong") << ", " << report->files << " files and "
                     << report->repositories << " repositories are as they were written.\n";
    }
    return report->good() ? success : failed;
}

ExitCode verify(const Arguments& arguments, Terminal& terminal)
{
    if (arguments.plain().empty())
        return verifyData(arguments, terminal);
    const auto manifest = checkArchive(fs::absolute(arguments.plain()[0]));
    if (!manifest)
        return complain(terminal, manifest.error());
    tell(arguments, terminal, *manifest, arguments.plain()[0]);
    return success;
}

} // namespace

std::vector<Command> backupCommands()
{
    return {{"backup",
             "FILE [--since EARLIER]",
             "Writes a backup of everything into FILE, a tar archive, while the server runs, and reads it back.",
             {{"since", "", "EARLIER", "an earlier backup in the same folder: uploads and objects of git that it has are left out"},
              dataOption,
              jsonOption},
             1,
             1,
             makeBackup},
            {"restore",
             "FILE --data DIR",
             "Makes a data directory out of a backup; no server runs there yet.",
             {{"data", "", "DIR", "a directory that is empty, or not there yet"}, jsonOption},
             1,
             1,
             restoreBackup},
            {"verify",
             "[FILE]",
             "Checks a backup, or without FILE the data directory: database, digests, references, repositories.",
             {dataOption, jsonOption},
             0,
             1,
             verify}};
}

} // namespace netbit::cli
