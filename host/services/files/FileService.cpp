#include "services/files/FileService.h"

#include "base/Digest.h"
#include "base/Json.h"
#include "services/files/FileCore.h"
#include "services/files/MediaType.h"
#include "services/log/Log.h"

#include <sodium.h>

namespace netbit::services::files {

using base::fault;
using base::Result;
using base::Status;
using storage::Connection;
using storage::FileRepository;

namespace {

std::string hex(std::string_view sha256)
{
    std::string out(2 * sha256.size() + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), reinterpret_cast<const unsigned char*>(sha256.data()), sha256.size());
    out.pop_back();
    return out;
}

base::Error noThumbnail() { return fault(Status::notFound, "no_thumbnail", "There is no thumbnail of this file."); }

base::Error bytesLost(const FileRecord& file)
{
    log::error("files", "The bytes of a file are not there", {{"file", std::to_string(file.id)}});
    return fault(Status::unavailable, "storage_failed", "The server does not have the bytes of this file.");
}

OpenedFile opened(const FileRecord& file, base::Descriptor bytes, Part part)
{
    OpenedFile out;
    out.file = std::move(bytes);
    out.id = file.id;
    out.size = file.size;
    out.name = file.name;
    out.mediaType = part == Part::original ? file.mediaType : "image/webp";
    out.etag = '"' + hex(file.sha256) + (part == Part::thumbnail ? "-t\"" : "\"");
    return out;
}

} // namespace

base::Error fileNotFound()
{
    return fault(Status::notFound, "file_not_found", "There is no such file, or you may not read it.");
}

base::Error quotaExceeded(std::uint64_t quota)
{
    return fault(Status::storageFull, "quota_exceeded",
                 "Your files would have more than the " + std::to_string(quota) + " bytes that you may have.");
}

Result<void> FileCore::read(const std::function<void(Connection&)>& work) const
{
    try {
        database.read(work);
        return {};
    } catch (const storage::DatabaseError& failure) {
        log::error("files", "A read failed", {{"error", failure.what()}});
        return fault(failure.status(), "storage_unavailable", "The database does not answer.");
    }
}

Result<FileRecord> FileCore::readable(const auth::Principal& principal, Id fileId) const
{
    if (!principal.valid())
        return fault(Status::unauthenticated, "token_invalid", "This login is no longer valid.");
    std::optional<FileRecord> file;
    std::vector<Id> chats;
    auto found = read([&](Connection& connection) {
        file = FileRepository::byId(connection, fileId);
        if (file && file->ownerId != principal.userId())
            chats = FileRepository::chatsWith(connection, fileId);
    });
    if (!found)
        return found.error();
    if (!file)
        return fileNotFound();
    if (file->ownerId == principal.userId())
        return std::move(*file);
    for (const auto chat : chats)
        if (rules.mayReadChat(principal, chat))
            return std::move(*file);
    return fileNotFound();
}

Result<PictureSize> FileCore::picture(const std::string& sha256)
{
    constexpr int edge = 320;
    constexpr std::size_t mostKnown = 10'000;
    const auto from = store->file(sha256);
    if (!from)
        return fault(Status::invalid, "unreadable_image", "The bytes are not there.");
    auto to = store->begin();
    if (!to)
        return to.error();
    auto size = thumbnailer.make(from.get(), to->descriptor(), Thumbnailer::Shape::fit, edge);
    if (!size) {
        const std::lock_guard lock(mutex); // unreadable
        if (size.status() == Status::invalid && unreadable.size() < mostKnown)
            unreadable.insert(sha256);
        return size;
    }
    if (auto sealed = to->seal(true); !sealed)
        return sealed.error();
    if (auto kept = store->keepThumbnail(*to, sha256); !kept)
        return kept.error();
    return size;
}

bool FileCore::knownUnreadable(const std::string& sha256) const
{
    const std::lock_guard lock(mutex); // unreadable
    return unreadable.contains(sha256);
}

FileService::FileService(storage::Database& database, storage::Writer& writer, std::unique_ptr<FileStore> store,
                         FileRules rules, FileOptions options, Thumbnailer::Options thumbnailer)
    : _core(std::make_unique<FileCore>(database, writer, std::move(store), std::move(rules), std::move(thumbnailer)))
{
    setOptions(options);
}

FileService::~FileService() = default;

void FileService::stop() { _core->thumbnailer.stop(); }

void FileService::setOptions(const FileOptions& options)
{
    const std::lock_guard lock(_core->mutex); // current
    _core->current = options;
}

std::uint64_t FileService::maxBytes() const noexcept { return _core->options().maxBytes; }

FileCore& FileService::core() noexcept { return *_core; }

