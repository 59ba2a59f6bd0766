#include "services/transfer/TransferService.h"

#include "services/chat/Lists.h"
#include "services/transfer/DayFiles.h"

#include "base/Json.h"

#include <algorithm>

namespace netbit::services::transfer {

using base::fault;
using base::Result;
using base::Status;

namespace {

// What one job may hold: some tens of milliseconds of the writer's time.
constexpr std::size_t recordsAtOnce = 5'000;
constexpr std::size_t maxSourceBytes = 200;

class TakeInJob final : public storage::Job {
public:
    TakeInJob(chat::Core& core, projects::Core* projects, Batch batch, TransferService::Taken taken)
        : _batch(std::move(batch)), _takeIn(core, projects, _batch), _taken(std::move(taken))
    {
    }

    Result<void> apply(storage::Connection& connection) override
    {
        _takeIn.apply(connection);
        return {};
    }
    void publish() override { _takeIn.publish(); }
    void complete(const Result<void>& result) override
    {
        _takeIn.takeBack();
        if (result)
            _taken(std::move(_takeIn.outcome));
        else
            _taken(result.error());
    }

private:
    const Batch _batch;
    TakeIn _takeIn;
    TransferService::Taken _taken;
};

Result<void> checkAdmin(const auth::Principal& principal)
{
    if (!principal.valid() || !chat::readsAll(principal))
        return fault(Status::forbidden, "local_admin_only", "Only the local admin moves chats in and out.");
    return {};
}

/// "netbit", "slack:T012AB3C".
bool goodSource(std::string_view source)
{
    const auto colon = std::min(source.find(':'), source.size());
    return colon > 0 && source.size() <= maxSourceBytes && base::validUtf8(source) &&
           source.find_first_not_of("abcdefghijklmnopqrstuvwxyz") >= colon &&
           std::none_of(source.begin(), source.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

base::Error badSource()
{
    return fault(Status::invalid, "invalid_source", "It is a kind in small letters, and a name behind a colon.", "/source");
}

} // namespace

Result<void> TransferService::takeIn(const auth::Principal& admin, Batch batch, Taken taken)
{
    if (auto may = checkAdmin(admin); !may)
        return may;
    if (!goodSource(batch.source))
        return badSource();
    if (batch.records.size() > recordsAtOnce)
        return fault(Status::tooLarge, "batch_too_large", "A batch has at most 5,000 records.", "/records");
    std::unique_ptr<storage::Job> job = std::make_unique<TakeInJob>(_core, _projects, std::move(batch), std::move(taken));
    if (!_core.writer.submit(job))
        return chat::overloaded();
    return {};
}

Result<void> TransferService::run(const auth::Principal& admin, const ExportScope& scope,
                                  const std::function<Result<void>(Export&)>& work)
{
    if (auto may = checkAdmin(admin); !may)
        return may;
    if (_exporting.exchange(true))
        return fault(Status::unavailable, "export_running", "There is an export under way already.");
    struct Finally {
        std::atomic<bool>& flag;
        ~Finally() { flag = false; }
    } const finally{_exporting};
    // Whoever reads along what others wrote leaves a trace.
    if (auto noted = _core.writer.run([&](storage::Connection& connection) {
            storage::AuditRepository::insert(connection, {.at = base::now(),
                                                          .act = "export." + std::string(nameOf(scope.kind)),
                                                          .object = scope.name.substr(0, maxSourceBytes),
                                                          .address = "unix"});
            return Result<void>();
        });
        !noted)
        return noted;
    Result<void> done;
    _core.database.read([&](storage::Connection& connection) {
        Export made(connection, scope);
        done = work(made);
    });
    return done;
}

Result<void> TransferService::exportTo(const auth::Principal& admin, const ExportScope& scope, const Sink& sink)
{
    return run(admin, scope, [&](Export& made) { return made.run(sink); });
}

Result<void> TransferService::exportDays(const auth::Principal& admin, std::string_view chat, const FileSink& sink)
{
    return run(admin, {.kind = ExportScope::Kind::chat, .name = std::string(chat)},
               [&](Export& made) { return DayFiles(made, sink).run(); });
}

Result<bool> TransferService::hasFile(const auth::Principal& admin, std::string_view source, std::string_view key) const
{
    if (auto may = checkAdmin(admin); !may)
        return may.error();
    bool there = false;
    _core.database.read([&](storage::Connection& connection) {
        there = Keys::reading(connection, source).find(storage::ExternalKind::file, key) != 0;
    });
    return there;
}

Result<std::unique_ptr<FileTaking>> TransferService::beginFile(const auth::Principal& admin, IncomingFile incoming)
{
    if (auto may = checkAdmin(admin); !may)
        return may.error();
    if (!goodSource(incoming.source))
        return badSource();
    if (!_files)
        return fault(Status::unsupported, "no_files", "This server keeps no files.");
    return FileTaking::begin(_core.database, _core.writer, *_files, std::move(incoming));
}

Result<std::pair<storage::FileRecord, base::Descriptor>> TransferService::fileBytes(const auth::Principal& admin,
                                                                                  std::string_view key) const
{
    if (auto may = checkAdmin(admin); !may)
        return may.error();
    Id id = 0;
    _core.database.read([&](storage::Connection& connection) {
        id = Keys::reading(connection, ownSource).find(storage::ExternalKind::file, key);
    });
    auto found = id != 0 && _files ? _files->openForExport(id) : std::nullopt;
    if (!found)
        return fault(Status::notFound, "file_not_found", "There is no such file, or its bytes are not there.", "/key");
    return std::move(*found);
}

} // namespace netbit::services::transfer
