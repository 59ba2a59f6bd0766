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
        if (keys.find(ExternalKind::file, _incoming.record.key) == 0)
            ExternalRepository::insert(connection, keys.source(), ExternalKind::file, _incoming.record.key, kept->id);
        return Result<void>();
    });
}

} // namespace netbit::services::transfer
