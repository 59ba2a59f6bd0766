#pragma once
// The bytes of files, which go past the records: in one stream each.

#include "services/files/FileService.h"
#include "services/transfer/Record.h"

#include <memory>
#include <optional>
#include <utility>

namespace netbit::services::transfer {

/// What a client says of a file before its bytes.
struct IncomingFile {
    std::string source;
    FileRecord record;
};

/// A file on its way in. Destroyed before end(), it leaves nothing behind.
class FileTaking {
public:
    /// [worker] Error: notFound / unknown_user, whose it would be.
    static base::Result<std::unique_ptr<FileTaking>> begin(storage::Database& database, storage::Writer& writer,
                                                           files::FileService& files, IncomingFile incoming);

    base::Result<void> write(std::string_view bytes); ///< [worker]
    /// [worker] That was all; waits until it is on disk. Error: invalid / wrong_bytes, where they are not those of the record.
    base::Result<void> end();

private:
    FileTaking(storage::Writer& writer, files::FileService& files, IncomingFile incoming)
        : _writer(writer), _files(files), _incoming(std::move(incoming))
    {
    }

    storage::Writer& _writer;
    files::FileService& _files;
    IncomingFile _incoming;
    std::unique_ptr<files::Upload> _upload;
    std::int64_t _size = 0;
    base::Sha256 _digest;
};

} // namespace netbit::services::transfer
