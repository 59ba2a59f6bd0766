#pragma once
// Chats from elsewhere, and chats to take elsewhere. For the local admin.

#include "services/transfer/Export.h"
#include "services/transfer/Files.h"
#include "services/transfer/TakeIn.h"

#include <atomic>
#include <functional>

namespace netbit::services::transfer {

class TransferService {
public:
    using Taken = std::function<void(base::Result<Outcome>)>;

    /// `files`: nullptr where no files are kept.
    explicit TransferService(chat::Core& core, files::FileService* files = nullptr) : _core(core), _files(files) {}

    void keepProjectsIn(projects::Core& core) noexcept { _projects = &core; } ///< [control] else those of others are left out

    /// [any] Takes a batch in, in one transaction; `taken` is called on the writer's thread. Error: forbidden; invalid /
    /// invalid_source; tooLarge / batch_too_large; unavailable / overloaded.
    base::Result<void> takeIn(const auth::Principal& admin, Batch batch, Taken taken);

    /// [worker] Writes the lines of an export into the sink: one consistent view of all. One at a time, because it holds a view
    /// of the database open for as long as it takes. It is in the audit log. Error: forbidden; notFound; conflict / ambiguous_chat; unavailable /
    /// export_running; closed: the sink wants no more.
    base::Result<void> exportTo(const auth::Principal& admin, const ExportScope& scope, const Sink& sink);
    /// [worker] The same of one chat as files of a day each; see DayFiles.h.
    base::Result<void> exportDays(const auth::Principal& admin, std::string_view chat, const FileSink& sink);

    /// [worker] Whether a file of that key in that source is here: then its bytes need not be sent.
    base::Result<bool> hasFile(const auth::Principal& admin, std::string_view source, std::string_view key) const;
    /// [worker] Errors as FileTaking::begin has them.
    base::Result<std::unique_ptr<FileTaking>> beginFile(const auth::Principal& admin, IncomingFile incoming);
    /// [worker] The bytes of a file that an export names. Error: notFound / file_not_found.
    base::Result<std::pair<storage::FileRecord, base::Descriptor>> fileBytes(const auth::Principal& admin,
                                                                             std::string_view key) const;

private:
    base::Result<void> run(const auth::Principal& admin, const ExportScope& scope,
                           const std::function<base::Result<void>(Export&)>& work);

    chat::Core& _core;
    files::FileService* const _files;
    projects::Core* _projects = nullptr;
    std::atomic<bool> _exporting{false};
};

} // namespace netbit::services::transfer
