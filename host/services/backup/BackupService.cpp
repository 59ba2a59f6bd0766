#include "services/backup/BackupService.h"

#include "base/Digest.h"
#include "base/Time.h"
#include "storage/Database.h"
#include "storage/FileRepository.h"

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace netbit::services::backup {

namespace {

namespace fs = std::filesystem;
using base::BackupEntry;
using base::fault;
using base::Result;
using base::Status;

std::string hex(std::string_view bytes)
{
    std::string out;
    boost::algorithm::hex_lower(bytes, std::back_inserter(out));
    return out;
}

/// What came before the file could be read: a lock, or something half written. Nothing that git needs has such a name.
bool passing(const std::string& name)
{
    return name.ends_with(".lock") || name.starts_with("tmp_") || name.starts_with(".tmp-");
}

class Writing {
public:
    Writing(const fs::path& data, const Known& known, const BackupService::Sink& sink) : _data(data), _known(known), _sink(sink) {}

    /// From `from`, under the name `path`. notFound / gone: it is not there any more.
    Result<void> add(const std::string& path, const fs::path& from)
    {
        if (_done.contains(path))
            return {};
        const base::Descriptor file(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!file && errno == ENOENT)
            return fault(Status::notFound, "gone", path + " is gone.");
        struct stat facts{};
        if (!file || ::fstat(file.get(), &facts) != 0)
            return unreadable(from);
        const auto size = static_cast<std::uint64_t>(facts.st_size);
        if (base::backupImmutable(path))
            if (const auto known = _known.find(path); known != _known.end() && known->second.size == size) {
                note(known->second);
                return {};
            }
        if (!put(base::tarHead(path, size, facts.st_mode & 0777, facts.st_mtime)))
            return cutShort();
        base::Sha256 sum;
        for (auto left = size; left > 0;) {
            const auto got = ::read(file.get(), _piece.data(), std::min<std::uint64_t>(left, _piece.size()));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return unreadable(from);
            const std::string_view bytes(_piece.data(), static_cast<std::size_t>(got));
            sum.add(bytes);
            if (!put(bytes))
                return cutShort();
            left -= bytes.size();
        }
        if (!put(std::string(base::tarPadding(size), '\0')))
            return cutShort();
        note({path, size, hex(sum.end()), {}});
        return {};
    }

    /// Every file below. Whoever vanishes meanwhile is not in it.
    Result<void> addFolder(const std::string& folder)
    {
        return addAll(below(folder));
    }

    /// A bare repository that is pushed to and repacked meanwhile. Everything is read in the order in which git itself finds it:
    /// - refs that are files, then packed-refs: a ref is put there before its file goes;
    /// - refs before objects: what a ref names is there before the ref is;
    /// - loose objects before packs: an object is in its pack before its file goes. Packs are exchanged for others, so both are read
    ///   again until the packs have stayed the same.
    Result<void> addRepository(const std::string& repository)
    {
        auto outside = below(repository, "objects");
        std::stable_partition(outside.begin(), outside.end(),
                              [&](const std::string& path) { return path.starts_with(repository + "/refs/"); });
        if (auto added = addAll(outside); !added)
            return added;
        constexpr int mostPasses = 20;
        for (int pass = 0; pass < mostPasses; ++pass) {
            const auto before = below(repository + "/objects/pack");
            bool gone = false;
            auto added = addAll(below(repository + "/objects", "pack"), &gone);
            if (added)
                added = addAll(below(repository + "/objects/pack"), &gone);
            if (!added)
                return added;
            if (!gone && below(repository + "/objects/pack") == before)
                return {};
        }
        return fault(Status::unavailable, "read_failed", repository + " is repacked all the time.");
    }

    Result<void> addRepositories()
    {
        std::error_code error;
        std::vector<std::string> repositories;
        for (fs::recursive_directory_iterator it(_data / "repositories", error), end; !error && it != end; it.increment(error))
            if (it->path().extension() == ".git") {
                it.disable_recursion_pending();
                repositories.push_back(it->path().lexically_relative(_data).generic_string());
            }
        if (error && error != std::errc::no_such_file_or_directory)
            return fault(Status::unavailable, "read_failed", "repositories: " + error.message() + '.');
        for (const auto& repository : repositories)
            if (auto added = addRepository(repository); !added)
                return added;
        return {};
    }

    Result<void> finish(base::BackupManifest manifest)
    {
        if (!_unlisted.empty())
            return fault(Status::unavailable, "read_failed", _unlisted);
        manifest.entries = std::move(_entries);
        const auto text = base::backupManifestText(manifest);
        const auto now = base::now() / 1000;
        if (!put(base::tarHead(base::backupManifest, text.size(), 0600, now)) || !put(text) ||
            !put(std::string(base::tarPadding(text.size()), '\0')) || !put(base::tarEnd()))
            return cutShort();
        return {};
    }

private:
    /// Regular files, sorted; without the folder `but` in it.
    std::vector<std::string> below(const std::string& folder, std::string_view but = {})
    {
        constexpr int mostTries = 100;
        std::error_code error;
        for (int i = 0; i < mostTries; ++i) {
            auto out = list(folder, but, error);
            if (!error || !fs::exists(_data / folder))
                return out;
        }
        _unlisted = folder + ": " + error.message() + '.';
        return {};
    }

    /// A folder in it that vanishes meanwhile is an error: the list has ended too early.
    std::vector<std::string> list(const std::string& folder, std::string_view but, std::error_code& error) const
    {
        std::vector<std::string> out;
        error.clear();
        for (fs::recursive_directory_iterator it(_data / folder, error), end; !error && it != end; it.increment(error)) {
            std::error_code vanished;
            if (it.depth() == 0 && !but.empty() && it->path().filename() == but)
                it.disable_recursion_pending();
            else if (fs::symlink_status(it->path(), vanished).type() == fs::file_type::regular && !passing(it->path().filename()))
                out.push_back(it->path().lexically_relative(_data).generic_string());
        }
        std::sort(out.begin(), out.end());
        return out;
    }

    Result<void> addAll(const std::vector<std::string>& paths, bool* gone = nullptr)
    {
        for (const auto& path : paths)
            if (auto added = add(path, _data / path); !added) {
                if (added.status() != Status::notFound)
                    return added;
                if (gone)
                    *gone = true;
            }
        return {};
    }

    bool put(std::string_view bytes) { return bytes.empty() || _sink(bytes); }
    void note(const BackupEntry& entry)
    {
        _done.emplace(entry.path);
        _entries.push_back(entry);
    }
    static base::Error unreadable(const fs::path& file)
    {
        return fault(Status::unavailable, "read_failed", file.string() + ": " + std::strerror(errno != 0 ? errno : EIO) + '.');
    }
    static base::Error cutShort() { return fault(Status::closed, "cut_short", "Nobody takes the backup any more."); }

    const fs::path& _data;
    const Known& _known;
    const BackupService::Sink& _sink;
    std::vector<char> _piece = std::vector<char>(256 * 1024);
    std::set<std::string, std::less<>> _done;
    std::vector<BackupEntry> _entries;
    std::string _unlisted; // a folder that could not be
};

/// A file that goes with its owner.
struct Temporary {
    fs::path path;
    ~Temporary()
    {
        std::error_code error;
        fs::remove(path, error);
    }
};

} // namespace

Result<void> BackupService::write(const Known& known, const Sink& sink)
{
    const std::unique_lock running(_running, std::try_to_lock);
    if (!running)
        return fault(Status::conflict, "backup_running", "Another backup is being written.");
    const auto kept = _files.keepAll(); // before the database is copied: what it names stays
    const Temporary copy{_data / "backup.db"};
    std::error_code error;
    fs::remove(copy.path, error); // of one that was killed
    std::vector<std::string> digests;
    const auto madeAt = base::now();
    auto copied = storage::copySqlite((_data / "netbit.db").string(), copy.path.string(), [&](storage::Connection& connection) {
        storage::FileRepository::eachDigest(connection, [&](std::string_view sha256, std::int64_t) { digests.push_back(hex(sha256)); });
    });
    if (!copied)
        return copied;
    const Sink unlessStopped = [&](std::string_view bytes) { return !_stopped && sink(bytes); };
    // What is missing is told before the first byte, when it can still be an answer.
    const auto placeOf = [](const std::string& digest) {
        return "files/" + digest.substr(0, 2) + '/' + digest.substr(2, 2) + '/' + digest;
    };
    for (const auto& digest : digests)
        if (!fs::exists(_data / placeOf(digest), error))
            return fault(Status::unavailable, "read_failed", placeOf(digest) + " is missing; `netbit verify` tells what else is.");
    Writing writing(_data, known, unlessStopped);
    if (auto added = writing.add("netbit.db", copy.path); !added)
        return added;
    for (const auto& digest : digests) {
        if (auto added = writing.add(placeOf(digest), _data / placeOf(digest)); !added)
            return added;
    }
    for (const auto* const folder : {"secrets", "plugins"})
        if (auto added = writing.addFolder(folder); !added)
            return added;
    if (auto added = writing.addRepositories(); !added)
        return added;
    if (auto added = writing.add("plugins.json", _data / "plugins.json"); !added && added.status() != Status::notFound)
        return added;
    return writing.finish({base::rfc3339(madeAt), _version, {}});
}

} // namespace netbit::services::backup
