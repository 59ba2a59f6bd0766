#ifndef NETBIT_DRAFT_FILES_HPP
#define NETBIT_DRAFT_FILES_HPP
/* Files of users, for C++ plugins. What holds for each call stands in netbit/draft/files.h. */
#include "netbit/auth.hpp"
#include "netbit/draft/files.h"

#include <memory>

namespace netbit {

template <> struct ServiceOf<nb_files_api> {
    static constexpr const char* id = NB_FILES_SERVICE;
};

enum class FilePurpose : std::uint32_t { attachment = NB_FILE_ATTACHMENT, avatar = NB_FILE_AVATAR };
enum class FilePart : std::uint32_t { original = NB_FILE_ORIGINAL, thumbnail = NB_FILE_THUMBNAIL, avatar = NB_FILE_AVATAR_IMAGE };

struct NewFile {
    FilePurpose purpose = FilePurpose::attachment;
    std::optional<std::string_view> name;
    std::int64_t length = -1;
    std::string_view key;
};

/* A file that may be read; everything is borrowed for the call. */
struct OpenFile {
    std::int32_t descriptor = -1;
    std::int64_t id = 0;
    std::int64_t bytes = 0;
    std::string_view name;
    std::string_view mediaType;
    std::string_view etag;
};

/* Dropped when it is destroyed before finish. */
class Upload {
public:
    Upload() = default;
    Upload(Upload&& other) noexcept
        : _api(other._api)
        , _upload(std::exchange(other._upload, nullptr))
    {
    }
    Upload& operator=(Upload&& other) noexcept
    {
        if (this != &other) {
            drop();
            _api = other._api;
            _upload = std::exchange(other._upload, nullptr);
        }
        return *this;
    }
    ~Upload() { drop(); }

    Result<void> write(std::string_view bytes)
    {
        ErrorBuffer error;
        return toResult(_api->write(_upload, toStr(bytes), error.get()), error);
    }
    /* `done(Result<Done>)` is called once, also for what is refused at once. */
    template <class F> void finish(F&& done)
    {
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(_api->finish(std::exchange(_upload, nullptr), ticket.function(), ticket.user(), error.get()), error);
    }
    void drop() noexcept
    {
        if (nb_upload* const upload = std::exchange(_upload, nullptr)) {
            _api->drop(upload);
        }
    }

private:
    friend class Files;
    Upload(const nb_files_api* api, nb_upload* upload) noexcept
        : _api(api)
        , _upload(upload)
    {
    }

    const nb_files_api* _api = nullptr;
    nb_upload* _upload = nullptr;
};

class Files {
public:
    /* Throws a Failure where the manifest does not want the service, or the host has none. */
    explicit Files(const Host& host)
        : _host(host)
        , _api(&host.require<nb_files_api>())
    {
    }

    Result<Upload> begin(const Principal& principal, const NewFile& file) const
    {
        nb_new_file raw{};
        raw.size = sizeof raw;
        raw.purpose = static_cast<std::uint32_t>(file.purpose);
        raw.name = toStr(file.name);
        raw.length = file.length;
        raw.key = toStr(file.key);
        nb_upload* out = nullptr;
        ErrorBuffer error;
        const auto status = _api->begin(_host.raw(), principal.raw(), &raw, &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Upload(_api, out);
    }

    /* `opened(Result<OpenFile>)` is called once, also for what is refused at once. */
    template <class F> void open(const Principal& principal, std::int64_t id, FilePart part, F&& opened) const
    {
        using Callable = std::decay_t<F>;
        auto callable = std::make_unique<Callable>(std::forward<F>(opened));
        ErrorBuffer error;
        const auto status = _api->open(_host.raw(), principal.raw(), id, static_cast<std::uint32_t>(part), &call<Callable>,
                                       callable.get(), error.get());
        if (status == NB_OK) {
            static_cast<void>(callable.release()); /* call() frees it */
            return;
        }
        (*callable)(Result<OpenFile>(error.toError(status)));
    }

    std::uint64_t maxBytes() const { return _api->max_bytes(_host.raw()); }

private:
    template <class F>
    static void call(void* user, std::int32_t status, const nb_error* error, const nb_open_file* file) noexcept
    {
        const std::unique_ptr<F> callable(static_cast<F*>(user));
        detail::guardedRun("file opened", [&] {
            if (status == NB_OK) {
                (*callable)(Result<OpenFile>(OpenFile{file->descriptor, file->id, file->bytes, toView(file->name),
                                                      toView(file->media_type), toView(file->etag)}));
            } else {
                (*callable)(Result<OpenFile>(Error(status, *error)));
            }
        });
    }

    Host _host;
    const nb_files_api* _api;
};

} // namespace netbit
#endif
