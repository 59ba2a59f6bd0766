#include "cli/backup/DataCheck.h"

#include "base/Descriptor.h"
#include "base/Digest.h"

#include <Poco/Exception.h>
#include <Poco/Pipe.h>
#include <Poco/PipeStream.h>
#include <Poco/Process.h>
#include <Poco/StreamCopier.h>
#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <set>
#include <sqlite3.h>
#include <unistd.h>

namespace netbit::cli::backup
{

namespace
{

namespace fs = std::filesystem;
using base::fault;
using base::Result;
using base::Status;

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, Close>;
using Rows = std::unique_ptr<sqlite3_stmt, Close>;

Result<Handle> open(const fs::path& file)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return fault(Status::notFound, "no_database", "There is no database " + file.string() + '.');
    sqlite3* raw = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
    Handle handle(raw);
    if (result != SQLITE_OK)
        return fault(Status::unavailable, "database_unusable", file.string() + ": " + (raw ? sqlite3_errmsg(raw) : "no memory") + '.');
    sqlite3_busy_timeout(raw, 10'000);
    return handle;
}

/// use(row) for each; a sentence where the engine gives up.
template <class Use> std::string each(sqlite3* handle, const char* sql, Use use)
{
    sqlite3_stmt* raw = nullptr;
    int result = sqlite3_prepare_v2(handle, sql, -1, &raw, nullptr);
    const Rows rows(raw);
    while (result == SQLITE_OK || result == SQLITE_ROW) {
        result = sqlite3_step(raw);
        if (result == SQLITE_ROW)
            use(raw);
    }
    return result == SQLITE_DONE ? std::string() : "The database cannot be read: " + std::string(sqlite3_errmsg(handle)) + '.';
}

std::string text(sqlite3_stmt* row, int column)
{
    const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, column))) : std::string();
}

void checkEngine(sqlite3* handle, DataReport& report)
{
    const auto add = [&](std::string sentence) {
        if (!sentence.empty())
            report.faults.push_back(std::move(sentence));
    };
    add(each(handle, "PRAGMA integrity_check(20)", [&](sqlite3_stmt* row) {
        if (const auto said = text(row, 0); said != "ok")
            add("The database is damaged: " + said + '.');
    }));
    add(each(handle, "PRAGMA foreign_key_check", [&](sqlite3_stmt* row) {
        if (report.faults.size() < 100)
            add("Row " + text(row, 1) + " of " + text(row, 0) + " refers to a row of " + text(row, 2) + " that is not there.");
    }));
}

std::string hex(std::string_view bytes)
{
    std::string out;
    boost::algorithm::hex_lower(bytes, std::back_inserter(out));
    return out;
}

/// What speaks against the file; empty: nothing.
std::string wrongWith(const fs::path& path, std::int64_t size, const std::string& digest)
{
    const base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file)
        return errno == ENOENT ? "is missing" : std::string("cannot be read: ") + std::strerror(errno);
    base::Sha256 sum;
    std::int64_t read = 0;
    std::vector<char> piece(256 * 1024);
    for (;;) {
        const auto got = ::read(file.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::string("cannot be read: ") + std::strerror(errno);
        if (got == 0)
            break;
        read += got;
        sum.add({piece.data(), static_cast<std::size_t>(got)});
    }
    if (read != size)
        return "has " + std::to_string(read) + " bytes instead of " + std::to_string(size);
    return hex(sum.end()) == digest ? std::string() : "is damaged: its SHA-256 is another";
}

/// Whether a file has these bytes still: what is missing may have been deleted while this ran.
bool stillThere(sqlite3* handle, const std::string& digest)
{
    bool found = false;
    each(handle, ("SELECT 1 FROM files WHERE sha256 = x'" + digest + "' LIMIT 1").c_str(), [&](sqlite3_stmt*) { found = true; });
    return found;
}

void checkFiles(sqlite3* handle, const fs::path& folder, DataReport& report)
{
    std::set<std::string> lying; // listed before the rows are, so that a new one is in both
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const auto name = it->path().filename().string();
        if (it.depth() == 0 && (name == "incoming" || name == "thumbnails"))
            it.disable_recursion_pending();
        else if (it->is_regular_file(error))
            lying.insert(name);
    }
    std::map<std::string, std::int64_t> wanted;
    auto failed = each(handle, "SELECT sha256, max(size) FROM files GROUP BY sha256",
                       [&](sqlite3_stmt* row) { wanted.emplace(hex(text(row, 0)), sqlite3_column_int64(row, 1)); });
    std::set<std::string> leaving; // nobody's any more, and known to be
    if (failed.empty())
        failed = each(handle, "SELECT sha256 FROM file_orphans", [&](sqlite3_stmt* row) { leaving.insert(hex(text(row, 0))); });
    if (!failed.empty()) {
        report.faults.push_back(std::move(failed));
        return;
    }
    for (const auto& [digest, size] : wanted) {
        const auto path = folder / digest.substr(0, 2) / digest.substr(2, 2) / digest;
        const auto wrong = wrongWith(path, size, digest);
        if (wrong.empty())
            ++report.files;
        else if (wrong != "is missing" || stillThere(handle, digest))
            report.faults.push_back(path.string() + ' ' + wrong + '.');
    }
    for (const auto& name : lying)
        if (!wanted.contains(name) && !leaving.contains(name))
            report.notes.push_back((folder / name.substr(0, 2) / name.substr(2, 2) / name).string() + " belongs to nothing in the database.");
}

void checkRepositories(const fs::path& folder, DataReport& report)
{
    std::error_code error;
    bool noGit = false;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (it->path().filename().string().starts_with('.')) // the plugin's own: what is being made, what is asked of nobody
            it.disable_recursion_pending();
        if (!it->is_directory(error) || it->path().extension() != ".git" || it->path().filename() == ".git")
            continue;
        it.disable_recursion_pending();
        if (noGit)
            continue;
        try {
            // -c: as root, git refuses what belongs to another unless the command line says otherwise.
            Poco::Pipe out;
            const auto place = "--git-dir=" + it->path().string();
            Poco::Process::Args words;
            for (const auto* const word : {"-c", "safe.directory=*", place.c_str(), "fsck", "--no-progress", "--no-dangling"})
                words.emplace_back(word);
            auto git = Poco::Process::launch("git", words, nullptr, &out, &out);
            Poco::PipeInputStream stream(out);
            std::string said;
            Poco::StreamCopier::copyToString(stream, said);
            const int status = git.wait();
            noGit = status == 72; // Poco's, when the program cannot be started
            if (!noGit && status != 0)
                report.faults.push_back(it->path().string() + " is damaged: " + said.substr(0, said.find('\n')) + '.');
            report.repositories += noGit || status != 0 ? 0 : 1;
        } catch (const Poco::Exception&) {
            noGit = true;
        }
    }
    if (noGit)
        report.notes.push_back("The repositories were not looked at, since there is no git here.");
}

} // namespace

Result<DataReport> checkDatabase(const fs::path& file)
{
    const auto handle = open(file);
    if (!handle)
        return handle.error();
    DataReport report;
    checkEngine(handle->get(), report);
    return report;
}

Result<DataReport> checkData(const fs::path& data)
{
    const auto handle = open(data / "netbit.db");
    if (!handle)
        return handle.error();
    DataReport report;
    checkEngine(handle->get(), report);
    checkFiles(handle->get(), data / "files", report);
    checkRepositories(data / "repositories", report);
    return report;
}

} // namespace netbit::cli::backup
