#include "FileRoutes.h"

#include "support/Disposition.h"

#include <algorithm>
#include <array>
#include <mutex>

namespace netbit::files {

namespace {

/// What a browser may show in its place: pictures, which run nothing.
bool shownInline(std::string_view type)
{
    constexpr std::array<std::string_view, 4> types{"image/png", "image/jpeg", "image/gif", "image/webp"};
    return std::find(types.begin(), types.end(), type) != types.end();
}

/// What a file is served as. Only types of which no browser makes a page; all others are bytes.
std::string_view servedType(std::string_view type)
{
    constexpr std::array<std::string_view, 4> types{"application/pdf", "application/zip", "application/gzip",
                                                    "application/x-7z-compressed"};
    const bool harmless = shownInline(type) || type.starts_with("audio/") || type.starts_with("video/") ||
                          std::find(types.begin(), types.end(), type) != types.end();
    if (type == "text/plain")
        return "text/plain; charset=utf-8";
    return harmless ? type : "application/octet-stream";
}

/// Takes a body into an upload, and answers with the file.
class Taking final : public BodyTaker, public std::enable_shared_from_this<Taking> {
public:
    Taking(Upload upload, Later request, FilePurpose purpose)
        : _upload(std::move(upload)), _request(std::make_unique<Later>(std::move(request))), _purpose(purpose)
    {
    }

    Result<void> start(const Bodies& bodies, std::uint64_t maxBytes)
    {
        // One that is refused at once, by the host or by the disk, has been answered before receive() returns.
        auto intake = bodies.receive(*_request, maxBytes, shared_from_this());
        if (!intake) {
            _request->problem(intake.error());
            return {};
        }
        const std::lock_guard lock(_mutex); // _intake, _over
        if (!_over)
            _intake = std::move(*intake);
        return {};
    }

    Status data(std::string_view bytes) override
    {
        const auto written = _upload.write(bytes);
        if (written)
            return Status::ok;
        answer(written.error());
        return written.status();
    }

    void complete() override
    {
        _upload.finish([request = std::move(_request), purpose = _purpose](Result<Done> done) mutable {
            if (!done)
                return request->problem(done.error());
            const auto location = "/api/files/" + std::to_string(done->id);
            Reply reply(purpose == FilePurpose::avatar ? 200 : done->replayed ? 200 : 201);
            if (purpose == FilePurpose::attachment)
                reply.header("Location", location);
            if (done->replayed)
                reply.header("Idempotency-Replayed", "true");
            request->reply(reply.bytes(done->json));
        });
        end();
    }

    void failed(const Error& error) override { answer(error); }

private:
    void answer(const Error& error)
    {
        _upload.drop();
        if (_request)
            _request->problem(error);
        _request.reset();
        end();
    }

    /// Lets the intake go, and with it this one.
    void end()
    {
        Intake gone;
        const std::lock_guard lock(_mutex); // _intake, _over
        _over = true;
        gone = std::move(_intake);
    }

    Upload _upload;
    std::unique_ptr<Later> _request;
    const FilePurpose _purpose;
    std::mutex _mutex; // guards what follows: the first calls come while start() is in receive()
    Intake _intake;
    bool _over = false;
};

} // namespace

std::optional<std::int64_t> readId(std::string_view text)
{
    const auto id = parseInteger<std::int64_t>(text);
    return id && *id > 0 ? id : std::nullopt;
}

Result<void> FileRoutes::upload(Request& request) const { return take(request, FilePurpose::attachment); }

Result<void> FileRoutes::setAvatar(Request& request) const { return take(request, FilePurpose::avatar); }

Result<void> FileRoutes::download(Request& request) const { return give(request, FilePart::original); }

Result<void> FileRoutes::thumbnail(Request& request) const { return give(request, FilePart::thumbnail); }

Result<void> FileRoutes::avatar(Request& request) const { return give(request, FilePart::avatar); }

Result<void> FileRoutes::take(Request& request, FilePurpose purpose) const
{
    const auto type = request.header("Content-Type").value_or(std::string_view());
    if (type.starts_with("multipart/"))
        return Error(Status::unsupportedType, "unsupported_type", "The body is the file itself, not a form that has it.");
    const auto key = request.header("Idempotency-Key").value_or(std::string_view());
    if (!std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
        return Error(Status::invalid, "bad_idempotency_key", "Idempotency-Key must be visible ASCII characters without blanks.");
    NewFile file;
    file.purpose = purpose;
    file.name = request.query("name");
    std::string named; // what file.name may point to
    if (!file.name)
        if (auto found = support::nameIn(request.header("Content-Disposition").value_or(std::string_view())))
            file.name = named = std::move(*found);
    file.length = parseInteger<std::int64_t>(request.header("Content-Length").value_or("-1")).value_or(-1);
    file.key = key;
    auto upload = _files.begin(Principal::share(_auth.api(), request.principal()), file);
    if (!upload)
        return upload.error();
    const auto taking = std::make_shared<Taking>(std::move(*upload), request.defer(), purpose);
    return taking->start(_bodies, _files.maxBytes());
}

Result<void> FileRoutes::give(Request& request, FilePart part) const
{
    const auto id = readId(request.param("id"));
    if (!id)
        return part == FilePart::avatar
            ? Error(Status::notFound, "user_not_found", "There is no such user.")
            : Error(Status::notFound, "file_not_found", "There is no such file, or you may not read it.");
    const auto caller = Principal::share(_auth.api(), request.principal());
    _files.open(caller, *id, part, [this, part, later = request.defer()](Result<OpenFile> file) mutable {
        if (!file)
            return later.problem(file.error());
        const bool shown = part != FilePart::original || shownInline(file->mediaType);
        const auto disposition = support::dispositionOf(shown ? "inline" : "attachment",
                                               part == FilePart::original ? file->name : std::string_view("picture.webp"));
        FileReply reply;
        reply.descriptor = file->descriptor;
        reply.contentType = servedType(file->mediaType);
        reply.etag = file->etag;
        reply.header("Content-Disposition", disposition);
        reply.header("Content-Security-Policy", "default-src 'none'; sandbox");
        reply.header("Cross-Origin-Resource-Policy", "same-origin");
        reply.header("Cache-Control", "private, no-cache"); // who may read it today may not tomorrow
        if (const auto sent = _bodies.sendFile(later, reply); !sent)
            later.problem(sent.error());
    });
    return {};
}

} // namespace netbit::files
