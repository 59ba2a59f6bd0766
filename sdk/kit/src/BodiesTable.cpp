// Bodies of any size. A request of the kit has its body whole; the plugin is given it piece by piece all the same.
#include "Exchange.h"
#include "Serve.h"
#include "Tables.h"
#include "edge/ByteRange.h"
#include "edge/Chars.h"
#include "edge/Conditional.h"
#include "edge/ReplyFields.h"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

std::int32_t receive(nb_request* request, const nb_intake_calls* calls, void* user, std::uint64_t maxBytes, nb_intake** out,
                     nb_error* error)
{
    auto* const world = request ? &request->life.world() : nullptr;
    return serve(world, "bodies.receive", error, [&]() -> base::Result<void> {
        auto& open = notNull(request, "request");
        notNull(out, "out");
        const auto wanted = structOf(calls, "calls");
        if (!wanted.data || !wanted.complete || !wanted.failed)
            refuseArgument("calls", "lacks data, complete or failed");
        const std::lock_guard lock(world->mutex);
        if (open.answered)
            return fault(Status::closed, "answered_twice", "The request was answered before.");
        if (!open.streamed)
            refuseArgument("request", "is of a route that was added without NB_ROUTE_STREAMED");
        if (!open.deferred)
            refuseArgument("request", "is to be deferred before its body is received");
        if (std::exchange(open.received, true))
            refuseArgument("request", "is being received already");
        const bool tooLarge = open.exchange.body.size() > maxBytes;
        auto& intake = *open.life.intakes.emplace_back(std::make_unique<nb_intake>(open.life, open.exchange.body, wanted, user));
        *out = &intake;
        if (!tooLarge) {
            intake.wake();
            return {};
        }
        intake.over = true;
        const auto why = fault(Status::tooLarge, "body_too_large", "The request's body is too large.");
        world->queue.put([&life = open.life, &intake, why] {
            if (intake.closed)
                return;
            life.call(Lane::worker, "failed of an intake", [&] {
                nb_error told{};
                told.size = sizeof told;
                border::tell(&told, why);
                intake.calls.failed(intake.user, &told);
            });
        });
        return {};
    });
}

void resume(nb_intake* intake)
{
    serve(intake ? &intake->life.world() : nullptr, "bodies.resume", nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(intake, "intake");
        const std::lock_guard lock(open.life.world().mutex);
        open.resumed = true;
        if (std::exchange(open.held, false))
            open.wake();
        return {};
    });
}

void close(nb_intake* intake)
{
    serve(intake ? &intake->life.world() : nullptr, "bodies.close", nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(intake, "intake");
        if (open.closed)
            refuseArgument("intake", "was closed before");
        open.close();
        return {};
    });
}

base::Result<std::string> contentOf(int descriptor)
{
    struct stat facts{};
    if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode))
        return fault(Status::unavailable, "file_unusable", "It is no open regular file.");
    std::string out(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t got = 0;
    while (got < out.size()) {
        const auto more = ::pread(descriptor, out.data() + got, out.size() - got, static_cast<off_t>(got));
        if (more <= 0)
            return fault(Status::unavailable, "file_unusable", "It cannot be read.");
        got += static_cast<std::size_t>(more);
    }
    return out;
}

std::int32_t sendFile(nb_request* request, const nb_file_reply* file, nb_error* error)
{
    auto* const world = request ? &request->life.world() : nullptr;
    return serve(world, "bodies.send_file", error, [&]() -> base::Result<void> {
        auto& open = notNull(request, "request");
        const auto in = structOf(file, "file");
        const std::lock_guard lock(world->mutex);
        edge::Reply reply;
        const auto etag = std::string(bytesOf(in.etag, "file.etag"));
        if (etag.size() < 2 || etag.front() != '"' || etag.back() != '"')
            return fault(Status::invalid, "bad_etag", "An entity tag is a strong one, with its quotes.");
        for (std::size_t i = 0; i < in.header_count; ++i) {
            const auto name = bytesOf(in.headers[i].name, "file.headers.name");
            const auto value = bytesOf(in.headers[i].value, "file.headers.value");
            if (!edge::mayBeSent(name, value))
                return fault(Status::invalid, "bad_header", "A header has bytes that HTTP does not allow, or is the host's.");
            reply.headers.emplace_back(name, value);
        }
        auto content = contentOf(in.descriptor);
        if (!content)
            return content.error();
        if (!open.claim())
            return fault(Status::closed, "answered_twice", "The request was answered before.");
        auto& exchange = open.exchange;
        const auto size = content->size();
        reply.headers.emplace_back("ETag", etag);
        reply.headers.emplace_back("Accept-Ranges", "bytes");
        reply.contentType = bytesOf(in.content_type, "file.content_type");
        const auto range = exchange.method == "GET"
            ? edge::chooseRange(exchange.field("Range"), exchange.field("If-Range"), etag, size)
            : edge::ByteRange{edge::ByteRange::Verdict::whole, 0, size};
        const auto known = exchange.field("If-None-Match");
        if (!known.empty() && edge::matchesEtag(known, etag)) {
            reply.status = 304;
        } else if (range.verdict == edge::ByteRange::Verdict::unsatisfiable) {
            reply.status = 416;
            reply.contentType.clear();
            reply.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        } else {
            if (range.verdict == edge::ByteRange::Verdict::part) {
                reply.status = 206;
                reply.headers.emplace_back("Content-Range",
                                           "bytes " + std::to_string(range.first) + '-' +
                                               std::to_string(range.first + range.length - 1) + '/' +
                                               std::to_string(size));
            }
            reply.body = base::Body(content->substr(range.first, range.length));
        }
        exchange.take(std::move(reply));
        open.settled();
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

} // namespace netbit::fake

using netbit::fake::Lane;

void nb_intake::wake()
{
    if (waiting || held || over)
        return;
    waiting = true;
    life.world().queue.put([this] { step(); });
}

void nb_intake::step()
{
    if (!closed && given == body.size()) {
        over = true;
        life.call(Lane::worker, "complete of an intake", [this] { calls.complete(user); });
    } else if (!closed) {
        const auto piece = std::string_view(body).substr(given, pieceBytes);
        std::int32_t status = NB_INTERNAL;
        resumed = false;
        life.call(Lane::worker, "data of an intake", [&] { status = calls.data(user, netbit::fake::str(piece)); });
        given += piece.size();
        held = status == NB_WOULD_BLOCK && !resumed;
        over = over || (status != NB_OK && status != NB_WOULD_BLOCK);
    }
    waiting = false;
    if (closed)
        tellEnded();
    else
        wake();
}

void nb_intake::close()
{
    closed = over = true;
    if (!waiting)
        tellEnded();
}

void nb_intake::tellEnded()
{
    if (calls.ended)
        life.call(Lane::worker, "ended of an intake", [this] { calls.ended(user); });
}