Result<void> FileService::open(const auth::PrincipalPtr& principal, Id id, Part part, Opened told)
{
    auto& core = *_core;
    if (part == Part::avatar) {
        if (auto seen = core.rules.maySeeUser(*principal, id); !seen)
            return seen;
        std::optional<FileRecord> file;
        if (auto read = core.read([&](Connection& connection) { file = FileRepository::avatarOf(connection, id); }); !read)
            return read;
        if (!file)
            return fault(Status::notFound, "no_avatar", "This user has no avatar.");
        auto bytes = core.store->file(file->sha256);
        if (!bytes)
            return bytesLost(*file);
        told(opened(*file, std::move(bytes), part));
        return {};
    }
    auto file = core.readable(*principal, id);
    if (!file)
        return file.error();
    if (part == Part::thumbnail)
        return openThumbnail(std::move(*file), std::move(told));
    auto bytes = core.store->file(file->sha256);
    if (!bytes)
        return bytesLost(*file);
    told(opened(*file, std::move(bytes), part));
    return {};
}

Result<void> FileService::openThumbnail(FileRecord file, Opened told)
{
    auto& core = *_core;
    if (auto bytes = core.store->thumbnail(file.sha256)) {
        told(opened(file, std::move(bytes), Part::thumbnail));
        return {};
    }
    if (!isImage(file.mediaType) || !core.thumbnailer.enabled() || core.knownUnreadable(file.sha256))
        return noThumbnail();
    const auto make = [&core, file, told, pin = core.store->pin(file.sha256)] {
        auto bytes = core.store->thumbnail(file.sha256); // somebody who asked before may have had it made
        if (!bytes) {
            if (const auto made = core.picture(file.sha256); !made)
                return told(made.status() == Status::invalid ? noThumbnail() : made.error());
            bytes = core.store->thumbnail(file.sha256);
        }
        told(bytes ? Result<OpenedFile>(opened(file, std::move(bytes), Part::thumbnail)) : noThumbnail());
    };
    if (!core.thumbnailer.submit(make))
        return fault(Status::unavailable, "too_busy", "Many pictures are being made at the moment; ask again soon.");
    return {};
}

std::optional<std::pair<FileRecord, base::Descriptor>> FileService::openForExport(Id fileId)
{
    std::optional<FileRecord> file;
    const auto read = _core->read([&](Connection& connection) { file = FileRepository::byId(connection, fileId); });
    if (!read || !file)
        return std::nullopt;
    auto bytes = _core->store->file(file->sha256);
    if (!bytes)
        return std::nullopt;
    return std::pair(std::move(*file), std::move(bytes));
}

std::shared_ptr<const void> FileService::keepAll() { return _core->store->pinAll(); }

std::size_t FileService::collect()
{
    constexpr std::size_t atOnce = 100;
    auto& core = *_core;
    const auto before = base::now() - std::chrono::duration_cast<std::chrono::milliseconds>(core.options().grace).count();
    std::size_t count = 0;
    for (;;) {
        std::vector<FileRepository::Orphan> orphans;
        if (!core.read([&](Connection& connection) { orphans = FileRepository::orphansBefore(connection, before, atOnce); }))
            return count;
        std::vector<FileRepository::Orphan> gone;
        for (const auto& orphan : orphans) {
            const auto unused = [&] {
                bool still = false;
                const auto read =
                    core.read([&](Connection& connection) { still = FileRepository::isOrphan(connection, orphan); });
                return read && still;
            };
            if (core.store->remove(orphan.sha256, unused))
                gone.push_back(orphan);
        }
        if (gone.empty())
            return count; // nothing more, or all that is left is in use
        const auto forgotten = core.writer.run([&](Connection& connection) {
            for (const auto& orphan : gone)
                FileRepository::forget(connection, orphan);
            return Result<void>();
        });
        if (!forgotten)
            return count; // the next time finds no bytes, and forgets them
        count += gone.size();
        if (orphans.size() < atOnce)
            return count;
    }
}

std::string fileJson(const FileRecord& file)
{
    std::string out = "{\"id\":";
    base::appendJsonInt(out, file.id);
    out += ",\"owner_id\":";
    base::appendJsonInt(out, file.ownerId);
    out += ",\"name\":";
    base::appendJsonString(out, file.name);
    out += ",\"size\":";
    base::appendJsonInt(out, file.size);
    out += ",\"media_type\":";
    base::appendJsonString(out, file.mediaType);
    const auto side = [&](std::string_view name, std::int64_t pixels) {
        out += name;
        if (pixels > 0)
            base::appendJsonInt(out, pixels);
        else
            out += "null";
    };
    side(",\"width\":", file.width);
    side(",\"height\":", file.height);
    out += ",\"sha256\":\"";
    out += hex(file.sha256);
    out += "\",\"created_at\":\"";
    base::appendRfc3339(out, file.createdAt);
    out += "\"}";
    return out;
}

} // namespace netbit::services::files
