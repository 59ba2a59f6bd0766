#include "services/transfer/Files.h"

#include "services/transfer/Keys.h"
#include "storage/Writer.h"

namespace netbit::services::transfer {

using base::fault;
using base::Result;
using base::Status;
using storage::ExternalKind;
using storage::ExternalRepository;

Result<std::unique_ptr<FileTaking>> FileTaking::begin(storage::Database& database, storage::Writer& writer,
                                                      files::FileService& files, IncomingFile incoming)
{
    Id owner = 0;
    database.read([&](storage::Connection& connection) {
        owner = Keys::reading(connection, incoming.source).find(ExternalKind::user, incoming.record.owner);
    });
    if (owner == 0)
        return fault(Status::notFound, "unknown_user", "Whose file it is is not here.", "/owner");
    auto upload = files.beginImport(owner, incoming.record.file.name, incoming.record.file.createdAt);
    if (!upload)
        return upload.error();
    std::unique_ptr<FileTaking> made(new FileTaking(writer, files, std::move(incoming)));
    made->_upload = std::move(*upload);
    return made;
}

Result<void> FileTaking::write(std::string_view bytes)
{
    _size += static_cast<std::int64_t>(bytes.size());
    if (_size > _incoming.record.file.size)
        return fault(Status::invalid, "wrong_bytes", "These are more bytes than the file has.", "/size");
    _digest.add(bytes);
    return _upload->write(bytes);
}

namespace {

/// The owner's avatar: the one that is there already, or this file. 0: it cannot be one. It was made by a server of ours, which
/// keeps them in one form only.
Id avatar(storage::Connection& connection, const storage::FileRecord& kept)
{
    using storage::FileRepository;
    const auto there = FileRepository::avatarOf(connection, kept.ownerId);
    const bool picture = kept.mediaType == "image/webp";
    if (there || !picture)
        FileRepository::remove(connection, kept.id);
    else
        FileRepository::makeAvatar(connection, kept.id);
    return there ? there->id : picture ? kept.id : 0;
}

} // namespace

Result<void> FileTaking::end()
{
    const auto& wanted = _incoming.record.file;
    if (_size != wanted.size || _digest.end() != wanted.sha256)
        return fault(Status::invalid, "wrong_bytes", "These are not the bytes of the file.", "/sha256");
    const auto kept = _files.finishImport(std::move(_upload));
    if (!kept)
        return kept.error();
    return _writer.run([&](storage::Connection& connection) {
        const auto keys = Keys::writing(connection, _incoming.source);
        const auto id = wanted.avatar ? avatar(connection, *kept) : kept->id;
        if (id != 0 && keys.find(ExternalKind::file, _incoming.record.key) == 0)
            ExternalRepository::insert(connection, keys.source(), ExternalKind::file, _incoming.record.key, id);
        return id != 0 ? Result<void>() : fault(Status::invalid, "no_picture", "An avatar is a WebP image.", "/avatar");
    });
}

} // namespace netbit::services::transfer
