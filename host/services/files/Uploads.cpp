// Uploading: from the first byte to the row.
#include "base/Json.h"
#include "services/Act.h"
#include "services/files/FileCore.h"
#include "services/files/FileNames.h"
#include "services/files/MediaType.h"
#include "services/operations/Once.h"

namespace netbit::services::files {

using base::fault;
using base::Result;
using base::Status;
using storage::Connection;
using storage::FileRepository;

namespace {

constexpr std::uint64_t lookBytes = 8ull << 20; // after so many more the disk's room is looked at
constexpr std::uint64_t mostAvatarBytes = 10ull << 20;
constexpr std::size_t maxKeyBytes = 128;

base::Error tooLarge(std::uint64_t most)
{
    return fault(Status::tooLarge, "file_too_large", "A file has at most " + std::to_string(most) + " bytes.");
}

base::Error diskFull() { return fault(Status::storageFull, "storage_full", "The server has no room for this file."); }

/// A call that stands for this upload, for its idempotency key: the same name and bytes are the same upload.
Result<operations::Once> onceOf(const NewUpload& wanted, const auth::PrincipalPtr& by, const std::string& sha256)
{
    if (wanted.key.empty() || !by)
        return operations::Once();
    static const operations::Parameter parameters[] = {
        {.name = "name", .what = {}}, {.name = "digest", .what = {}}, {.name = "purpose", .what = {}}};
    std::string json = "{\"name\":";
    base::appendJsonString(json, wanted.name);
    json += ",\"digest\":";
    base::appendJsonString(json, base::sha256Hex(sha256));
    json += wanted.purpose == Purpose::avatar ? ",\"purpose\":\"avatar\"}" : ",\"purpose\":\"file\"}";
    auto arguments = operations::Arguments::read(parameters, json, {});
    if (!arguments)
        return arguments.error();
    operations::Call call;
    call.principal = by;
    call.arguments = std::move(*arguments);
    call.key = wanted.key;
    return operations::Once("files.upload", call);
}

} // namespace

Upload::Upload(FileCore& core, NewUpload wanted, Id owner, Incoming incoming)
    : _core(core), _wanted(std::move(wanted)), _owner(owner), _incoming(std::move(incoming))
{
}

Upload::~Upload() { release(); }

void Upload::release() noexcept
{
    if (!_by || std::exchange(_released, true))
        return;
    const std::lock_guard lock(_core.mutex); // underWay
    auto& mine = _core.underWay[_owner];
    mine.bytes -= _reserved;
    if (--mine.count == 0)
        _core.underWay.erase(_owner);
}

Result<void> Upload::write(std::string_view bytes)
{
    if (bytes.size() > _most - std::min(_most, _incoming.size()))
        return tooLarge(_most);
    const auto options = _core.options();
    if (_by) {
        const std::lock_guard lock(_core.mutex); // underWay
        auto& mine = _core.underWay[_owner];
        const auto more = _incoming.size() + bytes.size() > _reserved ? _incoming.size() + bytes.size() - _reserved : 0;
        if (options.quotaBytes != 0 && mine.used + mine.bytes + more > options.quotaBytes)
            return quotaExceeded(options.quotaBytes);
        mine.bytes += more;
        _reserved += more;
    }
    _sinceLook += bytes.size();
    if (_sinceLook >= lookBytes) {
        _sinceLook = 0;
        if (_core.store->freeBytes() < options.keepFreeBytes + bytes.size())
            return diskFull();
    }
    return _incoming.write(bytes);
}

Result<std::unique_ptr<Upload>> FileService::begin(const auth::PrincipalPtr& principal, NewUpload wanted)
{
    auto& core = *_core;
    if (!principal->valid())
        return fault(Status::unauthenticated, "token_invalid", "This login is no longer valid.");
    const auto owner = principal->userId();
    if (owner == 0)
        return fault(Status::forbidden, "no_user", "Only a user has files.");
    if (wanted.key.size() > maxKeyBytes)
        return fault(Status::invalid, "invalid_key", "An idempotency key has at most 128 bytes.");
    if (wanted.purpose == Purpose::avatar && !core.thumbnailer.enabled())
        return fault(Status::unsupported, "no_pictures", "This server makes no pictures, and so has no avatars.");
    const auto options = core.options();
    const auto most = wanted.purpose == Purpose::avatar ? std::min(options.maxBytes, mostAvatarBytes) : options.maxBytes;
    const auto length = wanted.length.value_or(0);
    if (length > most)
        return tooLarge(most);
    std::int64_t used = 0;
    if (auto read = core.read([&](Connection& connection) { used = FileRepository::usedBy(connection, owner); }); !read)
        return read.error();
    const auto free = core.store->freeBytes();
    if (free < options.keepFreeBytes || free - options.keepFreeBytes < length)
        return diskFull();
    auto incoming = core.store->begin();
    if (!incoming)
        return incoming.error();
    wanted.name = displayName(wanted.name);

    const std::lock_guard lock(core.mutex); // underWay
    auto& mine = core.underWay[owner];
    mine.used = static_cast<std::uint64_t>(used);
    if (mine.count >= options.uploadsPerUser)
        return fault(Status::rateLimited, "too_many_uploads",
                     "At most " + std::to_string(options.uploadsPerUser) + " uploads at once; try again when one has ended.");
    if (options.quotaBytes != 0 && mine.used + mine.bytes + length > options.quotaBytes) {
        if (mine.count == 0)
            core.underWay.erase(owner);
        return quotaExceeded(options.quotaBytes);
    }
    std::unique_ptr<Upload> upload(new Upload(core, std::move(wanted), owner, std::move(*incoming)));
    upload->_by = principal;
    upload->_most = most;
    upload->_reserved = length;
    mine.bytes += length;
    ++mine.count;
    return upload;
}

Result<std::unique_ptr<Upload>> FileService::beginImport(Id owner, std::string name, std::int64_t createdAt)
{
    auto incoming = _core->store->begin();
    if (!incoming)
        return incoming.error();
    NewUpload wanted;
    wanted.name = displayName(name);
    std::unique_ptr<Upload> upload(new Upload(*_core, std::move(wanted), owner, std::move(*incoming)));
    upload->_most = std::numeric_limits<std::uint64_t>::max();
    upload->_createdAt = createdAt;
    return upload;
}

/// `incoming` is sealed.
Result<FileService::Kept> FileService::keepBytes(Upload& upload, Incoming& incoming)
{
    auto& core = *_core;
    Kept kept;
    kept.record.ownerId = upload._owner;
    kept.record.name = upload._wanted.name;
    kept.record.mediaType = mediaTypeOf(incoming.descriptor());
    kept.record.sha256 = incoming.sha256();
    kept.record.size = static_cast<std::int64_t>(incoming.size());
    kept.record.createdAt = upload._createdAt;

    kept.pin = core.store->pin(kept.record.sha256);
    auto noted = core.writer.run([&](Connection& connection) {
        FileRepository::orphan(connection, kept.record.sha256, base::now());
        return Result<void>();
    });
    if (!noted)
        return noted.error();
    if (auto named = core.store->keep(incoming); !named)
        return named.error();
    return kept;
}

Result<void> FileService::finish(std::unique_ptr<Upload> upload, Done done)
{
    if (upload->_wanted.purpose == Purpose::avatar)
        return finishAvatar(std::move(upload), std::move(done));
    if (auto sealed = upload->_incoming.seal(); !sealed)
        return sealed;
    auto kept = keepBytes(*upload, upload->_incoming);
    if (!kept)
        return kept.error();
    auto& core = *_core;
    if (!isImage(kept->record.mediaType) || core.knownUnreadable(kept->record.sha256))
        return insert(std::move(upload), std::move(*kept), std::move(done));
    // Shared, since a function must be one that can be copied.
    const auto ours = std::make_shared<std::unique_ptr<Upload>>(std::move(upload));
    const auto look = [this, ours, kept = *kept, done]() mutable {
        if (const auto size = _core->picture(kept.record.sha256)) {
            kept.record.width = size->width;
            kept.record.height = size->height;
        }
        if (auto taken = insert(std::move(*ours), std::move(kept), done); !taken)
            done(taken.error());
    };
    if (core.thumbnailer.submit(look))
        return {};
    return insert(std::move(*ours), std::move(*kept), std::move(done)); // its thumbnail is made when somebody asks for it
}

Result<void> FileService::finishAvatar(std::unique_ptr<Upload> upload, Done done)
{
    constexpr int edge = 256;
    const auto ours = std::make_shared<std::unique_ptr<Upload>>(std::move(upload));
    const auto make = [this, ours, done]() mutable {
        const auto made = [&]() -> Result<void> {
            auto picture = _core->store->begin();
            if (!picture)
                return picture.error();
            auto& given = **ours;
            const auto size = _core->thumbnailer.make(given._incoming.descriptor(), picture->descriptor(),
                                                      Thumbnailer::Shape::square, edge);
            if (!size)
                return size.error();
            if (auto sealed = picture->seal(true); !sealed)
                return sealed;
            auto kept = keepBytes(given, *picture);
            if (!kept)
                return kept.error();
            kept->record.avatar = true;
            kept->record.width = kept->record.height = std::min<std::int64_t>({edge, size->width, size->height});
            return insert(std::move(*ours), std::move(*kept), done);
        }();
        if (!made)
            done(made.error());
    };
    if (!_core->thumbnailer.submit(make))
        return fault(Status::unavailable, "too_busy", "Many pictures are being made at the moment; try again soon.");
    return {};
}

Result<void> FileService::insert(std::unique_ptr<Upload> upload, Kept kept, Done done)
{
    auto once = onceOf(upload->_wanted, upload->_by, kept.record.sha256);
    if (!once)
        return once.error();
    auto write = [&core = *_core, kept = std::move(kept), once = std::move(*once),
                  shared = std::shared_ptr<Upload>(std::move(upload))](Connection& connection) -> Result<Completed> {
        if (!shared->_by->valid())
            return fault(Status::unauthenticated, "token_invalid", "This login is no longer valid.");
        Completed made;
        const auto answered = once.answered(connection, made);
        if (!answered)
            return answered.error();
        if (*answered) {
            made.replayed = true;
            shared->release();
            return made;
        }
        auto row = kept.record;
        const auto quota = core.options().quotaBytes;
        const auto used = static_cast<std::uint64_t>(FileRepository::usedBy(connection, row.ownerId));
        if (quota != 0 && used + static_cast<std::uint64_t>(row.size) > quota)
            return quotaExceeded(quota);
        if (row.avatar)
            FileRepository::removeAvatar(connection, row.ownerId);
        row.createdAt = base::now();
        row.id = FileRepository::insert(connection, row);
        made = {row.id, fileJson(row), false};
        once.remember(connection, made, row.createdAt);
        shared->release(); // before anybody hears of it: then it is the row that counts
        return made;
    };
    return Act::submit(_core->writer, std::move(write), {}, std::move(done));
}

Result<FileRecord> FileService::finishImport(std::unique_ptr<Upload> upload)
{
    if (auto sealed = upload->_incoming.seal(); !sealed)
        return sealed.error();
    auto kept = keepBytes(*upload, upload->_incoming);
    if (!kept)
        return kept.error();
    auto written = _core->writer.run([&](Connection& connection) {
        kept->record.id = FileRepository::insert(connection, kept->record);
        return Result<void>();
    });
    if (!written)
        return written.error();
    return kept->record;
}

} // namespace netbit::services::files
