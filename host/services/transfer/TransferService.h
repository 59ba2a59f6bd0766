#pragma once
// Chats from elsewhere, and chats to take elsewhere. For the local admin.

#include "services/transfer/Export.h"
#include "services/transfer/TakeIn.h"

#include <atomic>
#include <functional>

namespace netbit::services::transfer {

class TransferService {
public:
    using Taken = std::function<void(base::Result<Outcome>)>;

    explicit TransferService(chat::Core& core) : _core(core) {}

    /// [any] Takes a batch in, in one transaction; `taken` is called on the writer's thread. Error: forbidden; invalid /
    /// invalid_source; tooLarge / batch_too_large; unavailable / overloaded.
    base::Result<void> takeIn(const auth::Principal& admin, Batch batch, Taken taken);

    /// [worker] Writes the lines of an export into the sink: one consistent view of all. One at a time, because it holds a view
    /// of the database open for as long as it takes. Error: forbidden; notFound; conflict / ambiguous_chat; unavailable /
    /// export_running; closed: the sink wants no more.
    base::Result<void> exportTo(const auth::Principal& admin, const ExportScope& scope, const Sink& sink);
    /// [worker] The same of one chat as files of a day each; see DayFiles.h.
    base::Result<void> exportDays(const auth::Principal& admin, std::string_view chat, const FileSink& sink);

private:
    base::Result<void> run(const auth::Principal& admin, const ExportScope& scope,
                           const std::function<base::Result<void>(Export&)>& work);

    chat::Core& _core;
    std::atomic<bool> _exporting{false};
};

} // namespace netbit::services::transfer
