#include "border/Convert.h"
#include "border/Handles.h"
#include "border/Holdings.h"
#include "border/PendingDone.h"
#include "border/Services.h"
#include "border/Tables.h"
#include "border/Threads.h"
#include "border/Upload.h"
#include "services/files/FileService.h"

namespace netbit::border {

namespace {

using base::fault;
using base::Status;
using services::auth::needs;
using services::auth::Scope;
using services::files::OpenedFile;

base::Error onlyOnWorker() { return fault(Status::wouldBlock, "would_block", "Files are used on a worker."); }

/// The end of an open that a plugin waits for: told exactly once, whatever becomes of it.
class PendingOpen {
public:
    PendingOpen(Owed owed, nb_open_fn function, void* user) : _owed(std::move(owed)), _function(function), _user(user) {}
    PendingOpen(const PendingOpen&) = delete;
    PendingOpen& operator=(const PendingOpen&) = delete;
    ~PendingOpen()
    {
        if (!_over)
            tell(fault(Status::unavailable, "shutting_down", "The server stopped before the file was opened."));
    }

    void tell(const base::Result<OpenedFile>& result) noexcept
    {
        if (std::exchange(_over, true))
            return;
        {
            Guard guard(_owed.generation(), "file opened", Guard::Kind::inside);
            guard.run([&] {
                if (!result) {
                    nb_error error{};
                    error.size = sizeof error;
                    const auto status = border::tell(&error, result.error());
                    _function(_user, status, &error, nullptr);
                    return;
                }
                const nb_open_file file{.size = sizeof(nb_open_file),
                                        .descriptor = result->file.get(),
                                        .id = result->id,
                                        .bytes = result->size,
                                        .name = str(result->name),
                                        .media_type = str(result->mediaType),
                                        .etag = str(result->etag)};
                _function(_user, NB_OK, nullptr, &file);
            });
        }
        _owed.settle();
    }
    void disarm() noexcept { _over = true; }

private:
    Owed _owed;
    nb_open_fn _function;
    void* _user;
    bool _over = false;
};

std::int32_t begin(const nb_host* host, const nb_principal* principal, const nb_new_file* file, nb_upload** out, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        const auto in = structOf(file, "file");
        const auto& who = notNull(principal, "principal").principal;
        notNull(out, "out");
        if (onReactor(generation.services()))
            return onlyOnWorker();
        if (auto scoped = needs(*who, Scope::write); !scoped)
            return scoped;
        services::files::NewUpload wanted;
        if (in.purpose > NB_FILE_AVATAR)
            refuseArgument("file.purpose", "is none that this host knows");
        wanted.purpose = in.purpose == NB_FILE_AVATAR ? services::files::Purpose::avatar : services::files::Purpose::attachment;
        wanted.name = bytesOf(in.name, "file.name");
        if (in.length >= 0)
            wanted.length = static_cast<std::uint64_t>(in.length);
        wanted.key = textOf(in.key, "file.key");
        auto begun = generation.services().files.begin(who, std::move(wanted));
        if (!begun)
            return begun.error();
        *out = generation.holdings().uploads.put(std::make_shared<nb_upload>(generation, std::move(*begun)));
        return {};
    });
}

std::int32_t write(nb_upload* upload, nb_str bytes, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& open = notNull(upload, "upload");
        if (onReactor(open.generation->services()))
            return onlyOnWorker();
        return open.upload->write(bytesOf(bytes, "bytes"));
    });
}

std::int32_t finish(nb_upload* upload, nb_done_fn done, void* user, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& open = notNull(upload, "upload");
        const auto generation = open.generation;
        const auto handle = generation->holdings().uploads.take(&open);
        if (!handle)
            refuseArgument("upload", "has ended");
        if (onReactor(generation->services()))
            return onlyOnWorker();
        auto pending = PendingDone::make(*generation, done, user);
        return pending->taken(
            generation->services().files.finish(std::move(handle->upload), PendingDone::callback(pending)));
    });
}

void drop(nb_upload* upload)
{
    quietly([&] {
        auto& open = notNull(upload, "upload");
        const auto generation = open.generation;
        generation->holdings().uploads.take(&open);
    });
}

std::int32_t open(const nb_host* host, const nb_principal* principal, std::int64_t id, std::uint32_t part, nb_open_fn opened,
                  void* user, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        const auto& who = notNull(principal, "principal").principal;
        notNull(opened, "opened");
        if (part > NB_FILE_AVATAR_IMAGE)
            refuseArgument("part", "is none that this host knows");
        if (onReactor(generation.services()))
            return onlyOnWorker();
        if (auto scoped = needs(*who, Scope::read); !scoped)
            return scoped;
        Owed owed(generation);
        if (!owed)
            return fault(Status::unavailable, "plugin_stopped", "The plugin has been stopped.");
        const auto pending = std::make_shared<PendingOpen>(std::move(owed), opened, user);
        using services::files::Part;
        const auto wanted = part == NB_FILE_THUMBNAIL ? Part::thumbnail
            : part == NB_FILE_AVATAR_IMAGE            ? Part::avatar
                                                      : Part::original;
        auto taken = generation.services().files.open(
            who, id, wanted, [pending](const base::Result<OpenedFile>& result) { pending->tell(result); });
        if (!taken)
            pending->disarm();
        return taken;
    });
}

std::uint64_t maxBytes(const nb_host* host)
{
    std::uint64_t out = 0;
    quietly([&] { out = generationOf(host).services().files.maxBytes(); });
    return out;
}

} // namespace

const nb_files_api& filesTable() noexcept
{
    static constexpr nb_files_api table{
        .size = sizeof(nb_files_api),
        .reserved = 0,
        .begin = &begin,
        .write = &write,
        .finish = &finish,
        .drop = &drop,
        .open = &open,
        .max_bytes = &maxBytes,
    };
    return table;
}

} // namespace netbit::border
