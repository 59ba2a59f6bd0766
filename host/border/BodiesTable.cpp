#include "border/Convert.h"
#include "border/Holdings.h"
#include "border/HttpHandles.h"
#include "border/OnWorker.h"
#include "border/Tables.h"
#include "edge/Chars.h"
#include "edge/FileReply.h"
#include "edge/ReplyFields.h"
#include "edge/Router.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;

std::int32_t receive(nb_request* request, const nb_intake_calls* calls, void* user, std::uint64_t maxBytes, nb_intake** out,
                     nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& open = notNull(request, "request");
        notNull(out, "out");
        const auto wanted = structOf(calls, "calls");
        if (!wanted.data || !wanted.complete || !wanted.failed)
            refuseArgument("calls", "lacks data, complete or failed");
        if (open.isAnswered())
            return fault(Status::closed, "answered_twice", "The request was answered before.");
        if (!open.exchange->route().streamed)
            return fault(Status::invalid, "not_streamed", "The route was added without NB_ROUTE_STREAMED.");
        if (!open.kept)
            return fault(Status::invalid, "not_deferred", "The request is deferred before its body is received.");
        if (std::exchange(open.received, true))
            return fault(Status::invalid, "received_twice", "The body of this request is being received.");
        auto intake = std::make_shared<nb_intake>(open.generation, open.kept, wanted, user);
        // Before anyone may call: the first call can come at once.
        *out = open.generation.holdings().intakes.put(intake);
        open.kept->receive(std::move(intake), maxBytes);
        return {};
    });
}

void resume(nb_intake* intake)
{
    quietly([&] { notNull(intake, "intake").resume(); });
}

void close(nb_intake* intake)
{
    quietly([&] {
        auto& open = notNull(intake, "intake");
        const auto generation = open.generation;
        if (const auto handle = generation->holdings().intakes.take(&open))
            handle->close();
    });
}

/// "…" without what an entity tag may not have.
bool isStrongTag(std::string_view tag) noexcept
{
    return tag.size() >= 2 && tag.front() == '"' && tag.back() == '"' &&
           tag.substr(1, tag.size() - 2).find('"') == std::string_view::npos && edge::isFieldValue(tag);
}

std::int32_t sendFile(nb_request* request, const nb_file_reply* file, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& open = notNull(request, "request");
        const auto in = structOf(file, "file");
        edge::FileReply reply;
        reply.contentType = bytesOf(in.content_type, "file.content_type");
        reply.etag = bytesOf(in.etag, "file.etag");
        if (!edge::isFieldValue(reply.contentType))
            return fault(Status::invalid, "bad_header", "The content type has bytes that HTTP does not allow.");
        if (!isStrongTag(reply.etag))
            return fault(Status::invalid, "bad_etag", "An entity tag is a strong one, with its quotes.");
        if (in.header_count > 0)
            notNull(in.headers, "file.headers");
        for (std::size_t i = 0; i < in.header_count; ++i) {
            const auto name = bytesOf(in.headers[i].name, "file.headers.name");
            const auto value = bytesOf(in.headers[i].value, "file.headers.value");
            if (!edge::mayBeSent(name, value))
                return fault(Status::invalid, "bad_header", "A header has bytes that HTTP does not allow, or is the host's.");
            reply.headers.emplace_back(name, value);
        }
        reply.file = base::Descriptor(::fcntl(in.descriptor, F_DUPFD_CLOEXEC, 3));
        struct stat facts{};
        if (!reply.file || ::fstat(reply.file.get(), &facts) != 0)
            return fault(Status::unavailable, "file_unusable", std::string("The file cannot be used: ") + std::strerror(errno));
        if (!S_ISREG(facts.st_mode))
            return fault(Status::unavailable, "file_unusable", "It is no regular file.");
        reply.size = static_cast<std::uint64_t>(facts.st_size);
        if (!claim(open))
            return fault(Status::closed, "answered_twice", "The request was answered before.");
        edge::replyWithFile(*open.exchange, std::move(reply),
                            [&services = open.generation.services()](std::function<void()> task) {
                                onWorker(services, std::move(task));
                            });
        settle(open);
        return {};
    });
}

} // namespace

const nb_bodies_api& bodiesTable() noexcept
{
    static constexpr nb_bodies_api table{
        .size = sizeof(nb_bodies_api),
        .reserved = 0,
        .receive = &receive,
        .resume = &resume,
        .close = &close,
        .send_file = &sendFile,
    };
    return table;
}

} // namespace netbit::border
